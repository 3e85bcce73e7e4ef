// ---- light and dark ----

function set_theme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", `Switch to ${theme === "dark" ? "light" : "dark"} colours`);
}

function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => set_theme(dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
  $("theme").addEventListener(
      "click", () => set_theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
}

function main() {
  attempt("the theme", theme);
  const run = JSON.parse($("data").textContent);
  const cases = run.cases || [];
  const groups = make_groups(cases);
  attempt("the top", () => top_of_page(run, cases));
  attempt("the summary", () => summary(groups));
  attempt("the rates", () => rates(groups));
  attempt("the percentiles", () => percentiles(groups));
  attempt("the time", () => over_time(groups));
  attempt("the table", () => table(groups));
  attempt("the facts", () => facts(run));
  draw_all();
  addEventListener("resize", () => requestAnimationFrame(draw_all));
  addEventListener("beforeprint", draw_for_paper);
  addEventListener("afterprint", draw_all);
}

attempt("the page", main);
