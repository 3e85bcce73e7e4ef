#!/usr/bin/env bash
# How `bench` ends when it is interrupted, and what it leaves alone, one case per call.
# Usage: ends.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `ends.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

an_interrupt_shows_what_there_is() {
  local signal
  for signal in INT TERM HUP; do
    begin --proc raw,ring
    kill -$signal "$running"
    ends_with 1
    judge adds_up run.json
    holds "interrupted and case('$floor')['operations'] > 0"
    says 'raw  growing' out
    says 'nterrupted' <(cat out err)
    nothing_left
  done
}

# The first one is waited for by the disk, which stands still.
a_second_interrupt_ends_it() {
  set_fault RINGPROC_FAULT_FILE=growing-0 RINGPROC_FAULT_AT=20 RINGPROC_FAULT_UNTIL="$PWD/go"
  begin --proc raw
  wait_for "the disk to stand still" stands_still
  kill -INT "$running"
  wait_for "the first signal" taken "$running"
  kill -0 "$running" || fail "the first signal ended it"
  kill -INT "$running"
  ends_with 130
}
stands_still() {
  local before
  before=$(stat -c %s disk/*/growing-0)
  read -rt 0.2 <> <(:)
  [ "$(stat -c %s disk/*/growing-0)" -eq "$before" ]
}
taken() { ! grep -qE '^(SigPnd|ShdPnd):.*[1-9a-f]' "/proc/$1/status" 2>/dev/null; }

a_hanging_disk_can_be_left() {
  bad_disk
  told_ok fault fsync 30 0 hang growing-0
  begin --proc raw
  tell hanging 1
  same 1 "$(cat told)" "syncs that hang"
  kill -INT "$running"
  wait_for "the first signal" taken "$running"
  kill -INT "$running"
  wait_for "the second signal" ending "$running"
  told_ok release error # before that no process ends
  ends_with 130
}
ending() { grep -qE '^State:.*[ZXx] ' "/proc/$1/status" 2>/dev/null || ! kill -0 "$1" 2>/dev/null; }

a_disk_that_is_taken_away_is_no_hang() {
  begin --proc raw,dos
  rm -r disk/*
  kill -INT "$running"
  wait "$running"
  same 1 $? status
  nothing_left
}

others_files_stay() {
  echo precious >disk/growing-0
  mkdir disk/ringproc-bench-1
  echo precious >disk/ringproc-bench-1/growing-0
  expect 0 "$program" bench disk "${short[@]}" --proc raw
  same "precious precious" "$(cat disk/growing-0 disk/*/growing-0 | xargs)" "others' files"
  same "disk/growing-0 disk/ringproc-bench-1" "$(echo disk/*)" "what is there"
}

two_runs_do_not_meet() {
  begin --proc raw
  expect 0 "$program" bench disk "${short[@]}" --proc raw,ring
  kill -TERM "$running"
  wait "$running"
  judge adds_up run.json
  nothing_left
}

helpers='stands_still|taken|ending'
run "$@"
