#!/usr/bin/env bash
# What `verify` finds, one case per call.
# Usage: verify.sh CASE PROGRAM DISK_FAULT_LIBRARY; `verify.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

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

verify_says_what_completes_a_killed_recording() {
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 3 --unpaced
  printf 'abc' >>take.wav
  expect 8 "$program" verify take.wav
  says '3 bytes follow .*less than a frame: .*repair --cut' out
  printf 'd' >>take.wav
  expect 8 "$program" verify take.wav
  says '4 bytes follow that the header does not speak of: `ringproc recover FILE`' out
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

run "$@"
