// ---- the table ----

const kPercentiles = ["50", "90", "99", "99.9"];
const kColumns = [
  "Case", "Operations", "Operations per second", "Bandwidth until durable", "Spread of rounds (p50)",
  "Flushes per sync", "Not begun", "Latency", "p50", "p90", "p99", "p99.9", "max"
];
const kColumnStyles = { Case: "case", Latency: "part" };

// [name, values] of what was measured, in the order of the rows.
function parts_of(a_case) {
  const latency = a_case.latency_ns || {};
  const parts =
      ["submission", "completion", "start_delay", "total"].map((part) => [part.replace("_", " "), latency[part]]);
  return parts.filter(([, values]) => values);
}

function latency_cells(values) {
  if (!values.count) return [...kPercentiles, "max"].map(() => html("td", {}, "–"));
  const cells = kPercentiles.map((percentile) => {
    const few = values.count * (1 - Number(percentile) / 100) < 0.9999;
    const attributes = few ? { class: "few", title: `of ${plural(values.count, "operation")}` } : {};
    return html("td", attributes, time_text(p_of(values, percentile)));
  });
  return cells.concat([html("td", {}, time_text(values.max))]);
}

function spread_text(a_case) {
  const medians = (a_case.rounds || []).map((round) => round.p50_ns).filter(known);
  return medians.length ? `${time_text(Math.min(...medians))} – ${time_text(Math.max(...medians))}` : "–";
}

function case_cells(a_case, rows) {
  const texts = [
    count_text(a_case.operations),
    count_text(a_case.operations_per_second, a_case.operations_per_second < 100 ? 2 : 0),
    rate_text(a_case.durable_bytes_per_second), spread_text(a_case),
    known(a_case.flushes_per_sync) ? three_digits(Number(a_case.flushes_per_sync)) : "–"
  ];
  const not_begun =
      html("td", { rowspan: rows, class: a_case.not_begun > 0 ? "failed" : null }, count_text(a_case.not_begun));
  return texts.map((text) => html("td", { rowspan: rows }, text)).concat([not_begun]);
}

function error_row(error) {
  return html("tr", {}, html("td", { class: "failed wide", colspan: kColumns.length - 1 }, "Error: " + error));
}

function case_rows(one) {
  const { name, error } = one.a_case;
  const parts = parts_of(one.a_case);
  if (parts.length === 0) parts.push(["none", { count: 0 }]);
  const head =
      html("th", { class: "case", scope: "rowgroup", rowspan: parts.length + (error ? 1 : 0) }, String(name));
  const body = html("tbody", { class: one.style, "data-case": name });
  parts.forEach(([part, values], i) => {
    const first = i === 0 ? [head, ...case_cells(one.a_case, parts.length)] : [];
    const part_head = html("th", { class: "part", scope: "row" }, part);
    body.append(html("tr", { class: part === "total" ? "total" : null }, first, part_head, latency_cells(values)));
  });
  if (error) body.append(error_row(error));
  return body;
}

function table(groups) {
  const heads = kColumns.map((title) => html("th", { scope: "col", class: kColumnStyles[title] }, title));
  $("table").append(html("caption", {}, "Times of all rounds together; the total is what the charts show."),
      html("thead", {}, html("tr", {}, heads)), ...groups.flatMap((group) => group.series.map(case_rows)));
}
