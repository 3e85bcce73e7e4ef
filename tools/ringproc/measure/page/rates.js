// ---- rates: bars from zero ----

// rows: {one, value, low, high, text}
function paint_rates(title, rows, tick, width) {
  const high = Math.max(...rows.map((row) => Math.max(row.value, row.high || 0)), 1e-9) * 1.04;
  const x = (value) => 2 + (value / high) * (width - 30);
  const bottom = rows.length * 40 + 2;
  const ticks = linear_ticks(high, width < 420 ? 4 : 6);
  const bars = rows.map(({ one, value, low, high: most, text }, i) => {
    const y = i * 40 + 2;
    const spread_over_rounds = known(low) && known(most) && most > low
        ? svg("path", { class: "span", d: `M${x(low)} ${y + 20.5}v8m0 -4H${x(most)}m0 -4v8` })
        : null;
    return svg("g", { class: one.style, "data-case": one.a_case.name },
        svg("title", {}, `${one.a_case.name}: ${text}`),
        label(0, y + 12, fit_name(one.name, width - 7.2 * text.length - 10), "name halo"),
        label(width, y + 12, text, "halo", "end"), rect(2, y + 18, x(value) - 2, 13, "rest"), spread_over_rounds);
  });
  return picture(width, bottom + 22, `${title}. ${rows.map((row) => `${row.one.name}: ${row.text}`).join("; ")}`,
      ticks.map((value) => line(x(value), 18, x(value), bottom, "grid main")),
      ticks.map((value) => label(x(value), bottom + 15, tick(value), "tick", anchor_at(x(value), width))), bars);
}

function rate_row(one, value, of_round, text) {
  const rounds = (one.a_case.rounds || []).map(of_round).filter(known);
  return {
    one,
    value: known(value) ? Number(value) : 0,
    low: rounds.length ? Math.min(...rounds) : null,
    high: rounds.length ? Math.max(...rounds) : null,
    text
  };
}

function bandwidth_row(one) {
  const value = one.a_case.durable_bytes_per_second;
  return rate_row(one, value, (round) => round.durable_bytes_per_second, rate_text(value));
}

function flush_row(one) {
  const { operations_per_second: value, syncs, seconds } = one.a_case;
  const of_round = (round) => round.seconds > 0 ? round.operations / round.seconds : null;
  const by_syncs =
      known(syncs) && seconds > 0 ? " · " + per_second_text(syncs / seconds).replace("/s", "syncs/s") : "";
  return rate_row(one, value, of_round, per_second_text(value) + by_syncs);
}

function sharing_row(one) {
  const value = one.a_case.flushes_per_sync;
  const text = known(value) ? three_digits(Number(value)) + " flushes per sync" : "–";
  return rate_row(one, value, (round) => round.flushes_per_sync, text);
}

function add_rate_card(group, what, hint, make_row, tick) {
  const rows = group.series.filter((one) => has_operations(one.a_case)).map(make_row);
  if (rows.length === 0) return;
  add_card("rate-cards", what, group.title + (hint ? ": " + hint : ""),
      (width) => paint_rates(what + ", " + group.title, rows, tick, width));
}

function rates(groups) {
  for (const group of groups.filter(({ first }) => first.operation === "flush")) {
    add_rate_card(group, "Flush rate", "writes made durable in a second", flush_row, (value) => count_text(value));
  }
  for (const group of groups.filter(({ first }) => first.callers > 1)) {
    if (!group.series.some((one) => known(one.a_case.flushes_per_sync))) continue;
    add_rate_card(
        group, "Flushes per sync", "callers served by one sync", sharing_row, (value) => count_text(value, 1));
  }
  for (const group of groups.filter(({ first }) => first.operation === "stream")) {
    add_rate_card(
        group, "Bandwidth until durable", "", bandwidth_row, (value) => value === 0 ? "0" : tick_rate(value));
  }
  if ($("rate-cards").firstChild) return;
  $("rate-cards").append(html("p", { class: "dim" }, "No case of this run has a rate of its own."));
}
const tick_rate = (bytes) => rate_text(bytes).replace(/\.0+(?=\u00a0)/, "");
