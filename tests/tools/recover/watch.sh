#!/usr/bin/env bash
# `recover --watch`, one case per call.
# Usage: watch.sh CASE PROGRAM DISK_FAULT_LIBRARY; `watch.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }

# A watcher that is started before anything else, and one recording beside it.
watch_finishes_what_dies() {
  local watcher signal
  for signal in TERM INT; do
    rm -rf "$own"
    "$program" recover --watch >watch.out 2>watch.err &
    watcher=$!
    wait_for "the directory is made" test -d "$own"
    same 700 "$(stat -c %a "$own")" "mode of the directory"
    leave_dead take.wav
    wait_for "the file is completed" contains "take.wav: [0-9]+ bytes that process $child left are in the file" watch.err
    is_complete take.wav
    same 0 "$(regions)" "regions left"
    kill -$signal $watcher
    wait $watcher || fail "status $? after SIG$signal"
  done
}

watch_is_idle_beside_a_recording() {
  local watcher before_watcher before_parent start
  "$program" recover --watch >watch.out 2>watch.err &
  watcher=$!
  wait_for "the directory is made" test -d "$own"
  record take.wav
  before_watcher=$(ticks $watcher) before_parent=$(ticks "$parent")
  start=$(field take.wav accepted)
  two_seconds_more() { [ "$(field take.wav accepted)" -ge $((start + 2 * 48000 * 4)) ]; }
  wait_for "two seconds of recording" two_seconds_more
  # 20 ticks are 0.2 s: a busy loop has ten times that.
  [ $(($(ticks $watcher) - before_watcher)) -le 20 ] || fail "the watcher took $(ticks $watcher) ticks"
  [ $(($(ticks "$parent") - before_parent)) -le 5 ] || fail "the parent took $(ticks "$parent") ticks"
  kill -TERM "$parent"
  wait "$parent" || fail "status $?"
  kill -TERM $watcher
  wait $watcher || fail "status $?"
}

watch_leaves_a_failed_file_alone() {
  local watcher
  "$program" recover --watch >watch.out 2>watch.err &
  watcher=$!
  wait_for "the directory is made" test -d "$own"
  fail_while_recording 28 5
  leave_dead other.wav # seen after the failed one
  wait_for "the other is completed" contains 'other.wav: .*are in the file' watch.err
  same 1 "$(regions)" "regions left by --watch"
  kill -TERM $watcher
  wait $watcher || fail "status $?"
}

helpers='ticks'
run "$@"
