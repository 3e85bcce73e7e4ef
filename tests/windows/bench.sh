#!/usr/bin/env bash
# `ringproc bench` under Wine, one case per call: that it measures there what it says, not how fast.
# Usage: bench.sh CASE WINE PREFIX RINGPROC; `bench.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
set -uo pipefail

fail() { echo "FAILED: $*" >&2; exit 1; }

# bench STATUS ARGUMENT...: its output goes to `text`.
bench() {
  local wanted=$1 status
  shift
  "$wine" "$prefix" "$ringproc" bench "$@" >out 2>&1
  status=$?
  tr -d '\r' <out >text
  [ $status -eq "$wanted" ] || { cat text >&2; fail "status $status instead of $wanted: $*"; }
}
says() { grep -qE -- "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }

every_procedure_measures() {
  mkdir disk
  bench 0 disk -d 0.1 --rounds 2 --json run.json --html run.html
  says '^  ring growing ' text
  says '^  dos  prepared ' text
  says '^Large data is on the disk at ' text
  [ -z "$(ls disk)" ] || fail "left behind: $(ls disk)"
  says '<html' run.html
  python3 - <<'PYTHON' || fail "run.json is not right"
import json
run = json.load(open("run.json", encoding="utf-8"))
assert run["machine"]["system"].startswith("Windows"), run["machine"]
assert len(run["cases"]) == 14, [case["name"] for case in run["cases"]]
for case in run["cases"]:
    total = case["latency_ns"]["total"]
    assert case["error"] is None and case["operations"] > 0, case["name"]
    assert sum(total["bins"].values()) == total["count"] == case["operations"], case["name"]
PYTHON
}

open_loops_begin_when_due() {
  mkdir disk
  bench 0 disk --op write --rate 200 -d 0.5 --rounds 1 --json run.json
  python3 - <<'PYTHON' || fail "run.json is not right"
import json
run = json.load(open("run.json", encoding="utf-8"))
for case in run["cases"]:
    if case["operation"] == "write":
        assert case["operations"] + case["not_begun"] == 100, (case["name"], case["operations"])
        assert case["latency_ns"]["start_delay"]["count"] == case["operations"]
PYTHON
}

runs_are_compared() {
  mkdir disk
  bench 0 disk --proc raw --op flush -d 0.1 --rounds 2 --json a.json
  bench 0 disk --proc raw --op flush -d 0.1 --rounds 2 --json b.json
  bench 0 --compare a.json b.json
  says 'flush raw growing 4K' text
}

what_cannot_be_is_refused() {
  bench 3 nowhere
  says 'nowhere does not exist' text
  bench 2 . --block 4Q
  says "4Q" text
  bench 3 --compare none.json none.json
  says 'none\.json' text
}

cases='every_procedure_measures open_loops_begin_when_due runs_are_compared what_cannot_be_is_refused'
case ${1:-} in
  --list) tr ' ' '\n' <<<"$cases"; exit 0 ;;
esac
case " $cases " in *" ${1:-none} "*) ;; *) echo "bench.sh: no such case: ${1:-}" >&2; exit 2 ;; esac
[ $# -eq 4 ] || { echo "usage: bench.sh CASE WINE PREFIX RINGPROC" >&2; exit 2; }
wine=$(realpath "$2") prefix=$(realpath -m "$3") ringproc=$(realpath "$4")
work=$(mktemp -d -p "$PWD" bench-XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
"$1"
