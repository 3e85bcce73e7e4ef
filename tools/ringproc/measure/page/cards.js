// ---- cards with charts, drawn again when their width changes ----

const charts = [];

function add_card(place, title, hint, paint, extra) {
  const plot = html("div", { class: "plot" });
  const card = html("figure", { class: "card measured" },
      html("figcaption", {}, html("h3", {}, title), hint ? html("p", { class: "dim small" }, hint) : null),
      extra || null, plot);
  const readout = html("p", { class: "readout", "aria-live": "polite" });
  $(place).append(card);
  charts.push({ plot, width: 0, card, readout, paint });
}

function draw_chart(chart, width = Math.floor(chart.plot.clientWidth)) {
  if (width === 0 || width === chart.width) return;
  chart.width = width;
  chart.plot.replaceChildren(...[chart.paint(width, chart.readout)].flat());
}
const draw_all = () => charts.forEach((chart) => attempt("a chart", () => draw_chart(chart)));

// On paper a card is half as wide as the page, or all of it; what was drawn for a wide window would be too small.
const kPaper = 700;
function draw_for_paper() {
  for (const chart of charts) {
    const wide = getComputedStyle(chart.card).gridColumnEnd === "-1";
    attempt("a chart", () => draw_chart(chart, wide ? kPaper - 40 : kPaper / 2 - 40));
  }
}

function legend_of(series) {
  const swatch = () => svg("svg", { width: 34, height: 10, "aria-hidden": "true" }, line(0, 5, 34, 5, "stroke"));
  const entries = series.map((one) => html("span", { class: one.style }, swatch(), one.name));
  return html("div", { class: "legend" }, entries);
}
