#!/usr/bin/env bash
# A recording one of whose two processes ends, or both, and what is told of it, one case per call.
# Usage: ends.sh CASE PROGRAM DISK_FAULT_LIBRARY; `ends.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

the_parent_finishes_what_the_child_left() {
  local signal
  for signal in KILL ABRT; do # sanitizers answer a SEGV themselves
    record take.wav -y
    kill -$signal "$child"
    wait "$parent"
    same 1 $? status
    says "process $child was killed by SIG$signal" record.err
    says "take.wav: [0-9]+ bytes .* are in the file and durable" record.err
    is_complete take.wav
    same 0 "$(regions)" "regions left"
  done
}

the_child_finalises_when_the_parent_dies() {
  record take.wav --json take.json
  kill -KILL "$parent"
  wait "$parent" 2>/dev/null
  wait_for "the child ends" gone "$child"
  expect 0 "$program" verify take.wav --summary take.json
  same 0 "$(regions)" "regions left"
}

one_signal_to_either_finalises_once() {
  local signal whom
  for signal in TERM INT; do
    for whom in parent child; do
      record take.wav --json take.json -y
      kill -$signal "${!whom}"
      wait "$parent"
      same 0 $? "status after SIG$signal to the $whom"
      expect 0 "$program" verify take.wav --summary take.json
      same 1 "$(grep -c 'complete and durable' record.out)" "times finalised"
      same 0 "$(regions)" "regions left"
    done
  done
}

a_second_signal_leaves_it_recoverable() {
  set_fault RINGPROC_FAULT_AT=3 RINGPROC_FAULT_DELAY_MS=60000
  record take.wav
  kill -TERM "$parent"
  while grep -qE '^(SigPnd|ShdPnd):.*[1-9a-f]' "/proc/$parent/status" "/proc/$child/status" 2>/dev/null; do :; done
  kill -INT "$parent"
  wait "$parent"
  same 130 $? status
  wait_for "the child ends" gone "$child"
  faulty=()
  expect 0 "$program" recover
  is_complete take.wav
}

the_summary_of_a_killed_recording_is_no_empty_file() {
  record take.wav --json take.json
  kill -KILL "$child"
  wait "$parent"
  same 1 $? status
  [ ! -e take.json ] || python3 -m json.tool take.json >/dev/null || fail "the summary is not JSON"
}

survival_is_told() {
  RINGPROC_OPTIONS=survive=off expect 0 "$program" record -o take.wav "${counter[@]}" -n 10
  says '(DOES NOT|do not) (SURVIVE|survive)' <(head -n 1 err)
  RINGPROC_OPTIONS=survive=on expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 -y
  says 'survives this process' <(head -n 1 err)
  RINGPROC_OPTIONS=survive=on RINGPROC_REGIONS=$PWD/missing expect 3 "$program" record -o other.wav "${counter[@]}" -n 10
  says 'cannot open other.wav' err
  [ ! -e other.wav ] || fail "an empty file is left"
}

a_refused_survival_gives_its_reason() {
  RINGPROC_OPTIONS=survive=on RINGPROC_REGIONS=$PWD/missing expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "survive|$PWD/missing" err
}

run "$@"
