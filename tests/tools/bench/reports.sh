#!/usr/bin/env bash
# The reports of `bench`, and the comparison of two, one case per call.
# Usage: reports.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `reports.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

reports_are_not_overwritten_unasked() {
  local kind
  for kind in json html; do
    echo precious >report
    refused 3 'report exists already; give -y' disk --proc raw --$kind report
    same precious "$(cat report)" "the old report"
    expect 0 "$program" bench disk "${short[@]}" --proc raw --$kind report -y
    [ "$(stat -c %s report)" -gt 1000 ] || fail "it was not written"
  done
}

reports_that_cannot_be_written_are_told_first() {
  mkdir folder
  local kind
  for kind in json html; do
    refused 3 'nowhere/report' disk --$kind nowhere/report
    refused 3 'folder' disk --$kind folder -y
    refused 3 '/dev/full' disk --$kind /dev/full -y
  done
  # Nor is the other one left behind, empty.
  refused 3 'nowhere/report' disk --json new.json --html nowhere/report
  refused 3 'nowhere/report' disk --html new.html --json nowhere/report
}

two_reports_are_two_files() {
  refused 2 '--html' disk --json one --html one
  refused 2 '--html' disk --json one --html ./one
  refused 2 '--html' disk --json - --html -
}

errors_leave_no_reports() {
  refused 3 nowhere nowhere --json run.json --html page.html
  refused 2 block disk -b 0 --json run.json --html page.html
  echo precious >old.json
  refused 3 nowhere nowhere --json old.json -y
  same precious "$(cat old.json)" "the old report"
}

a_run_is_like_itself() {
  measure 0 -d 0.2 --proc raw,ring
  expect 0 "$program" bench --compare run.json run.json
  says "^$floor\$" out
  says '^  p99 .* 1\.000 .*same$' out
  says_not '(faster|slower|better|worse)$' out
  sed 's/"p\(50\|99\)_ns": \([0-9]\)/"p\1_ns": 9\2/; s/"\(50\|99\)": \([0-9]\)/"\1": 9\2/' run.json >slow.json
  expect 0 "$program" bench --compare run.json slow.json
  says '^  p50 .*(slower|worse)' out
}

bad_runs_to_compare_are_told() {
  measure 0 -d 0.1 --rounds 1 --proc raw
  echo 'no JSON' >text.json
  echo '{}' >empty.json
  : >nothing.json
  head -c 700 run.json >cut.json
  sed 's/"format_version": 1,/"format_version": 2,/' run.json >newer.json
  sed 's/"format": "ringproc bench"/"format": "other"/' run.json >other.json
  sed 's/"cases": \[/"cases": 5, "x": [/' run.json >wrong.json
  python3 -c 'print("[" * 3000000)' >deep.json
  local file
  for file in text.json empty.json nothing.json cut.json newer.json other.json wrong.json deep.json missing.json disk /dev/zero; do
    refused 3 "ringproc bench: $file" --compare run.json $file
    refused 3 "ringproc bench: $file" --compare $file run.json
  done
  says_not 'nlohmann|json.exception' err
  refused 2 '--compare' --compare run.json
}

run "$@"
