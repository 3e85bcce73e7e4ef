#!/usr/bin/env bash
# Headers and lengths that are wrong, one case per call.
# Usage: damage.sh CASE PROGRAM DISK_FAULT_LIBRARY; `damage.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# As jack_capture, jack_rec and pw-record leave it.
sizes_of_zero() {
  local riff
  for riff in '\0\0\0\0' '\10\0\0\0'; do
    ours
    put take.wav $riff_size "$riff"
    put take.wav $data_size '\0\0\0\0'
    mends take.wav 10000
    expect 0 "$program" verify take.wav --frames 10000
  done
}

a_file_that_was_cut() {
  local length
  for length in 39996 17 4; do
    ours
    truncate -s $((start + length)) take.wav
    mends take.wav $((length / 4))
  done
}

a_frame_that_is_not_whole() {
  ours
  truncate -s $((start + 4003)) take.wav
  mends take.wav 1000
  same $((start + 4003)) "$(size take.wav)" "length without --cut"
  expect 0 "$program" repair --cut take.wav
  same $((start + 4000)) "$(size take.wav)" "length with --cut"
  is_sound take.wav 1000
}

a_missing_pad_byte_is_added() {
  expect 0 "$program" record -o take.wav --source counter -c 1 -r 48000 -f s24 -n 1001 --unpaced -q
  put take.wav $data_size '\0\0\0\0'
  truncate -s $((start + 3003)) take.wav
  mends take.wav 1001
  same $((start + 3004)) "$(size take.wav)" length
}

what_was_prepared_is_trimmed_on_request_only() {
  ours
  truncate -s $((start + 1000000)) take.wav
  mends take.wav 250000
  expect 1 "$program" repair --dry-run --trim-zeros take.wav
  says 'length of the file: 1004096 -> 44096' out
  ours
  truncate -s $((start + 1000000)) take.wav
  expect 0 "$program" repair take.wav
  says 'the last 960000 bytes of samples are zeros' out
  expect 0 "$program" repair --trim-zeros take.wav
  is_sound take.wav 10000
  same $((start + 40000)) "$(size take.wav)" length
}

a_wrong_fact() {
  expect 0 "$program" record -o take.wav --source counter -c 2 -r 48000 -f f32 -n 1000 --unpaced -q
  put take.wav 692 '\1\0\0\0'
  mends take.wav 1000
  expect 0 "$program" verify take.wav --frames 1000
}

chunks_behind_the_samples_stay() {
  ours
  printf 'LIST\4\0\0\0INFO' >>take.wav
  expect 0 "$program" repair take.wav
  says 'RIFF size: 44088 -> 44100' out
  is_sound take.wav 10000
  put take.wav $riff_size '\0\0\0\0'
  mends take.wav 10000
}

# Whatever the header is: it ends with a known status, says the same a second time, and leaves the samples.
garbled_headers() {
  local round i seed=${RINGPROC_SEED:-$RANDOM} status
  echo "RINGPROC_SEED=$seed"
  RANDOM=$seed
  expect 0 "$program" record -o right.wav --source counter -c 2 -r 48000 -f f32 -n 100 --unpaced -q
  for ((round = 0; round < 150; round++)); do
    cp right.wav take.wav
    for ((i = RANDOM % 6; i >= 0; i--)); do
      put take.wav $((RANDOM % 2 ? RANDOM % 720 : start - RANDOM % 9)) "\\x$(printf %x $((RANDOM % 256)))"
    done
    [ $((RANDOM % 3)) -ne 0 ] || truncate -s $((RANDOM % $(size right.wav))) take.wav
    tail -c +$((start + 1)) take.wav >samples
    "$program" repair take.wav >out 2>err
    status=$?
    case $status in
      0)
        untouched 0 take.wav
        sndfile-info take.wav >/dev/null 2>&1
        [ $? -le 1 ] || fail "libsndfile cannot bear it (round $round)"
        ;;
      3 | 9) ;;
      *) cat out err >&2; fail "status $status in round $round" ;;
    esac
    cmp -n "$(size samples)" samples <(tail -c +$((start + 1)) take.wav) || fail "samples were changed in round $round"
  done
}

run "$@"
