# What the scripts of this folder share; they source it, and end with `run "$@"`. They have `repair` mend recordings of ours
# and others', killed, cut and garbled. What is mended is judged by other programs: libsndfile's, and SoX's or ffmpeg's.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2317  # used by who sources this; called by name
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

counter=(--source counter -c 2 -r 48000 -f s16 -q)
start=4096 # where our samples begin
data_size=4092 riff_size=4

size() { stat -c %s "$1"; }
# put FILE OFFSET FORMAT: writes what printf makes of it.
# shellcheck disable=SC2059  # a format on purpose
put() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none || fail "cannot write to $1"; }

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

run() {
  case ${1:?} in --list) cases; exit 0 ;; esac
  program=$2 disk_fault=$3
  needs sox sndfile-info
  enter_directory repair
  "$1"
}
