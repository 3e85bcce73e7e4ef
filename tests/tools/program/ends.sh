#!/usr/bin/env bash
# How a recording ends: signals, limits and disks that fail or stand still, one case per call.
# Usage: ends.sh CASE PROGRAM DISK_FAULT_LIBRARY; `ends.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

a_signal_finalises() {
  local signal procedure pid
  for procedure in ring dos; do
    for signal in INT TERM HUP; do
      rm -f take.wav take.json
      "$program" record -o take.wav "${counter[@]}" --proc $procedure --json take.json >out 2>err &
      pid=$!
      await_start $pid
      kill -$signal $pid
      wait $pid || fail "status $? after SIG$signal"
      json_has exit_reason '"signal"'
      json_has signal "\"SIG$signal\""
      expect 0 "$program" verify take.wav --summary take.json
    done
  done
}

a_signal_ends_waiting_for_input() {
  local pid
  mkfifo input
  exec 7<>input
  "$program" record -o take.wav "${stdin[@]}" --json take.json <&7 >out 2>err &
  pid=$!
  await_start $pid
  kill -TERM $pid
  wait $pid || fail "status $?"
  json_has exit_reason '"signal"'
}

a_second_signal_forces() {
  local pid i
  set_fault RINGPROC_FAULT_DELAY_MS=60000
  "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" --proc dos >out 2>err &
  pid=$!
  for ((i = 0; i < 1000; i++)); do # until the handler is there: the file is claimed after it
    [ -e take.wav ] && break
    moment
  done
  kill -TERM $pid
  # The first one is taken up before the second is sent: a signal pending twice counts once.
  while grep -qE '^(SigPnd|ShdPnd):.*[1-9a-f]' /proc/$pid/status 2>/dev/null; do :; done
  kill -INT $pid
  wait $pid
  [ $? -eq 130 ] || fail "not forced"
  says 'second signal' err
}

size_limit_of_the_shell() {
  local procedure
  for procedure in ring dos; do
    rm -f take.wav take.json
    (ulimit -f 100 && expect 5 "$program" record -o take.wav --source counter -c 7 -r 192000 -f s24 -n 1000000 \
      --unpaced --proc $procedure --json take.json) || exit 1
    json_has exit_reason '"disk_full"'
    expect 0 "$program" verify take.wav --summary take.json
  done
}

disk_full() {
  local procedure at
  for procedure in ring dos; do
    # The ring makes few and large writes of this, at least ten; 'DOS ' one per period.
    [ $procedure = ring ] && at=5 || at=20
    set_fault RINGPROC_FAULT_AT=$at RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_ERRNO=28
    expect 5 "${faulty[@]}" "$program" record -o take.wav \
      "${counter[@]}" -n 5000000 --unpaced --proc $procedure --json take.json -y
    json_has exit_reason '"disk_full"'
    says 'failed: No space left' <(tail -n 1 err)
    expect 0 "$program" verify take.wav --summary take.json
  done
}

write_error() {
  local procedure at
  for procedure in ring dos; do
    # The ring makes few and large writes of this, at least ten; 'DOS ' one per period.
    [ $procedure = ring ] && at=5 || at=20
    set_fault RINGPROC_FAULT_AT=$at RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_ERRNO=5
    expect 6 "${faulty[@]}" "$program" record -o take.wav \
      "${counter[@]}" -n 5000000 --unpaced --proc $procedure --json take.json -y
    json_has exit_reason '"io_error"'
    expect 0 "$program" verify take.wav --summary take.json
  done
}

sync_error() {
  local procedure
  for procedure in ring dos; do
    set_fault RINGPROC_FAULT_SYNC_ERRNO=5
    expect 6 "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" -n 10000 --unpaced \
      --proc $procedure --json take.json -y
    json_has frames_durable 0
    json_has bytes_durable 0
  done
}

# The disk stands still until the ring is full, and goes on until samples from after that are in the file: what is lost is
# what verify misses.
a_stalled_disk_loses_what_is_told() {
  local pid status size captured
  : >err
  set_fault RINGPROC_FAULT_AT=4 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_UNTIL="$PWD/go"
  "${faulty[@]}" "$program" record -o take.wav --source counter -c 8 -r 48000 -f s32 --ring 64K --json take.json >out 2>err &
  pid=$!
  wait_for 'a loss' grep -q 'LOST frames from number' err
  size=$(stat -c %s take.wav)
  touch go
  wait_for 'more than the ring had' longer_than take.wav $((size + 2 * 65536))
  kill -TERM $pid
  wait $pid
  status=$?
  [ $status -eq 4 ] || { cat out err >&2; fail "status $status instead of 4"; }
  captured=$(sed -n 's/^ *"frames_captured": \([0-9]*\),$/\1/p' take.json)
  expect 0 "$program" verify take.wav --summary take.json
  says 'exactly the [0-9]+ frames that record lost' out
  expect 8 "$program" verify take.wav
  says 'missing altogether' out
  expect 8 "$program" verify take.wav --frames "$captured"
}

a_stalled_disk_is_ridden_out() {
  set_fault RINGPROC_FAULT_AT=4 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_DELAY_MS=500
  expect 0 "${faulty[@]}" "$program" record \
    -o take.wav --source counter -c 8 -r 48000 -f s32 -d 0.7 --ring 10s --json take.json
  json_has frames_lost 0
  expect 0 "$program" verify take.wav --summary take.json
}

run "$@"
