"""Judges the JSON of `ringproc bench` for the scripts beside it. Usage: bench_json.py FUNCTION FILE [ARGUMENT...]. Says what
is wrong, status 1."""
import json
import math
import re
import sys

PROBLEMS = []


def check(right, *what):
    if not right:
        PROBLEMS.append(" ".join(map(str, what)))


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=no_constant)


def close(a, b, within=1e-6):
    return math.isclose(a, b, rel_tol=within, abs_tol=1e-9)


def case_of(run, name):
    found = [case for case in run["cases"] if case["name"] == name]
    if len(found) != 1:
        sys.exit(f"{len(found)} cases called {name!r} among {[case['name'] for case in run['cases']]}")
    return found[0]


# ---- whole: every promised field is there, and what it says can be true ----

number, whole_number, text = (int, float), int, str
truth, absent, listed = bool, type(None), list

RUN = {
    "format": text, "format_version": whole_number, "ringproc": dict, "date": text, "command": text, "seconds": number,
    "interrupted": truth, "machine": dict, "disk": dict, "clock": dict, "settings": dict, "durable": truth,
    "not_durable": listed, "warnings": listed, "meaning": listed, "cases": listed,
}
PARTS = {
    "ringproc": {"version": text, "build": text},
    "machine": {"cpu": text, "processors": whole_number, "memory_bytes": whole_number, "system": text, "distribution": (text, absent),
                "virtual": (text, absent)},
    "disk": {"directory": text, "file_system": text, "mount_point": (text, absent), "source": (text, absent),
             "mount_options": (text, absent), "device": (text, absent), # in a changed root the mount table is silent
             "model": (text, absent), "write_cache": (text, absent), "rotational": (truth, absent), "scheduler": (text, absent),
             "size_bytes": whole_number, "free_bytes": whole_number},
    "clock": {"cost_ns": number, "step_ns": number},
    "settings": {"rounds": whole_number, "seed": whole_number, "options": text, "direct": text},
}
CASE = {
    "name": text, "procedure": text, "operation": text, "file": text, "block_bytes": whole_number, "callers": whole_number,
    "files": whole_number, "arrival": text, "rate": (int, float, absent), "sync_seconds": number, "operations": whole_number,
    "bytes": whole_number, "seconds": number, "operations_per_second": number, "until_durable_seconds": number,
    "durable_bytes_per_second": number, "flushes": whole_number, "syncs": whole_number, "flushes_per_sync": (int, float, absent),
    "not_begun": whole_number, "error": (text, absent), "latency_ns": dict, "rounds": listed, "over_time": listed,
}
ROUND = {"operations": whole_number, "seconds": number, "p50_ns": whole_number, "p99_ns": whole_number, "max_ns": whole_number,
         "durable_bytes_per_second": number, "flushes_per_sync": (int, float, absent), "at_seconds": number}
INTERVAL = {"at_seconds": number, "seconds": number, "operations": whole_number, "p50_ns": whole_number, "p99_ns": whole_number,
            "max_ns": whole_number}
LATENCY = {"count": whole_number, "min": whole_number, "max": whole_number, "mean": number, "percentiles": dict, "bins": dict}


def fits(where, value, shape):
    for key, kind in shape.items():
        check(key in value, where, "has no", key)
        if key in value:
            kinds = kind if isinstance(kind, tuple) else (kind,)
            right = isinstance(value[key], kinds) and (bool in kinds or not isinstance(value[key], bool))
            check(right, where, key, "is", repr(value[key]))


def whole(run):
    fits("the run", run, RUN)
    for part, shape in PARTS.items():
        fits(part, run[part], shape)
    check(run["format"] == "ringproc bench" and run["format_version"] == 1, "format", run["format"], run["format_version"])
    check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", run["date"]), "date", run["date"])
    check(run["durable"] == (not run["not_durable"]), "durable is", run["durable"], "because of", run["not_durable"])
    floor = [case for case in run["cases"] if case["name"] == "flush raw growing 4K" and case["operations"] and not case["error"]]
    check(run["meaning"] or not floor, "no word on what it means")
    names = [case["name"] for case in run["cases"]]
    check(len(names) == len(set(names)), "names are not unique:", names)
    for case in run["cases"]:
        name = case["name"]
        fits(name, case, CASE)
        check(case["procedure"] in ("raw", "dos", "ring") and case["operation"] in ("flush", "write", "stream"), name, "is of no known kind")
        check((case["arrival"] == "closed") == (case["rate"] is None), name, "arrives", case["arrival"], "at", case["rate"])
        for one in case["rounds"]:
            fits(name + ", round", one, ROUND)
        for one in case["over_time"]:
            fits(name + ", interval", one, INTERVAL)
        for what, latency in case["latency_ns"].items():
            if latency is not None:
                fits(f"{name}, {what}", latency, LATENCY)


# ---- adds_up: what is told twice is the same both times ----


def percentile(bins, share):
    """The upper end of the bin in which the operation of that rank is."""
    wanted, seen = max(1, math.ceil(share * sum(bins.values()) - 1e-9)), 0
    for end in sorted(bins):
        seen += bins[end]
        if seen >= wanted:
            return end
    return 0


def latency_adds_up(where, latency, operations):
    bins = {int(end): count for end, count in latency["bins"].items()}
    check(all(count > 0 for count in bins.values()), where, "lists empty bins")
    check(sum(bins.values()) == latency["count"] == operations, where, f"bins: {sum(bins.values())}, count: {latency['count']}, operations:",
          operations)
    if not bins:
        return
    check(set(latency["percentiles"]) == {"50", "90", "99", "99.9", "99.99"}, where, "percentiles", *latency["percentiles"])
    got = [latency["min"]]
    for share, value in sorted(latency["percentiles"].items(), key=lambda pair: float(pair[0])):
        # No percentile is more than what was really seen.
        wanted = max(latency["min"], min(percentile(bins, float(share) / 100), latency["max"]))
        check(value == wanted, where, f"p{share} is {value}, its bin ends at {wanted}")
        got.append(value)
    check(got + [latency["max"]] == sorted(got + [latency["max"]]), where, "falls:", *got, latency["max"])
    check(latency["max"] <= max(bins), where, "max", latency["max"], "is beyond the last bin", max(bins))
    check(latency["min"] <= min(bins), where, "min", latency["min"], "is beyond the first bin", min(bins))
    mean = sum(end * count for end, count in bins.items()) / latency["count"]
    check(mean * 0.9 - 20 <= latency["mean"] <= mean + 1, where, "the mean is", latency["mean"], "and by bins", mean)


def case_adds_up(case, run):
    name, operations, latency = case["name"], case["operations"], case["latency_ns"]
    check(case["bytes"] == operations * case["block_bytes"], name, case["bytes"], "bytes")
    for what, one in latency.items():
        if one is not None:
            latency_adds_up(f"{name}, {what}", one, operations)
    check(sum(one["operations"] for one in case["rounds"]) == operations, name, "its rounds have other operations")
    check(sum(one["operations"] for one in case["over_time"]) == operations, name, "its intervals have other operations")
    check(len(case["rounds"]) <= run["settings"]["rounds"], name, len(case["rounds"]), "rounds")
    check(close(sum(one["seconds"] for one in case["rounds"]), case["seconds"]), name, "its rounds last otherwise than", case["seconds"])
    if operations == 0:
        return
    check((latency["completion"] is not None) == (case["operation"] == "flush"), name, "completion:", latency["completion"] is not None)
    check((latency["start_delay"] is not None) == (case["arrival"] != "closed"), name, "start_delay:", latency["start_delay"] is not None)
    total, parts = latency["total"], [latency[what] for what in ("submission", "completion", "start_delay") if latency[what]]
    check(total["max"] >= max(part["max"] for part in parts), name, "a part takes longer than all")
    check(total["min"] >= latency["submission"]["min"], name, "a part takes longer than all")
    sums = sum(part["mean"] for part in parts)
    check(close(total["mean"], sums, 1e-3) or abs(total["mean"] - sums) < 100, name, "the means are", sums, "and in all", total["mean"])
    check(total["max"] == max(one["max_ns"] for one in case["rounds"] if one["operations"]), name, "no round has its maximum")
    check(total["max"] == max(one["max_ns"] for one in case["over_time"]), name, "no interval has its maximum")
    check(close(case["operations_per_second"] * case["seconds"], operations), name, "operations_per_second")
    check(close(case["durable_bytes_per_second"] * case["until_durable_seconds"], case["bytes"]), name, "durable_bytes_per_second")
    check(case["until_durable_seconds"] >= case["seconds"] * (1 - 1e-9), name, "is durable before its end")
    check(case["seconds"] <= run["seconds"], name, "lasts longer than the run")
    check(all(one["at_seconds"] <= run["seconds"] for one in case["over_time"]), name, "goes on after the run")
    if case["operation"] == "flush":
        check(case["flushes"] == operations, name, case["flushes"], "flushes")
        check(case["syncs"] >= 1 and close(case["flushes_per_sync"] * case["syncs"], case["flushes"]), name, "flushes_per_sync")
    if case["procedure"] != "ring":
        check(case["syncs"] >= case["flushes"], name, f"{case['flushes']} flushes by {case['syncs']} syncs: nobody shares here")
    elif case["flushes"]:
        check(case["flushes_per_sync"] > 0.8, name, "syncs more often than it is asked to:", case["flushes_per_sync"])


def adds_up(run):
    whole(run)
    for case in run["cases"]:
        case_adds_up(case, run)


# ---- others ----


def holds(run, expression):
    """An expression of the run's keys; case(NAME), measured (the cases but the floor's), slower(CASE, NS), due(CASE)."""
    words = dict(run, run=run, case=lambda name: case_of(run, name), close=close, due=lambda one: one["operations"] + one["not_begun"],
                 measured=[one for one in run["cases"] if one["name"] != "flush raw growing 4K"],
                 slower=lambda one, ns: sum(count for end, count in one["latency_ns"]["total"]["bins"].items() if int(end) >= ns))
    check(eval(expression, {"__builtins__": __builtins__, **words}), expression)


def value(run, expression):
    print(eval(expression, {"run": run, "case": lambda name: case_of(run, name), **run}))


UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def table(run, path):
    """The lines of the table at PATH have the numbers of the cases, in their order."""
    time = r"([\d.]+) (ns|us|ms|s)"
    lines = re.findall(rf"^  (raw|dos|ring) +(growing|prepared) +{' +'.join([time] * 5)} +([\d.]+) +([\d.]+)", open(path, encoding="utf-8").read(), re.M)
    cases = sorted(run["cases"], key=lambda case: (case["procedure"], case["file"], case["operations_per_second"]))
    lines.sort(key=lambda line: (line[0], line[1], float(line[12])))
    check(len(lines) == len(cases), len(lines), "lines for", len(cases), "cases")
    for line, case in zip(lines, cases):
        total = case["latency_ns"]["total"]
        wanted = [total["percentiles"][share] for share in ("50", "90", "99", "99.9")] + [total["max"]]
        got = [float(line[i]) * UNITS[line[i + 1]] for i in range(2, 12, 2)]
        check((line[0], line[1]) == (case["procedure"], case["file"]), line, "is not", case["name"])
        check(all(close(a, b, 0.06) for a, b in zip(wanted, got)), case["name"], wanted, "is shown as", got)
        check(abs(float(line[12]) - case["operations_per_second"]) <= 0.01 * case["operations_per_second"] + 0.5, case["name"], line[12], "a second")
        check(abs(float(line[13]) - case["durable_bytes_per_second"] / 1e6) <= 0.01 * case["durable_bytes_per_second"] / 1e6 + 0.06,
              case["name"], line[13], "MB/s")


def page(run, path):
    """The page at PATH has this run in it, and asks for nothing else."""
    source = open(path, encoding="utf-8").read()
    data = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', source, re.S)
    check(data and json.loads(data.group(1)) == run, "the page has another run in it")
    rest = source.replace(data.group(1), "") if data else source
    for asks in (r"<(?:script|img|iframe|embed|source|video|audio)\b[^>]*\bsrc\s*=", r"<link\b(?![^>]*href=\"data:)", r"@import", r"url\((?!#|\"?data:|'?#)",
                 r"\bfetch\s*\(", r"XMLHttpRequest", r"WebSocket", r"\bimport\s*\("):
        found = re.search(asks, rest)
        check(not found, "the page asks for more:", found and rest[found.start():found.start() + 80])


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]](load(sys.argv[2]), *sys.argv[3:])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        PROBLEMS.append(f"{type(error).__name__}: {error}")
    print("\n".join(PROBLEMS[:20]), end="\n" if PROBLEMS else "", file=sys.stderr)
    sys.exit(bool(PROBLEMS))
