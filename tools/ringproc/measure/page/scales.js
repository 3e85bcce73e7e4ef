// ---- scales ----

// The greatest of 1, 2, 5 times a power of ten that is not above the value; or the least that is not below it.
function round_down(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [5, 2, 1].map((digit) => digit * power).find((step) => step <= value * 1.000001);
}
function round_up(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= value * 0.999999);
}

// Of positive values only: a domain for log_scale, with some air.
function log_domain(values) {
  const positive = values.filter((value) => known(value) && value > 0);
  if (positive.length === 0) return [1000, 1000000];
  const least = positive.reduce((a, b) => Math.min(a, b));  // there may be too many to be arguments
  const most = positive.reduce((a, b) => Math.max(a, b));
  const low = round_down(least * 0.97);
  return [low, Math.max(round_up(most * 1.03), low * 10)];
}

function log_scale([low, high], from, to) {
  const factor = (to - from) / Math.log(high / low);
  return (value) => from + factor * Math.log(Math.min(high, Math.max(low, value)) / low);
}

// {value, main}: main ones are powers of ten.
function log_ticks([low, high]) {
  const ticks = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high * 1.000001; power *= 10) {
    for (const digit of [1, 2, 5]) {
      const value = digit * power;
      if (value >= low * 0.999999 && value <= high * 1.000001) ticks.push({ value, main: digit === 1 });
    }
  }
  return ticks;
}

// Those whose labels find room, powers of ten first. place: from a value to pixels.
function labelled_ticks(ticks, place, room) {
  const taken = [];
  for (const tick of [...ticks].sort((a, b) => b.main - a.main)) {
    if (taken.every((other) => Math.abs(place(other.value) - place(tick.value)) >= room)) taken.push(tick);
  }
  return taken;
}

function linear_ticks(high, wanted) {
  const power = 10 ** Math.floor(Math.log10(high / wanted));
  const step = [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((one) => one >= high / wanted * 0.999999);
  return Array.from({ length: Math.floor(high / step + 1e-6) + 1 }, (_, i) => i * step);
}
