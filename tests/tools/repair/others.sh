#!/usr/bin/env bash
# Recordings and files of other programs, one case per call.
# Usage: others.sh CASE PROGRAM DISK_FAULT_LIBRARY; `others.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# killed FILE COMMAND...: runs it until FILE has some samples, and kills it.
killed() {
  local file=$1 process
  shift
  "$@" </dev/null >/dev/null 2>&1 &
  process=$!
  wait_for "$file grows" longer_than "$file" 300000
  kill -KILL $process
  wait $process 2>/dev/null
}

arecord_killed() {
  needs arecord
  killed take.wav arecord -q -D null -f S32_LE -r 192000 -c 8 take.wav
  same 00000080 "$(bytes take.wav 40 4)" "the size arecord begins with"
  mends take.wav $((($(size take.wav) - 44) / 32))
}

sox_killed() {
  killed take.wav sox -q -n -r 48000 -c 2 -b 16 take.wav synth 100000 sine 440
  same 00f0ff7f "$(bytes take.wav 40 4)" "the size SoX begins with"
  mends take.wav $((($(size take.wav) - 44) / 4))
}

ffmpeg_killed() {
  needs ffmpeg
  killed take.wav ffmpeg -loglevel quiet -f lavfi -i sine -fflags +bitexact take.wav
  same ffffffff "$(bytes take.wav 40 4)" "the size ffmpeg begins with"
  mends take.wav $((($(size take.wav) - 44) / 2))
}

ffmpeg_killed_in_rf64() {
  needs ffmpeg
  killed take.wav ffmpeg -loglevel quiet -f lavfi -i sine -fflags +bitexact -rf64 always take.wav
  same "$(printf '00%.0s' {1..24})" "$(bytes take.wav 20 24)" "the sizes ffmpeg begins with"
  mends take.wav $((($(size take.wav) - 80) / 2))
}

ffmpeg_killed_with_room_for_ds64() {
  needs ffmpeg
  killed take.wav ffmpeg -loglevel quiet -f lavfi -i sine -fflags +bitexact -rf64 auto -c:a pcm_f32le take.wav
  same 4a554e4b "$(bytes take.wav 12 4)" "the room ffmpeg leaves"
  mends take.wav $((($(size take.wav) - 116) / 4))
}

verify_reads_rf64_too() {
  needs ffmpeg
  ours
  ffmpeg -loglevel error -i take.wav -c copy -rf64 always -fflags +bitexact made.wav </dev/null || fail "no RF64"
  same 52463634 "$(bytes made.wav 0 4)" form
  expect 0 "$program" verify made.wav --frames 10000
  put made.wav 28 '\0\0\0\0'
  expect 8 "$program" verify made.wav
  says 'the header was never finished: it says 0 bytes of samples, but 40000 follow' out
  mends made.wav 10000
  expect 0 "$program" verify made.wav --frames 10000
  put made.wav 12 'JUNK'
  expect 8 "$program" verify made.wav
  says 'it is RF64 without a usable `ds64` chunk' out
  mends made.wav 10000
  expect 0 "$program" verify made.wav --frames 10000
}

sound_files_are_not_touched() {
  local coding
  sox -q -n -r 44100 -c 1 -b 16 mono.wav synth 1001s sine 440 || fail "no input"
  sox -q -n -r 44100 -c 6 -b 24 wide.wav synth 1001s sine 440 || fail "no input"
  for coding in -pcms8 -pcmu8 -pcm16 -pcm24 -pcm32 -float32 -float64 -ulaw -alaw -ima-adpcm -ms-adpcm; do
    sndfile-convert $coding mono.wav made.wav >/dev/null 2>&1 || continue
    untouched 0 made.wav
  done
  for coding in -pcm16 -pcm24 -float32; do
    sndfile-convert $coding wide.wav made.rf64 >/dev/null || fail "no RF64"
    untouched 0 made.rf64
    sndfile-convert $coding wide.wav made.wav >/dev/null || fail "no WAV"
    untouched 0 made.wav
  done
  sox mono.wav -e ms-adpcm adpcm.wav 2>/dev/null && untouched 0 adpcm.wav
  sox mono.wav -b 24 odd.wav 2>/dev/null && untouched 0 odd.wav
  ours
  untouched 0 take.wav
}

ffmpegs_files_are_not_touched() {
  local option
  needs ffmpeg
  for option in '-rf64 always' '-rf64 auto' '-write_bext 1' '-c:a pcm_s24le' '-metadata title=x' '-c:a adpcm_ima_wav'; do
    # shellcheck disable=SC2086  # words on purpose
    ffmpeg -y -loglevel error -f lavfi -i sine=duration=0.1 $option made.wav </dev/null || fail "no file with $option"
    untouched 0 made.wav
  done
}

helpers='killed'
run "$@"
