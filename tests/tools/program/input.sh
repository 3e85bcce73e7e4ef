#!/usr/bin/env bash
# Samples from standard input, and files without a header, one case per call.
# Usage: input.sh CASE PROGRAM DISK_FAULT_LIBRARY; `input.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

stdin_is_kept_exactly() {
  head -c 1000000 /dev/urandom >input
  local procedure
  for procedure in ring dos; do
    expect 0 "$program" record -o take.wav "${stdin[@]}" --proc $procedure --json take.json -y <input
    json_has exit_reason '"end_of_input"'
    tail -c +$((start + 1)) take.wav | cmp - input || fail "the samples differ"
  done
}

raw_can_be_verified() {
  expect 0 "$program" record -o take.raw "${counter[@]}" -n 1000 --unpaced --json take.json
  expect 0 "$program" verify take.raw --summary take.json
  expect 0 "$program" verify take.raw --raw s16:2 --frames 1000
  expect 8 "$program" verify take.raw
  expect 2 "$program" verify take.raw --raw s16
  expect 2 "$program" verify take.raw --raw s17:2
  head -c -1 take.raw >cut.raw
  expect 8 "$program" verify cut.raw --raw s16:2
  says 'inside a frame' out
}

raw_is_samples_and_nothing_else() {
  local procedure
  head -c 1000000 /dev/urandom >input
  for procedure in ring dos; do
    expect 0 "$program" record -o take.raw "${stdin[@]}" --proc $procedure --json take.json -y <input
    json_has container '"raw"'
    json_has bytes_durable 1000000
    cmp take.raw input || fail "the samples differ"
    expect 0 "$program" record -o take.wav "${stdin[@]}" --container raw --proc $procedure -y --sync 0.001 <input
    cmp take.wav input || fail "the samples differ"
  done
  set_fault RINGPROC_FAULT_AT=5 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_ERRNO=28
  cat input input input input input input input input >more
  expect 5 "${faulty[@]}" "$program" record -o full.wav "${stdin[@]}" --container raw --json full.json --ring 64K <more
  [ $(($(stat -c %s full.wav) % 4)) -eq 0 ] || fail "$(stat -c %s full.wav) bytes are not whole frames"
  head -c "$(stat -c %s full.wav)" more | cmp - full.wav || fail "the samples differ"
}

stdin_frame_limit() {
  head -c 1000000 /dev/urandom >input
  expect 0 "$program" record -o take.wav "${stdin[@]}" -n 1000 <input
  head -c 4000 input | cmp - <(tail -c +$((start + 1)) take.wav) || fail "the samples differ"
}

stdin_cut_frame() {
  head -c 4003 /dev/urandom >input
  expect 4 "$program" record -o take.wav "${stdin[@]}" --json take.json <input
  json_has frames_written 1000
  json_has exit_reason '"cut_frame"'
  head -c 4000 input | cmp - <(tail -c +$((start + 1)) take.wav) || fail "whole frames are not kept"
}

stdin_that_cannot_be_read() {
  expect 7 "$program" record -o take.wav "${stdin[@]}" --json take.json </
  json_has exit_reason '"source_died"'
  [ "$(stat -c %s take.wav)" -eq $start ] || fail "not finalised"
  expect 7 "$program" record -o take.wav "${stdin[@]}" -y <&-
}

run "$@"
