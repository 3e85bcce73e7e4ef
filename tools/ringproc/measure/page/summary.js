// ---- summary: bars with whiskers ----

const p_of = (latency, percentile) => latency.percentiles ? latency.percentiles[percentile] : null;

function summary_values(group) {
  return group.series.filter((one) => has_operations(one.a_case))
      .flatMap((one) => [p_of(total_of(one.a_case), "50"), total_of(one.a_case).max]);
}

function trouble_text(a_case) {
  const troubles = [];
  if (a_case.error) troubles.push(String(a_case.error));
  if (a_case.not_begun > 0) troubles.push(count_text(a_case.not_begun) + " never begun");
  return troubles.join("; ");
}

function latency_values(a_case) {
  const total = total_of(a_case);
  return [["p50", p_of(total, "50")], ["p99", p_of(total, "99")], ["max", total.max]];
}

function latency_text(a_case) {
  if (!has_operations(a_case)) return "no operations";
  return latency_values(a_case).map(([name, value]) => `${name} ${time_text(value)}`).join(", ");
}

// The same, one below the other in all rows.
const kNarrow = 320;  // below, numbers are smaller
const column_step = (width) => Math.min(112, (width - 40) / 3);
function latency_columns(a_case, y, width) {
  if (!has_operations(a_case)) return [label(width, y, "no operations", "halo", "end")];
  const style = width < kNarrow ? "halo narrow" : "halo";
  return latency_values(a_case).map(([name, value], i) => {
    const right = width - (2 - i) * column_step(width);
    const text = label(right, y, "", style, "end");
    text.append(svg("tspan", { class: "unit" }, name), " " + time_text(value));
    return text;
  });
}

const kLeft = 1;  // where bars begin

function latency_row(one, x, y, width) {
  const total = total_of(one.a_case);
  const room = width - 2 * column_step(width) - (width < kNarrow ? 70 : 90);
  const row = svg("g", { class: one.style, "data-case": one.a_case.name },
      svg("title", {}, `${one.a_case.name}: ${latency_text(one.a_case)}`),
      label(0, y + 12, fit_name(one.name, room), "name halo"), latency_columns(one.a_case, y + 12, width));
  const trouble = trouble_text(one.a_case);
  if (trouble) row.append(label(0, y + 46, shorten(trouble, Math.floor(width / 7.2)), "bad"));
  if (!has_operations(one.a_case)) return row;
  const [p50, p99, max] = [x(p_of(total, "50")), x(p_of(total, "99")), x(total.max)];
  row.append(rect(kLeft, y + 18, p50 - kLeft, 13, "rest"), line(p50, y + 24.5, p99, y + 24.5, "whisker"),
      line(p99, y + 24.5, max, y + 24.5, "whisker thin"), line(p99, y + 19, p99, y + 30, "whisker"),
      circle(max, y + 24.5, 4, "ring-mark"));
  return row;
}

function time_axis_below(domain, x, right, top, bottom) {
  const ticks = log_ticks(domain);
  const grid = ticks.map(({ value, main }) => line(x(value), top, x(value), bottom, main ? "grid main" : "grid"));
  const text = ({ value }) => label(x(value), bottom + 15, tick_text(value), "tick", anchor_at(x(value), right));
  return grid.concat(labelled_ticks(ticks, x, 62).map(text));
}

// Of a label below an axis, so that nothing is clipped at its ends.
function anchor_at(place, right) {
  if (place < 20) return "start";
  return place > right - 20 ? "end" : "middle";
}

function paint_latencies(group, domain, width) {
  const x = log_scale(domain, kLeft, width - 6);
  let y = 2;
  const rows = group.series.map((one) => {
    const row = latency_row(one, x, y, width);
    y += trouble_text(one.a_case) ? 58 : 42;
    return row;
  });
  const described = group.series.map((one) => `${one.name}: ${latency_text(one.a_case)}`).join("; ");
  return picture(
      width, y + 22, `Latency, ${group.title}. ${described}`, time_axis_below(domain, x, width, 18, y), rows);
}

function summary_key() {
  const sample = (...marks) => svg("svg", { width: 60, height: 14, class: "s-ring", "aria-hidden": "true" }, marks);
  const entries = [
    [sample(rect(0, 1, 60, 12, "rest")), "bar: until p50, the usual case"],
    [sample(line(0, 7, 58, 7, "whisker"), line(58, 1, 58, 13, "whisker")), "line: until p99, 99 of 100"],
    [sample(line(0, 7, 54, 7, "whisker thin"), circle(55, 7, 4, "ring-mark")), "circle: the slowest"],
  ];
  $("summary-key").append(html("div", { class: "key" }, entries.map((entry) => html("span", {}, entry))));
}

function summary(groups) {
  summary_key();
  const domains = new Map();
  for (const group of groups) {
    const operation = group.first.operation;
    domains.set(operation, (domains.get(operation) || []).concat(summary_values(group)));
  }
  for (const group of groups) {
    const domain = log_domain(domains.get(group.first.operation));
    add_card("summary-cards", group.title, operation_hint(group.first.operation),
        (width) => paint_latencies(group, domain, width));
  }
}
