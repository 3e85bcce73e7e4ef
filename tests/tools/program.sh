#!/usr/bin/env bash
# Runs the program as users do, one case per call: what it writes, what it refuses, and how it ends.
# Usage: program.sh CASE PROGRAM [DISK_FAULT_LIBRARY]; `program.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

counter=(--source counter -c 2 -r 48000 -f s16)
stdin=(--source stdin -c 2 -r 48000 -f s16)
start=4096 # where samples begin

# Waits until the recording in the background has written its header.
await_start() {
  local i
  for ((i = 0; i < 1000; i++)); do
    [ -s take.wav ] && return 0
    kill -0 "$1" 2>/dev/null || break
    moment
  done
  fail "the recording did not start"
}

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

usage_errors() {
  local arguments
  while IFS= read -r arguments; do
    # shellcheck disable=SC2086  # words on purpose
    expect 2 "$program" $arguments
    [ -s err ] || fail "nothing said about: $arguments"
  done <<'END'

nonsense
record
record -o take.wav
record -o take.wav --source tape -c 2 -r 48000 -f s16
record -o take.wav --source counter -c 0 -r 48000 -f s16
record -o take.wav --source counter -c 40000 -r 48000 -f s16
record -o take.wav --source counter -c 2 -r 0 -f s16
record -o take.wav --source counter -c -2 -r 48000 -f s16
record -o take.wav --source counter -c 2 -r 48000 -f s17
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d nan
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d -1
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 5 -d 5
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 10
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 10x
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring -1s
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 2000G
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 1s --proc dos
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 64K --period 48000
record -o take.wav --source counter -c 2 -r 48000 -f s16 --period 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 --period 99999999
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync 0.0001
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync -1
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync nan
record -o take.wav --source counter -c 2 -r 48000 -f s16 --proc tape
record -o take.wav --source counter -c 2 -r 48000 -f s16 --json take.wav
record -o take.wav --source stdin -c 2 -r 48000 -f s16 --unpaced
verify
verify take.wav --frames x
verify take.wav --frames 1 --summary take.json
END
  [ ! -e take.wav ] || fail "a file was made"
}

help_and_version() {
  expect 0 "$program" --help
  says 'Exit status' out
  expect 0 "$program" record --help
  expect 0 "$program" verify --help
  expect 0 "$program" --version
  says '^ringproc [0-9]+\.[0-9]+\.[0-9]+' out
}

refuses_to_overwrite() {
  echo precious >take.wav
  expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "give -y" err
  [ "$(cat take.wav)" = precious ] || fail "it was overwritten"
  echo precious >take.json
  expect 3 "$program" record -o other.wav "${counter[@]}" -n 10 --json take.json
  [ ! -e other.wav ] || fail "an empty file is left"
  [ "$(cat take.json)" = precious ] || fail "the summary was overwritten"
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 --json take.json -y
  expect 0 "$program" verify take.wav --summary take.json
}

# A recording in progress is a file in use, whatever -y says; and what is hidden beside it is no business of others.
refuses_to_overwrite_a_file_in_use() {
  local pid
  "$program" record -o take.wav "${counter[@]}" >out.1 2>err.1 &
  pid=$!
  await_start $pid
  expect 3 "$program" record -o take.wav "${counter[@]}" -n 10 -y
  says 'cannot be overwritten' err
  kill -TERM $pid
  wait $pid || fail "status $?"
  expect 0 "$program" verify take.wav
  [ "$(ls -A)" = "$(printf '%s\n' err err.1 out out.1 take.wav)" ] || fail "left: $(ls -A)"
}

overwrites_the_file_behind_a_link() {
  mkdir takes
  echo old >takes/real.wav
  ln -s takes/real.wav take.wav
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 --unpaced -y
  [ -L take.wav ] || fail "the link is gone"
  expect 0 "$program" verify takes/real.wav --frames 10
}

# The header is there and durable before the name is, and the name before the first sample.
the_name_comes_with_the_header() {
  local name
  set_fault RINGPROC_FAULT_ERRNO=5 # every write under the name fails
  expect 6 "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" -n 1000 --unpaced
  expect 0 "$program" verify take.wav --frames 0
  expect 0 "$program" recover --discard take.wav
  rm take.wav
  name=$(printf 'n%.0s' {1..255})
  expect 0 "$program" record -o "$name" "${counter[@]}" -n 10 --unpaced
  expect 3 "$program" record -o "${name}n" "${counter[@]}" -n 10 --unpaced --json take.json
  rm -f take.json "$name"
  [ "$(ls -A)" = "$(printf '%s\n' err out)" ] || fail "left: $(ls -A)"
}

refuses_what_is_no_file() {
  mkdir directory
  mkfifo pipe
  ln -s /dev/null link
  local path
  for path in directory pipe link /dev/null; do
    expect 3 "$program" record -o $path "${counter[@]}" -n 10 -y
    says 'not a regular file' err
    expect 3 "$program" verify $path
  done
  expect 3 "$program" record -o missing/take.wav "${counter[@]}" -n 10
  expect 3 "$program" record -o "$(printf 'n%.0s' {1..5000})" "${counter[@]}" -n 10
  expect 3 "$program" verify missing.wav
}

refuses_bad_environment() {
  RINGPROC_OPTIONS=nonsense=1 expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says RINGPROC_OPTIONS err
  [ ! -e take.wav ] || fail "an empty file is left"
}

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

# Cuts frames out of a recording with dd, so that the whole way through the file is checked too.
verify_names_damage() {
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 100000 --unpaced --json take.json
  { head -c $((start + 4 * 1000)) take.wav; tail -c +$((start + 4 * 1001 + 1)) take.wav; } >damaged.wav
  expect 8 "$program" verify damaged.wav
  says 'first wrong frame: 1000' out
  says 'missing altogether: 1 frame in 1 gap, the first 1000' out
  { head -c $((start + 4 * 1000)) take.wav; tail -c +$((start + 4 * 66536 + 1)) take.wav; } >damaged.wav
  expect 8 "$program" verify damaged.wav --summary take.json
  says 'missing altogether: 65536 frames in 1 gap, the first 1000..66535' out
  head -c -4 take.wav >damaged.wav
  expect 8 "$program" verify damaged.wav --frames 100000
  says 'the end is missing: 1 frame \(99999\)' out
  expect 8 "$program" verify take.wav --seed 2
  says 'nothing is recognised' out
  expect 8 "$program" verify damaged.wav --json
  says '"right": false' out
}

verify_judges_broken_headers() {
  local size
  expect 0 "$program" record -o take.wav --source counter -c 3 -r 48000 -f s24 -n 100 --unpaced
  for size in {0..56} {655..735} {4080..4095}; do
    head -c $size take.wav >damaged.wav
    expect 8 "$program" verify damaged.wav
  done
  { head -c 4 take.wav; printf '\0\0\0\0'; head -c $((start - 4)) take.wav | tail -c +9; printf '\0\0\0\0'; tail -c +$((start + 1)) take.wav; } \
    >damaged.wav
  expect 8 "$program" verify damaged.wav
  says 'never finished' out
  expect 3 "$program" verify take.wav --summary missing.json
  echo '{"source": "counter"}' >take.json
  expect 3 "$program" verify take.wav --summary take.json
}

verify_compares_gaps_with_the_summary() {
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 1000 --unpaced --json take.json
  { head -c $((start + 4 * 100)) take.wav; tail -c +$((start + 4 * 110 + 1)) take.wav; } >damaged.wav
  expect 8 "$program" verify damaged.wav --summary take.json
  # A summary that says so, and a header that fits.
  sed -e 's/"frames_lost": 0/"frames_lost": 10/' -e 's/"frames_written": 1000/"frames_written": 990/' \
    -e 's/"lost_ranges": \[\]/"lost_ranges": [{"start": 100, "length": 10}]/' take.json >lost.json
  { printf 'RIFF\x70\x1f\0\0'; head -c $((start - 4)) damaged.wav | tail -c +9; printf '\x78\x0f\0\0'; tail -c +$((start + 1)) damaged.wav; } \
    >fitting.wav
  expect 0 "$program" verify fitting.wav --summary lost.json
  says 'exactly the 10 frames' out
  sed -e 's/"start": 100/"start": 101/' lost.json >other.json
  expect 8 "$program" verify fitting.wav --summary other.json
}

a_word_that_is_no_subcommand_is_named() {
  expect 2 "$program" recrod -o take.wav
  says "no subcommand 'recrod'; there are: record, verify" err
  expect 2 "$program" recrod --help
  says "no subcommand 'recrod'" err
  expect 2 "$program" run -- recorder.exe
  says '`run` is in ringproc.exe only' err
}

verify_says_what_completes_a_killed_recording() {
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 3 --unpaced
  printf 'abc' >>take.wav
  expect 8 "$program" verify take.wav
  says '3 bytes follow .*less than a frame: .*repair --cut' out
  printf 'd' >>take.wav
  expect 8 "$program" verify take.wav
  says '4 bytes follow that the header does not speak of: `ringproc recover FILE`' out
}

a_bad_environment_is_named() {
  RINGPROC_OPTIONS=age=9h expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "RINGPROC_OPTIONS: option age: '9h' is not a time" err
  RINGPROC_OPTIONS=nonsense=1 expect 2 "$program" bench -d 0.1 --proc ring
  says "RINGPROC_OPTIONS: unknown option 'nonsense'" err
}

verify_shows_a_terminal_how_far_it_is() {
  expect 0 "$program" record -o take.wav --source counter -c 64 -r 192000 -f s32 -n 300000 --unpaced --sync 0 -q
  script -qec "'$program' verify take.wav" /dev/null >out </dev/null || fail "status $?"
  says '[0-9]+ % of 76[.0-9]* MB' out
  says 'every sample is right' out
  expect 0 "$program" verify take.wav
  says_not '%' out
  says_not '%' err
}

helpers='await_start'

case ${1:?} in --list) cases; exit 0 ;; esac
program=$2 disk_fault=${3:-}
enter_directory program
"$1"
