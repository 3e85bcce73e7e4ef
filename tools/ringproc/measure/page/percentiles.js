// ---- percentiles ----

// All bins, as [share of operations up to here, value], rising. Without bins: from the listed percentiles.
function curve_of(latency) {
  const entries = Object.entries(latency.bins || {}).map(([end, count]) => [Number(end), Number(count)]);
  const bins = entries.filter(([, count]) => count > 0).sort((a, b) => a[0] - b[0]);
  const count = bins.reduce((sum, bin) => sum + bin[1], 0);
  if (count === 0) return curve_of_percentiles(latency);
  const most = known(latency.max) ? latency.max : Infinity;  // a bin's end is beyond it
  let sum = 0;
  return bins.map(([end, share]) => {
    sum += share;
    return [sum / count, Math.min(end, most)];
  });
}

function curve_of_percentiles(latency) {
  const points =
      Object.entries(latency.percentiles || {}).map(([percent, value]) => [Number(percent) / 100, value]);
  return points.concat([[1, latency.max]]).filter(([, value]) => known(value)).sort((a, b) => a[0] - b[0]);
}

const kTailTicks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999];
const tail_place = (share) => -Math.log10(1 - share);  // 0.9 is at 1, 0.99 at 2
const share_at = (place) => 1 - 10 ** -place;
const curve_end = (latency) => Math.log10(2 * Math.max(1, latency.count));  // half an operation: where 100 % stands
const value_at = (curve, share) => (curve.find(([up_to]) => up_to >= share - 1e-12) || curve[curve.length - 1])[1];

function curve_path(curve, latency, x, y) {
  const end = x(curve_end(latency));
  const least = latency.min > 0 ? latency.min : curve[0][1];
  let path = `M${x(0).toFixed(1)} ${y(least).toFixed(1)}`;
  for (const [share, value] of curve) {
    const right = share < 1 ? Math.min(end, x(tail_place(share))) : end;
    path += `V${y(value).toFixed(1)}H${right.toFixed(1)}`;
  }
  return path;
}

// Moves places apart that are closer than room, and keeps them above the limit.
function spread(places, room, limit) {
  const order = places.map((place, i) => [place, i]).sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < order.length; ++i) order[i][0] = Math.max(order[i][0], order[i - 1][0] + room);
  for (let i = order.length - 1, top = limit; i >= 0; --i, top -= room) order[i][0] = Math.min(order[i][0], top);
  const result = [];
  for (const [place, i] of order) result[i] = place;
  return result;
}

function percent_axis(x, longest, top, bottom) {
  let taken = -Infinity;  // by labels, up to here
  const shown = kTailTicks.filter((percent) => tail_place(percent / 100) <= longest);
  return shown.flatMap((percent) => {
    const place = x(tail_place(percent / 100));
    const text = percent + "%";
    const half = text.length * 3.6;
    const fits = place - half > taken;
    if (fits) taken = place + half + 4;
    const grid = line(place, top, place, bottom, "grid");
    return fits ? [grid, label(place, bottom + 15, text, "tick", "middle")] : [grid];
  });
}

function time_axis_left(domain, y, left, right, room) {
  const ticks = log_ticks(domain);
  const labelled = domain[1] / domain[0] > 2e3 ? ticks.filter((tick) => tick.main) : ticks;
  const grid = ticks.map(({ value, main }) => line(left, y(value), right, y(value), main ? "grid main" : "grid"));
  return grid.concat(labels_left(labelled_ticks(labelled, y, room), y, left));
}
const labels_left = (ticks, y, left) =>
    ticks.map(({ value }) => label(left - 7, y(value) + 4, tick_text(value), "tick", "end"));

function with_curves(group) {
  const measured = group.series.filter((one) => has_operations(one.a_case));
  const curves =
      measured.map((one) => ({...one, latency: total_of(one.a_case), curve: curve_of(total_of(one.a_case)) }));
  return curves.filter((one) => one.curve.length > 0);
}

function percentile_frame(series, names, width) {
  const [left, right, top, bottom] =
      [56, width - 12 - kLetter * Math.max(...names.map((name) => name.length)), 8, 262];
  const longest = Math.max(...series.map((one) => curve_end(one.latency)));
  const domain = log_domain(series.flatMap(({ latency, curve }) => [latency.min, curve[0][1], latency.max]));
  const x = (place) => left + (place / longest) * (right - left);
  return { left, right, top, bottom, longest, domain, x, y: log_scale(domain, bottom, top) };
}

function curve_marks(series, names, { x, y, bottom }) {
  const ends = series.map((one) => [x(curve_end(one.latency)), y(one.curve[one.curve.length - 1][1])]);
  const heights = spread(ends.map((end) => end[1] + 4), 14, bottom);
  const paths = series.map((one) => {
    const d = curve_path(one.curve, one.latency, x, y);
    return svg("path", { class: "curve " + one.style, "data-case": one.a_case.name, d });
  });
  return paths.concat(
      series.map((one, i) => svg("g", { class: one.style }, circle(ends[i][0], ends[i][1], 3, "fill"),
                     label(ends[i][0] + 7, heights[i], names[i], "name halo"))));
}

function paint_percentiles(group, width, readout) {
  const series = with_curves(group);
  if (series.length === 0) return html("p", { class: "dim" }, "No operations, no curve.");
  const names = series.map((one) => shorten(one.name, 6));
  const frame = percentile_frame(series, names, width);
  const { left, right, top, bottom, longest, domain, x, y } = frame;
  const described = series.map((one) => `${one.name}: ${latency_text(one.a_case)}`).join("; ");
  const drawing = picture(width, bottom + 24, `Percentiles of the latency, ${group.title}. ${described}`,
      percent_axis(x, longest, top, bottom), time_axis_left(domain, y, left, right, 15),
      curve_marks(series, names, frame));
  add_cursor(drawing, readout, { left, right, top, bottom, steps: 60 }, (place) => {
    const share = share_at(((place - left) / (right - left)) * longest);
    const digits = Math.max(0, Math.ceil(tail_place(share)) - 1);
    const values = series.map((one) => `${one.name} ${time_text(value_at(one.curve, share))}`);
    return `${(share * 100).toFixed(digits)} % are over by: ${values.join(", ")}`;
  });
  return [drawing, readout];
}

// A vertical line that follows the pointer or the arrow keys; tell(x) says what is there.
function add_cursor(drawing, readout, { left, right, top, bottom, steps }, tell) {
  const cursor = line(left, top, left, bottom, "cursor");
  cursor.style.display = "none";
  let place = left;
  const show = (where) => {
    place = Math.min(right, Math.max(left, where));
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
    cursor.style.display = "";
    readout.textContent = tell(place);
  };
  const hide = () => {
    cursor.style.display = "none";
    readout.textContent = "Point at the chart, or focus it and use the arrow keys, to read values.";
  };
  drawing.append(cursor);
  drawing.setAttribute("tabindex", "0");
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    show(((event.clientX - box.left) * drawing.viewBox.baseVal.width) / box.width);
  });
  drawing.addEventListener("pointerleave", hide);
  drawing.addEventListener("blur", hide);
  drawing.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    show(place + (direction * (right - left)) / steps);
  });
  hide();
}

function percentiles(groups) {
  for (const group of groups) {
    add_card("percentile-cards", group.title, "", (width, readout) => paint_percentiles(group, width, readout),
        legend_of(group.series));
  }
}
