// ---- surroundings ----

const yes_no = (value) => value === null || value === undefined ? null : value ? "yes" : "no";

function fact_card(title, facts) {
  const rows = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (rows.length === 0) return;
  $("facts").append(html("div", { class: "card" }, html("h3", {}, title),
      html("dl", {}, rows.map(([name, value]) => [html("dt", {}, name), html("dd", {}, String(value))]).flat())));
}

function facts(run) {
  const { machine = {}, disk = {}, clock = {}, settings = {}, ringproc = {} } = run;
  const or_unknown = (value) => value === null || value === undefined ? "not known" : value;
  fact_card("Disk", [
    ["Directory", disk.directory], ["File system", disk.file_system], ["Mounted at", disk.mount_point],
    ["Source", disk.source], ["Options", disk.mount_options], ["Device", disk.device], ["Model", disk.model],
    ["Write cache", or_unknown(disk.write_cache)], ["Rotating", or_unknown(yes_no(disk.rotational))],
    ["Scheduler", disk.scheduler],
    ["Free", known(disk.free_bytes) ? `${size_text(disk.free_bytes)} of ${size_text(disk.size_bytes)}` : null]
  ]);
  fact_card("Machine", [
    ["Processor", machine.cpu], ["Processors", machine.processors],
    ["Memory", known(machine.memory_bytes) ? size_text(machine.memory_bytes) : null], ["System", machine.system],
    ["Distribution", machine.distribution], ["Virtual machine", machine.virtual === null ? "none found" : machine.virtual]
  ]);
  fact_card("Run", [
    ["Date", date_text(run.date)], ["Took", known(run.seconds) ? time_text(run.seconds * 1e9) : null],
    ["Rounds", settings.rounds], ["Seed", settings.seed], ["Options", settings.options],
    ["Direct access", settings.direct], ["ringproc", ringproc.version], ["Build", ringproc.build],
    [
      "Clock",
      known(clock.cost_ns) ? `${time_text(clock.cost_ns)} a reading, steps of ${time_text(clock.step_ns)}` : null
    ]
  ]);
  $("command").textContent = run.command || "";
}

const date_text = (date) =>
    date ? String(date).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)Z$/, "$1 $2 UTC") : "";
