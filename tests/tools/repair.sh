#!/usr/bin/env bash
# `repair` on recordings of ours and others', killed, cut and garbled, one case per call. What is mended is judged by other
# programs: libsndfile's, and SoX's or ffmpeg's.
# Usage: repair.sh CASE PROGRAM [DISK_FAULT_LIBRARY]; `repair.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

counter=(--source counter -c 2 -r 48000 -f s16 -q)
start=4096 # where our samples begin
data_size=4092 riff_size=4

size() { stat -c %s "$1"; }
# put FILE OFFSET FORMAT: writes what printf makes of it.
# shellcheck disable=SC2059  # a format on purpose
put() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none || fail "cannot write to $1"; }

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

# is_sound FILE FRAMES: other programs accept it and count so many, and a repair leaves it alone.
is_sound() {
  same "$2" "$(sndfile-info "$1" | sed -n 's/^Frames  *: \([0-9]*\)$/\1/p')" "frames of $1 by libsndfile"
  if longer_than "$1" $((1 << 30)); then # which SoX reads to its end
    needs ffprobe
    same "$2" "$(ffprobe -v error -show_entries stream=duration_ts -of csv=p=0 "$1")" "frames of $1 by ffmpeg"
  else
    same "$2" "$(sox --info -s "$1" 2>/dev/null)" "frames of $1 by SoX"
  fi
  untouched 0 "$1"
  says "$1: right, $2 frames" out
}

# state FILE: length, time, and what it begins with; some are too long to look at everything.
state() { stat -c '%s %y' "$1"; head -c 100000 "$1" | md5sum; }

# untouched STATUS FILE [OPTION...]: repair ends so and leaves the file as it is.
untouched() {
  local status=$1 file=$2 before
  before=$(state "$file")
  shift
  expect "$status" "$program" repair "$@"
  same "$before" "$(state "$file")" "what $file is"
}

# mends FILE FRAMES [OPTION...]
mends() {
  local file=$1 frames=$2
  shift 2
  untouched 1 "$file" --dry-run "$@"
  says "$file: would be mended, $frames frames" out
  expect 0 "$program" repair "$file" "$@"
  says "$file: mended, $frames frames" out
  is_sound "$file" "$frames"
}

ours() { expect 0 "$program" record -o take.wav "${counter[@]}" -n 10000 --unpaced -y; }

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

many_files_and_their_statuses() {
  ours
  cp take.wav right.wav
  put take.wav $data_size '\0\0\0\0'
  printf 'RIFF\0\0\0\0WAVEfmt ' >cut.wav
  printf 'FORM\0\0\0\0AIFF' >other.aiff
  : >empty.wav
  mkdir directory
  expect 3 "$program" repair other.aiff
  says 'not a RIFF/WAVE file' err
  expect 3 "$program" repair empty.wav
  expect 3 "$program" repair missing.wav
  expect 3 "$program" repair directory
  expect 9 "$program" repair cut.wav
  expect 2 "$program" repair
  expect 9 "$program" repair missing.wav cut.wav right.wav take.wav
  says 'right.wav: right, 10000 frames' out
  says 'take.wav: mended, 10000 frames' out
  same 2 "$(wc -l <err)" "complaints"
  is_sound take.wav 10000
  expect 3 "$program" repair -q right.wav missing.wav
  same '' "$(cat out)" "what --quiet says"
  mkfifo fifo
  expect 3 "$program" repair fifo
}

json_says_it_all() {
  ours
  cp take.wav right.wav
  put take.wav $data_size '\0\0\0\0'
  expect 3 "$program" repair --json take.wav right.wav missing.wav
  python3 - <<'PY' || fail "the JSON is not as expected"
import json
mended, sound, missing = json.load(open("out"))
assert mended["result"] == "mended" and mended["frames"] == 10000 and mended["form"] == "RIFF", mended
assert {"what": "data size", "from": 0, "to": 40000} in mended["changes"], mended
assert sound["result"] == "sound" and sound["changes"] == [], sound
assert missing["result"] == "cannot_open" and missing["error"], missing
PY
}

a_right_file_need_not_be_writable() {
  ours
  chmod 444 take.wav
  untouched 0 take.wav
}

a_file_that_is_being_written_is_left_alone() {
  ours
  put take.wav $data_size '\0\0\0\0'
  exec 9>>take.wav
  untouched 9 take.wav
  says 'somebody is writing it' err
  exec 9>&-
  mends take.wav 10000
}

our_recording_is_left_alone_while_it_runs() {
  "$program" record -o take.wav "${counter[@]}" >/dev/null 2>&1 &
  local recorder=$!
  wait_for "take.wav begins" longer_than take.wav 4095
  expect 9 "$program" repair take.wav
  says 'somebody is writing it' err
  kill -INT $recorder
  wait $recorder
  same 0 $? "status of the recording"
  untouched 0 take.wav
}

pending_bytes_come_first() {
  RINGPROC_OPTIONS=age=3600s,recover=off "$program" record -o take.wav "${counter[@]}" --ring 10s --sync 0 >/dev/null 2>&1 &
  local parent=$! child
  accepted() { [[ "$("$program" status take.wav --json 2>/dev/null)" =~ \"accepted\":\ [0-9]{5,} ]]; }
  wait_for "take.wav is recorded" accepted
  child=$(pgrep -P "$parent") || fail "no child"
  kill -STOP "$parent"
  kill -KILL "$child" "$parent" # a child that outlives its parent finalises
  wait "$parent" 2>/dev/null
  # The first thread of a killed process is a zombie while the others still have the file open.
  ended() {
    local state tasks=("/proc/$child/task"/*)
    state=$(sed 's/.*) \(.\).*/\1/' "/proc/$child/stat" 2>/dev/null)
    [ -z "$state" ] || { [ "$state" = Z ] && [ ${#tasks[@]} -le 1 ]; }
  }
  wait_for "it ends" ended
  untouched 9 take.wav
  says 'first `ringproc recover take.wav`' err
  expect 0 "$program" recover take.wav
  untouched 0 take.wav
  expect 0 "$program" verify take.wav
}

a_failing_disk_is_told() {
  local fault
  [ -e "$disk_fault" ] || skip "no library to make the disk fail"
  for fault in RINGPROC_FAULT_ERRNO=5 RINGPROC_FAULT_SYNC_ERRNO=5; do
    ours
    put take.wav $data_size '\0\0\0\0'
    set_fault $fault
    expect 6 "${faulty[@]}" "$program" repair take.wav
    says 'take.wav: I/O error' err
    expect 0 "$program" repair take.wav
    is_sound take.wav 10000
  done
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

helpers='size|state|put|killed|is_sound|untouched|mends|ours|long_file'

case ${1:?} in --list) cases; exit 0 ;; esac
program=$2 disk_fault=${3:-}
needs sox sndfile-info
enter_directory repair
"$1"
