#!/usr/bin/env bash
# What `record` writes, byte by byte, one case per call.
# Usage: formats.sh CASE PROGRAM DISK_FAULT_LIBRARY; `formats.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

formats() {
  local format channels procedure
  for procedure in ring dos; do
    for format in s16 s24 s32 f32; do
      for channels in 1 2 3 64; do
        expect 0 "$program" record -o take.wav --source counter -c $channels -r 8000 -f $format -n 12345 --unpaced \
          -q -y --proc $procedure --json take.json
        expect 0 "$program" verify take.wav --summary take.json
        expect 0 "$program" verify take.wav --frames 12345
        expect 8 "$program" verify take.wav --frames 12346
        says 'the end is missing: 1 frame' out
      done
    done
  done
}

header_of_pcm() {
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 3 --unpaced
  [ "$(bytes take.wav 0 12)" = "524946460410000057415645" ] || fail "RIFF: $(bytes take.wav 0 12)"
  [ "$(bytes take.wav 12 36)" = "4a554e4b1c000000$(printf '00%.0s' {1..28})" ] || fail "JUNK: $(bytes take.wav 12 36)"
  [ "$(bytes take.wav 48 8)" = "626578745a020000" ] || fail "bext: $(bytes take.wav 48 8)"
  [ "$(bytes take.wav 658 24)" = "666d742010000000010002008""0bb000000ee020004001000" ] || fail "fmt: $(bytes take.wav 658 24)"
  [ "$(bytes take.wav 682 8)" = "4a554e4b460d0000" ] || fail "filler: $(bytes take.wav 682 8)"
  [ "$(bytes take.wav 4088 8)" = "646174610c000000" ] || fail "data: $(bytes take.wav 4088 8)"
}

# The moment of the first sample, as date, time of day, and samples since midnight.
header_says_when() {
  local before after at reference
  before=$(date +%s)
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 3 --unpaced
  after=$(date +%s)
  at=$(date -d "$(tail -c +377 take.wav | head -c 10) $(tail -c +387 take.wav | head -c 8)" +%s) || fail "no date"
  [ "$at" -ge "$before" ] && [ "$at" -le "$after" ] || fail "$at is not within $before..$after"
  reference=$(od -An -t u8 -j 394 -N 8 take.wav | tr -d ' ')
  [ $((reference / 48000)) -eq $((at - $(date -d "$(date -d @"$at" +%F)" +%s))) ] || fail "time reference $reference"
  says '^ringproc [0-9]' <(tail -c +313 take.wav | head -c 20)
}

header_of_odd_s24() {
  expect 0 "$program" record -o take.wav --source counter -c 1 -r 48000 -f s24 -n 3 --unpaced
  [ "$(stat -c %s take.wav)" -eq $((start + 10)) ] || fail "size $(stat -c %s take.wav)"
  [ "$(bytes take.wav 4 4)" = "02100000" ] || fail "RIFF size $(bytes take.wav 4 4)"
  [ "$(bytes take.wav 658 28)" = "666d742028000000feff010080bb0000803202000300180016""001800" ] \
    || fail "fmt: $(bytes take.wav 658 28)"
  [ "$(bytes take.wav 686 20)" = "040000000100000000001000800000aa00389b71" ] || fail "$(bytes take.wav 686 20)"
  [ "$(bytes take.wav 706 12)" = "666163740400000003000000" ] || fail "fact: $(bytes take.wav 706 12)"
  [ "$(bytes take.wav 4088 8)" = "6461746109000000" ] || fail "data: $(bytes take.wav 4088 8)"
  [ "$(bytes take.wav 4105 1)" = "00" ] || fail "pad: $(bytes take.wav 4105 1)"
}

header_of_float() {
  expect 0 "$program" record -o take.wav --source counter -c 2 -r 48000 -f f32 -n 5 --unpaced
  [ "$(bytes take.wav 658 26)" = "666d742012000000030002008""0bb000000dc050008002000""0000" ] \
    || fail "fmt: $(bytes take.wav 658 26)"
  [ "$(bytes take.wav 684 12)" = "666163740400000005000000" ] || fail "fact: $(bytes take.wav 684 12)"
}

json_keys() {
  local key
  expect 0 "$program" record -o take.wav "${counter[@]}" -d 0.05 --sync 0.02 --json take.json -q
  [ -z "$(cat out err)" ] || fail "--quiet is not quiet"
  for key in frames_captured frames_written frames_durable frames_lost lost_ranges bytes_accepted bytes_durable \
    ring_capacity_bytes ring_high_water_bytes stalls deadline_misses write_ns p50 p99 p99_9 p99_99 max count flush_us \
    capabilities exit_reason file procedure channels rate format file_system version; do
    grep -q "\"$key\":" take.json || fail "no $key in the summary"
  done
  json_has frames_captured 2400
  json_has frames_durable 2400
  json_has frames_lost 0
  json_has bytes_durable "$(stat -c %s take.wav)"
  json_has exit_reason '"complete"'
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 --unpaced --json - -y
  says '"frames_written": 10' out
  says 'complete and durable' err
}

run "$@"
