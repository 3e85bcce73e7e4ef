#!/usr/bin/env bash
# Files beyond 4 GiB, one case per call.
# Usage: long.sh CASE PROGRAM DISK_FAULT_LIBRARY; `long.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# A file of ours of 5 GiB and 12 bytes whose sizes nobody wrote; all but its beginning is a hole.
long_file() {
  ours
  truncate -s $((5 << 30)) take.wav || skip "no files of 5 GiB here"
  printf 'the last one' >>take.wav
}

beyond_4_gib_riff_becomes_rf64() {
  local stated
  for stated in '\0\0\0\0' '\377\377\377\377' '\0\360\377\177'; do
    long_file
    put take.wav $data_size "$stated"
    put take.wav $riff_size "$stated"
    mends take.wav $(((5 << 28) + 3 - start / 4))
    same 52463634 "$(bytes take.wav 0 4)" "its form"
  done
}

a_size_modulo_4_gib_is_understood() {
  sox -q -n -r 48000 -c 2 -b 16 plain.wav synth 1000s sine 440 2>/dev/null || fail "no input"
  { head -c 12 plain.wav; printf 'JUNK\34\0\0\0'; head -c 28 /dev/zero; tail -c +13 plain.wav; } >take.wav
  truncate -s $((80 + (1 << 32) + 4000)) take.wav || skip "no files of 4 GiB here"
  printf 'LIST\4\0\0\0INFO' >>take.wav
  mends take.wav $(((1 << 30) + 1000))
}

rf64_of_zeros_beyond_4_gib() {
  long_file
  expect 0 "$program" repair take.wav
  put take.wav 20 '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
  mends take.wav $(((5 << 28) + 3 - start / 4))
}

without_room_a_long_file_is_refused() {
  sox -q -n -r 48000 -c 2 -b 16 take.wav synth 1000s sine 440 2>/dev/null || fail "no input"
  put take.wav 40 '\0\0\0\0'
  truncate -s $((5 << 30)) take.wav || skip "no files of 5 GiB here"
  printf 'the last one' >>take.wav
  expect 9 "$program" repair take.wav
  says 'no JUNK chunk of 28 bytes' err
  says 'tail -c \+45 FILE \| ringproc record --source stdin -c 2 -r 48000 -f s16 -o NEW.wav' err
  same 00000000 "$(bytes take.wav 40 4)" "its data size"
}

helpers='long_file'
run "$@"
