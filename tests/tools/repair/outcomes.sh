#!/usr/bin/env bash
# What `repair` tells, and files that it may not touch, one case per call.
# Usage: outcomes.sh CASE PROGRAM DISK_FAULT_LIBRARY; `outcomes.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

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

run "$@"
