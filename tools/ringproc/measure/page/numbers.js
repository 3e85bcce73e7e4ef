// ---- numbers as text ----

const known = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));

function three_digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2);
}

function scaled(value, step, units) {
  if (!known(value)) return "–";
  let unit = 0;
  while (unit + 1 < units.length && Math.abs(value) >= step * 0.9995) {
    value /= step;
    ++unit;
  }
  return (unit === 0 && Number.isInteger(value) ? String(value) : three_digits(value)) + "\u00a0" + units[unit];
}
const time_text = (ns) => scaled(ns, 1000, ["ns", "µs", "ms", "s"]);
const rate_text = (bytes) => scaled(bytes, 1000, ["B/s", "kB/s", "MB/s", "GB/s"]);
const size_text = (bytes) =>
    scaled(bytes, 1024, ["bytes", "KiB", "MiB", "GiB", "TiB"]).replace(/\.00?(?=\u00a0)/, "");
const count_text = (value, digits) => known(value)
    ? Number(value).toLocaleString("en-US", { maximumFractionDigits: digits === undefined ? 0 : digits })
    : "–";
const tick_text = (ns) => time_text(ns).replace(/\.0+(?=\u00a0)/, "").replace("\u00a0", " ");
const shorten = (text, length) => text.length > length ? text.slice(0, Math.max(0, length - 1)) + "…" : text;
const kLetter = 8.3;  // pixels that a letter of a name takes at most, mostly
const fit_name = (text, pixels) => shorten(text, Math.floor(pixels / kLetter));

function per_second_text(value) {
  if (!known(value)) return "–";
  return (value >= 100 ? count_text(value) : three_digits(Number(value))) + "\u00a0/s";
}
