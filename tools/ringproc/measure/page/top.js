// ---- the top ----

const list_of = (texts) => html("ul", {}, texts.map((text) => html("li", {}, String(text))));

function not_durable_banner(run) {
  if (run.durable !== false) return;
  document.documentElement.classList.add("not-durable");
  $("notices").append(html("div", { id: "not-durable", class: "banner", role: "alert" },
      html("strong", {}, "Nothing here reached a disk"), list_of(run.not_durable || []),
      html("p", {},
          "The times below are those of memory. They say nothing about what a power cut leaves, " +
              "and must not be compared with durable ones.")));
}

function notice(id, style, title, texts) {
  $("notices").append(html("div", { id, class: "notice " + style, role: "status" }, html("b", {}, title),
      texts.length ? list_of(texts) : null));
}

function top_of_page(run, cases) {
  const { disk = {}, machine = {} } = run;
  const where = disk.directory ? ` of ${disk.directory}` : "";
  document.title = `ringproc bench${where}, ${date_text(run.date)}`;
  $("title").textContent = "How fast writes become durable" + (disk.directory ? ` in ${disk.directory}` : "");
  $("subtitle").textContent = [
    disk.file_system && disk.device ? `${disk.file_system} on ${disk.model || disk.device}` : disk.file_system,
    machine.cpu, machine.system, date_text(run.date)
  ].filter(Boolean).join(" · ");
  not_durable_banner(run);
  if (run.interrupted)
    notice("interrupted", "", "The run was interrupted. What follows is what had been measured by then.", []);
  if ((run.warnings || []).length) notice("warnings", "", "Warnings", run.warnings);
  const failed = cases.filter((a_case) => a_case.error).map((a_case) => `${a_case.name}: ${a_case.error}`);
  if (failed.length) notice("errors", "error", "Cases that ended by an error", failed);
  const meaning = run.meaning || [];
  $("verdict").textContent = meaning[0] || `${plural(cases.length, "case")} measured.`;
  $("meaning").append(...list_of(meaning.slice(1)).childNodes);
  $("foot").textContent = `Written by ringproc ${(run.ringproc || {}).version || ""}. ` +
      "This page is complete in itself: it loads nothing, and its source holds all data as JSON.";
}
