// ---- cases and groups ----

const kOperations = {
  flush: ["Write and flush", "each write waited for until it is durable"],
  write: ["Write alone", "how long the call keeps its caller; nobody waits for the disk"],
  stream: ["Stream", "one write call of many, one after the other, and one flush at the end"],
};
const kProcedures = ["raw", "dos", "ring"];
const kStyles = ["other1", "other2", ...kProcedures];
const operation_title = (name) => Object.hasOwn(kOperations, name) ? kOperations[name][0] : String(name);
const operation_hint = (name) => Object.hasOwn(kOperations, name) ? kOperations[name][1] : "";
const total_of = (a_case) =>
    (a_case.latency_ns && a_case.latency_ns.total) || { count: 0, percentiles: {}, bins: {} };
const has_operations = (a_case) => total_of(a_case).count > 0;
const plural = (count, word) => `${count_text(count)} ${word}${Number(count) === 1 ? "" : "s"}`;

function arrival_text(a_case) {
  if (a_case.arrival === "closed" || !a_case.arrival) return "";
  return known(a_case.rate) ? `${count_text(a_case.rate, 2)} a second (${a_case.arrival})` : String(a_case.arrival);
}

function group_title(a_case) {
  const callers = a_case.callers > 1 ? plural(a_case.callers, "caller") : "";
  const files = a_case.files > 1 ? plural(a_case.files, "file") : "";
  const what = `${operation_title(a_case.operation)}, ${size_text(a_case.block_bytes)}`;
  return [what, `${a_case.file} file`, callers, files, arrival_text(a_case)].filter(Boolean).join(" · ");
}

// A style of its own for each case of a group; the known procedures have theirs everywhere.
function give_styles(cases) {
  const free = kStyles.filter((style) => !cases.some((a_case) => a_case.procedure === style));
  const used = new Set();
  let turn = 0;
  return cases.map((a_case) => {
    const own = kProcedures.includes(a_case.procedure) && !used.has(a_case.procedure);
    used.add(a_case.procedure);
    return own ? a_case.procedure : (free.length ? free : kStyles)[turn++ % (free.length || kStyles.length)];
  });
}

function make_series(cases) {
  const styles = give_styles(cases);
  const alone = (a_case) => cases.filter((other) => other.procedure === a_case.procedure).length === 1;
  const name_of = (a_case) => String(alone(a_case) ? a_case.procedure : a_case.name);
  return cases.map((a_case, i) => ({ a_case, style: "s-" + styles[i], name: name_of(a_case) }));
}

// Cases that can be compared: all is the same but the procedure.
const kSame = ["operation", "file", "block_bytes", "callers", "files", "arrival", "rate", "sync_seconds"];
function make_groups(cases) {
  const groups = new Map();
  for (const a_case of cases) {
    const key = JSON.stringify(kSame.map((field) => a_case[field]));
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(a_case);
  }
  const make_group = (members) =>
      ({ first: members[0], title: group_title(members[0]), series: make_series(members) });
  return [...groups.values()].map(make_group);
}
