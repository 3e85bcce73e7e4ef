// ---- over time ----

// The stretches in which a case ran, each {begin, points}: one for each round, or without rounds wherever there is
// a gap.
function stretches_of(a_case) {
  const points = (a_case.over_time || []).filter((point) => known(point.at_seconds));
  points.sort((a, b) => a.at_seconds - b.at_seconds);
  const begins = (a_case.rounds || []).map((round) => round.at_seconds).filter(known).sort((a, b) => a - b);
  if (begins.length === 0) return unbroken(points, 5).map((part) => ({ begin: part[0].at_seconds, points: part }));
  const stretches = begins.map((begin) => ({ begin, points: [] }));
  for (const point of points) {
    const middle = point.at_seconds + (point.seconds || 0) / 2;  // an interval may begin a little before its round
    stretches[Math.max(0, begins.filter((begin) => begin <= middle).length - 1)].points.push(point);
  }
  return stretches;
}

// Parts between gaps that are longer than so many intervals.
function unbroken(points, intervals) {
  const parts = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    const usual = Math.max(point.seconds || 0, before ? before.seconds || 0 : 0, 1e-3);
    if (!before || point.at_seconds - before.at_seconds > (intervals + 1) * usual) parts.push([]);
    parts[parts.length - 1].push(point);
  });
  return parts;
}

// An interval is as wide as it lasted, and as high as its value all along.
function stretch_marks({ begin, points }, x, y) {
  const from = (point) => x(point.at_seconds - begin);
  const to = (point) => x(point.at_seconds + (point.seconds || 0) - begin);
  const at = (place, value) => `${place.toFixed(1)} ${y(value).toFixed(1)}`;
  const steps = (part, name) =>
      part.map((point) => `${at(from(point), point[name])}H${to(point).toFixed(1)}`).join("L");
  const back = (part) =>
      [...part].reverse().map((point) => `L${at(to(point), point.p50_ns)}H${from(point).toFixed(1)}`).join("");
  const parts = unbroken(points, 0.5);  // no line across an interval in which nothing ended
  const area = parts.map((part) => `M${steps(part, "p99_ns")}${back(part)}Z`).join("");
  const middle = parts.map((part) => `M${steps(part, "p50_ns")}h.1`).join("");
  const slowest = points.filter((point) => known(point.max_ns));
  const dots = slowest.map((point) => `M${at((from(point) + to(point)) / 2, point.max_ns)}h.1`).join("");
  return [["area", area], ["middle", middle], ["dots", dots]].map(([style, d]) => svg("path", { class: style, d }));
}

// Where things stand: a row for each case, a column for each round.
function time_layout(series, width) {
  const columns = Math.max(...series.map((one) => one.stretches.length));
  const [left, gap] = [56, columns > 12 ? 2 : 10];
  const panel = Math.max(2, (width - left - 4 - gap * (columns - 1)) / columns);
  const length = ({ begin, points }) => {
    const last = points[points.length - 1];
    return last ? last.at_seconds + (last.seconds || 0) - begin : 0;
  };
  const span = Math.max(...series.flatMap((one) => one.stretches.map(length)), 1e-3);
  return {
    columns,
    span,
    panel,
    row: 112,
    height: 84,
    left,
    from: (column) => left + column * (panel + gap),
    pitch: panel + gap
  };
}

function time_panel(stretch, from, top, y, ticks, { panel, height, span }) {
  const x = (seconds) => from + (Math.min(Math.max(0, seconds), span) / span) * panel;
  const grid = ticks.map(({ value }) => line(from, y(value), from + panel, y(value), "grid"));
  const marks = stretch && stretch.points.length ? stretch_marks(stretch, x, y) : [];
  return [...grid, rect(from, top, panel, height, "frame"), ...marks];
}

function time_row(one, index, layout, domain) {
  const { left, columns, pitch } = layout;
  const top = index * layout.row + 20;
  const y = log_scale(domain, top + layout.height, top);
  const ticks = log_ticks(domain).filter((tick) => tick.main);
  const row = svg("g", { class: one.style, "data-case": one.a_case.name },
      label(left, top - 6, fit_name(one.name, columns * pitch), "name"),
      labels_left(labelled_ticks(ticks, y, 14), y, left));
  for (let column = 0; column < columns; ++column) {
    row.append(...time_panel(one.stretches[column], layout.from(column), top, y, ticks, layout));
  }
  return row;
}

// The number of each round, and how long it is where there is room for that.
function round_axis({ columns, panel, from, span }, y) {
  const texts = [];
  for (let column = 0; column < columns; ++column) {
    const [left, right] = [from(column), from(column) + panel];
    if (panel < 16 && column % 5) continue;
    texts.push(label((left + right) / 2, y, panel < 60 ? column + 1 : `round ${column + 1}`, "tick", "middle"));
    if (panel < 150) continue;
    texts.push(label(left, y, "0", "tick"), label(right, y, time_text(span * 1e9), "tick", "end"));
  }
  return texts;
}

function interval_text(name, point) {
  const times = `p50 ${time_text(point.p50_ns)}, p99 ${time_text(point.p99_ns)}, max ${time_text(point.max_ns)}`;
  return `${name} ${times} (at ${point.at_seconds.toFixed(2)} s of the run)`;
}

function tell_time(series, { columns, from, left, panel, pitch, span }, place) {
  const column = Math.min(columns - 1, Math.max(0, Math.floor((place - left) / pitch)));
  const seconds = ((place - from(column)) / panel) * span;
  const texts = series.map((one) => {
    const { begin, points } = one.stretches[column] || { begin: 0, points: [] };
    const point = points.find((at) => seconds < at.at_seconds - begin + (at.seconds || 0));
    return point ? interval_text(one.name, point) : "";
  });
  return `Round ${column + 1}: ${texts.filter(Boolean).join("; ") || "nothing here"}`;
}

function paint_time(group, width, readout) {
  const all = group.series.map((one) => ({...one, stretches: stretches_of(one.a_case) }));
  const series = all.filter((one) => one.stretches.some((stretch) => stretch.points.length));
  if (series.length === 0) return html("p", { class: "dim" }, "No intervals were recorded.");
  const points = series.flatMap((one) => one.stretches.flatMap((stretch) => stretch.points));
  const domain = log_domain(points.flatMap((point) => [point.p50_ns, point.max_ns]));
  const layout = time_layout(series, width);
  const bottom = series.length * layout.row;
  const names = series.map((one) => one.name).join(", ");
  const drawing = picture(width, bottom + 16,
      `Latency over time, ${group.title}: ${names}, in ${plural(layout.columns, "round")}.`,
      series.map((one, i) => time_row(one, i, layout, domain)), round_axis(layout, bottom + 8));
  const edges = { left: layout.left, right: width - 4, top: 20, bottom: bottom - 8, steps: 90 };
  add_cursor(drawing, readout, edges, (place) => tell_time(series, layout, place));
  return [drawing, readout];
}

function over_time(groups) {
  for (const group of groups)
    add_card("time-cards", group.title, "", (width, readout) => paint_time(group, width, readout));
}
