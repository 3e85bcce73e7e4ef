#!/usr/bin/env bash
# What `record` does when frames are lost or space runs out, one case per call.
# Usage: space.sh CASE PROGRAM [DISK_FAULT_LIBRARY]; `space.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

start=4096 # where samples begin

number() { sed -n "s/^ *\"$1\": \([0-9]*\),\?\$/\1/p" take.json; }
size_is() { [ "$(stat -c %s take.wav)" -eq "$1" ] || fail "size $(stat -c %s take.wav) instead of $1"; }

# stalled STATUS OPTION...: a recording whose disk stands still for longer than its ring lasts.
eight=(--source counter -c 8 -r 48000 -f s32)
stalled() {
  local wanted=$1
  shift
  set_fault RINGPROC_FAULT_AT=4 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_DELAY_MS=1000
  expect "$wanted" "${faulty[@]}" "$program" record -o take.wav --ring 64K --json take.json -y "$@"
}

# The disk stands still until both are told.
lost_frames_are_told_as_they_are_lost() {
  : >err
  RINGPROC_FAULT_AT=4 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_UNTIL=$PWD/go LD_PRELOAD="$disk_fault" \
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
    "$program" record -o take.wav --ring 64K "${eight[@]}" --json take.json >out 2>err &
  recorder=$!
  wait_for 'the first' grep -qE '^LOST frames .* so far' err
  wait_for 'the second' grep -qE '^LOST frames .* in all$' err
  touch go
  kill -TERM "$recorder"
  ends_with 4
  says '^LOST frames from number [0-9]+ on, 0:[0-9]{2}\.[0-9]{3} into the recording: [0-9]+ so far \([0-9.]+ m?s\)' err
  says '^LOST frames .* more .* in all$' err
  says ": [0-9]+ more .*; $(number frames_lost) in all\$" err
}

silence_keeps_the_place_of_lost_frames() {
  stalled 4 "${eight[@]}" -d 1.3 --on-overrun silence
  json_has on_overrun '"silence"'
  json_has frames_captured 62400
  json_has frames_in_file 62400
  [ "$(number frames_silent)" -gt 0 ] || fail "no silence"
  json_has frames_silent "$(number frames_lost)"
  json_has bytes_durable "$(stat -c %s take.wav)"
  says "silence   $(number frames_silent) of the lost frames are zeros in the file, which has 62400" out
  size_is $((start + 62400 * 32))
  expect 0 "$program" verify take.wav --summary take.json
  says "62400 frames .* exactly the $(number frames_lost) frames that record lost are silent" out
}

silence_at_the_end_is_written() {
  local format bytes
  for format in s16:2 s24:3 s32:4 f32:4; do
    bytes=${format#*:}
    stalled 4 --source counter -c 7 -r 48000 -f "${format%:*}" -n 47001 --on-overrun silence
    json_has frames_in_file 47001
    size_is $((start + 47001 * 7 * bytes + bytes % 2))
    expect 0 "$program" verify take.wav --summary take.json
  done
}

verify_finds_what_is_not_silent() {
  stalled 4 "${eight[@]}" -d 1.2 --on-overrun silence
  local first end
  # There are more if the machine stands still, too.
  first=$(number start | head -1)
  end=$((first + $(number length | head -1)))
  cp take.wav damaged.wav
  printf 'x' | dd of=damaged.wav bs=1 seek=$((start + 32 * (first + 7) + 3)) conv=notrunc status=none
  expect 8 "$program" verify damaged.wav --summary take.json
  says "frame $((first + 7)) was lost and should be silent" out
  sed "0,/\"length\": .*/s//\"length\": $((end - first - 1))/" take.json >shorter.json
  expect 8 "$program" verify take.wav --summary shorter.json
  sed 's/"on_overrun": .*/"on_overrun": "drop",/' take.json >drop.json
  expect 8 "$program" verify take.wav --summary drop.json
}

# The limit comes after the silence.
a_failure_after_silence_leaves_a_valid_file() {
  (ulimit -f 2000 && stalled 5 "${eight[@]}" -d 1.6 --on-overrun silence) || exit 1
  json_has exit_reason '"disk_full"'
  [ "$(number frames_silent)" -gt 0 ] || fail "no silence"
  [ "$(number frames_in_file)" -gt "$(number frames_written)" ] || fail "silence is not counted"
  size_is $((start + $(number frames_in_file) * 32))
  expect 0 "$program" verify take.wav --summary take.json
}

stop_ends_at_the_first_loss() {
  stalled 4 "${eight[@]}" -d 1.2 --on-overrun stop
  json_has exit_reason '"overrun"'
  json_has frames_lost 64
  says 'because   the ring was full at frame [0-9]+, and --on-overrun stop ends there' out
  size_is $((start + ($(number frames_captured) - 64) * 32))
  expect 0 "$program" verify take.wav --summary take.json
}

the_policies_change_nothing_without_loss() {
  local policy procedure
  for policy in drop silence stop; do
    for procedure in ring dos; do
      expect 0 "$program" record -o take.wav "${eight[@]}" -n 10000 --unpaced --on-overrun $policy --proc $procedure -y
      expect 0 "$program" verify take.wav --frames 10000
    done
  done
  expect 2 "$program" record -o other.wav "${eight[@]}" -n 10 --on-overrun repeat
}

# ---- the list of what is missing ----

is_json() { python3 -m json.tool "$1" >/dev/null || { cat "$1" >&2; fail "$1 is no JSON"; }; }
entries() { grep -c '"kind":' "$1"; }

the_gap_map_lists_what_was_lost() {
  local policy silent
  for policy in drop:false silence:true; do
    silent=${policy#*:}
    stalled 4 "${eight[@]}" -d 1.2 --on-overrun "${policy%:*}"
    says '^  gap map   take.wav.gaps.json$' out
    json_has gap_map '"take.wav.gaps.json"'
    is_json take.wav.gaps.json
    says '"file": "take.wav"' take.wav.gaps.json
    says '"rate": 48000' take.wav.gaps.json
    says "\"lost_are_silent\": $silent" take.wav.gaps.json
    says '"finished": true' take.wav.gaps.json
    says "\"start\": $(number start | head -1)," take.wav.gaps.json
    says "\"length\": $(number length | head -1)," take.wav.gaps.json
    [ "$(entries take.wav.gaps.json)" -eq "$(number start | wc -l)" ] || fail "other ranges"
  done
}

without_loss_there_is_no_gap_map() {
  expect 0 "$program" record -o take.wav "${eight[@]}" -n 1000 --unpaced --json take.json
  [ ! -e take.wav.gaps.json ] || fail "it was written"
  says_not gap_map take.json
  expect 0 "$program" record -o take.wav "${eight[@]}" -n 1000 --unpaced --json take.json -y --gap-map list.json
  says '"gaps": \[\]' list.json
  json_has gap_map '"list.json"'
  expect 3 "$program" record -o other.wav "${eight[@]}" -n 1000 --unpaced --gap-map list.json
  [ ! -e other.wav ] || fail "an empty file is left"
}

an_old_gap_map_is_not_taken_for_the_new_one() {
  echo precious >take.wav.gaps.json
  expect 3 "$program" record -o take.wav "${eight[@]}" -n 1000 --unpaced
  says 'take.wav.gaps.json exists already' err
  [ ! -e take.wav ] || fail "an empty file is left"
  [ "$(cat take.wav.gaps.json)" = precious ] || fail "it was overwritten"
  expect 0 "$program" record -o take.wav "${eight[@]}" -n 1000 --unpaced -y
  [ ! -e take.wav.gaps.json ] || fail "it is still there"
}

a_gap_map_that_cannot_be_written_is_told() {
  mkdir -p take.wav.gaps.json/occupied
  stalled 4 "${eight[@]}" -d 1.2
  says 'cannot write the gap map take.wav.gaps.json' err
  says '"gap_map_error"' take.json
  expect 0 "$program" verify take.wav --summary take.json
  mkdir -p list.json/occupied
  expect 3 "$program" record -o take.wav "${eight[@]}" -n 1000 --unpaced -y --gap-map list.json
}

# The recording process is killed while its disk stands still; its parent has to finish it.
a_killed_recording_leaves_its_gap_map() {
  set_fault RINGPROC_FAULT_AT=4 RINGPROC_FAULT_UNTIL="$PWD/go"
  "${faulty[@]}" "$program" record -o take.wav --ring 64K "${eight[@]}" >out 2>err &
  local parent=$!
  wait_for 'the gap map' test -s take.wav.gaps.json
  pkill -KILL -P $parent || fail "no recording process"
  touch go
  wait $parent
  [ $? -eq 1 ] || fail "status $? after SIGKILL"
  is_json take.wav.gaps.json
  says '"finished": false' take.wav.gaps.json
  [ "$(entries take.wav.gaps.json)" -ge 1 ] || fail "nothing in it"
}

bad_gap_maps_are_refused() {
  expect 2 "$program" record -o take.wav "${eight[@]}" -n 10 --gap-map -
  expect 2 "$program" record -o take.wav "${eight[@]}" -n 10 --gap-map take.wav
  expect 2 "$program" record -o take.wav "${eight[@]}" -n 10 --gap-map take.json --json take.json
  [ ! -e take.wav ] || fail "a file was made"
}

# ---- room on the disk ----

# small_disk SIZE: mounts it as `disk`, where only this case sees it.
small_disk() {
  if [ -z "${own_mounts:-}" ]; then
    unshare -m true 2>/dev/null || skip "no mounts of one's own here"
    own_mounts=1 unshare -m bash "$script" "$case" "$program" "$disk_fault"
    exit $?
  fi
  mkdir disk
  mount -t tmpfs -o "size=$1" tmpfs disk || skip "no tmpfs here"
}
many=(--source counter -c 64 -r 48000 -f s32) # 12.3 MB a second

min_free_ends_a_recording_complete() {
  small_disk 60m
  local procedure
  for procedure in ring dos; do
    expect 5 "$program" record -o disk/take.wav "${many[@]}" --min-free 3 --json take.json -y --proc $procedure
    json_has exit_reason '"min_free"'
    json_has frames_durable "$(number frames_captured)"
    says 'ended before the disk is full, valid and durable \(exit status 5, min_free\)' out
    says 'because   the disk has room for only [0-9.]+ s \(.*\) more, and --min-free asks for 3.0 s' out
    [ "$(grep -c 'WARNING: the disk has room for only' err)" -eq 1 ] || fail "not one warning"
    expect 0 "$program" verify disk/take.wav --summary take.json
    rm disk/take.wav
  done
}

min_free_begins_nothing_with_less() {
  small_disk 60m
  expect 5 "$program" record -o disk/take.wav "${many[@]}" -n 1 --min-free 6 --json disk/take.json
  says 'disk/take.wav: the disk has room for only .*--min-free asks for 6.0 s; make room, lower --min-free' err
  [ -z "$(ls disk)" ] || fail "something was made: $(ls disk)"
  expect 0 "$program" record -o disk/take.wav "${many[@]}" -n 1 --min-free 3
}

a_short_recording_is_not_warned() {
  small_disk 60m
  expect 0 "$program" record -o disk/take.wav "${many[@]}" -d 1.2
  says_not WARNING err
}

bad_min_free_is_refused() {
  local seconds
  for seconds in 0 -1 nan x; do
    expect 2 "$program" record -o take.wav "${eight[@]}" -n 10 --min-free $seconds
  done
}

the_live_line_tells_the_time_left() {
  script -qec "'$program' record -o take.wav --source counter -c 2 -r 48000 -f s16 -d 1.2" /dev/null >out </dev/null
  says 'lost 0 +disk [0-9]+(d[0-9]+h|h[0-9]+m|m[0-9]+s) left +ring' out # before what a narrow terminal cuts off
}

# ---- the file goes ----

# recording FILE OPTION...: in the background, until it has written.
recording() {
  local file=$1
  shift
  "$program" record -o "$file" --json take.json -y "$@" <&0 >out 2>err & # its input is not /dev/null
  recorder=$!
  wait_for "a recording" test -s "$file"
}
ends_with() {
  wait "$recorder"
  local status=$?
  [ $status -eq "$1" ] || { cat out err >&2; fail "status $status instead of $1"; }
}

a_deleted_directory_ends_the_recording() {
  local procedure
  for procedure in ring dos; do
    mkdir takes
    recording takes/take.wav "${eight[@]}" --proc $procedure --sync 0.05
    rm -r takes
    ends_with 6
    json_has exit_reason '"deleted"'
    json_has frames_durable 0
    says '^DELETED: takes/take.wav is gone' err
    says 'takes/take.wav was deleted while it was being recorded' out
  done
}

a_deleted_file_ends_the_recording() {
  mkfifo input
  exec 7<>input
  head -c 2000000 /dev/zero >&7 &
  recording take.wav --source stdin -c 2 -r 48000 -f s16 <&7
  rm take.wav
  ends_with 6
  json_has exit_reason '"deleted"'
}

a_file_that_goes_at_the_end_is_missed() {
  recording take.wav "${eight[@]}"
  rm take.wav
  kill -TERM "$recorder"
  ends_with 6
  json_has exit_reason '"deleted"'
}

a_renamed_file_is_recorded_on() {
  mkdir takes
  recording takes/take.wav "${eight[@]}" -d 2.5 --sync 0.1
  mv takes renamed
  mv renamed/take.wav renamed/other.wav
  ends_with 0
  expect 0 "$program" verify renamed/other.wav --summary take.json
}

helpers='number|size_is|stalled|is_json|entries|small_disk|recording|ends_with|clean_up'

case ${1:?} in --list) cases; exit 0 ;; esac
case=$1 program=$2 disk_fault=${3:-} script=$(realpath "$0")
clean_up() {
  end_jobs
  [ -z "${own_mounts:-}" ] || umount disk 2>/dev/null
  leave_directory
}
enter_directory space
"$case"
