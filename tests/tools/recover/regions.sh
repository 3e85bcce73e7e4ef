#!/usr/bin/env bash
# Regions that cannot be trusted or used, and the directories where they are, one case per call.
# Usage: regions.sh CASE PROGRAM DISK_FAULT_LIBRARY; `regions.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

stranger=65534 # a user who owns nothing here

# untrusted MESSAGE: of the directory of regions.
untrusted() {
  local before
  before=$(sums take.wav "$own"/*)
  expect 9 "$program" recover
  says "$1" err
  expect 9 "$program" recover take.wav
  says "$1" err
  expect 1 "$program" status
  says "$1" err
  expect 0 "$program" record -o new.wav "${counter[@]}" -n 10
  says 'do not survive' <(head -n 1 err)
  says "$1" err
  same "$before" "$(sums take.wav "$own"/*)" "file and region"
}

regions_in_a_symbolic_link() {
  leave_dead take.wav
  mv "$own" "$RINGPROC_REGIONS/real"
  ln -s real "$own"
  untrusted 'is a symbolic link'
}

regions_of_somebody_else() {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to give the directory to another user"
  leave_dead take.wav
  chown $stranger:$stranger "$own"
  untrusted "belongs to user $stranger"
}

regions_open_to_others() {
  leave_dead take.wav
  chmod 755 "$own"
  untrusted 'is open to other users'
}

# unusable REGION MESSAGE: it is told, and left as it is; the other file gets its bytes.
unusable() {
  local before
  leave_dead other.wav
  before=$(sums "$1")
  expect 9 "$program" recover
  cat out err >both
  says "$1: $2" both
  is_complete other.wav
  expect 9 "$program" recover "$1"
  expect 0 "$program" status
  says "^unusable.* $1: $2" out
  expect 0 "$program" status --json
  is_json state region reason
  expect 9 "$program" recover --json
  is_json result region reason
  same "$before" "$(sums "$1")" "the region"
}

region_of_another_version() {
  local region
  leave_dead take.wav
  region=$(echo "$own"/*)
  printf '\143\0\0\0' | dd of="$region" bs=1 seek=8 conv=notrunc status=none
  unusable "$region" 'it was made by another version of ringproc \(region format 99'
  same $start "$(stat -c %s take.wav)" "size of its file"
}

a_version_mismatch_is_told_by_name() {
  leave_dead take.wav
  printf '\143\0\0\0' | dd of="$(echo "$own"/*)" bs=1 seek=8 conv=notrunc status=none
  expect 9 "$program" recover take.wav
}

region_of_garbage() {
  mkdir -m 700 "$own"
  head -c 100000 /dev/urandom >"$own/garbage"
  unusable "$own/garbage" 'it is not a region'
}

region_cut_short() {
  local region size
  leave_dead take.wav
  region=$(echo "$own"/*)
  cp "$region" whole
  for size in 0 1 63 1000 4096 29760 100000; do
    cp whole "$region"
    dd if=/dev/null of="$region" bs=1 seek=$size status=none
    unusable "$region" 'it '
    same $start "$(stat -c %s take.wav)" "size of its file"
  done
}

a_directory_named_like_ours() {
  mkdir -m 700 ringproc-takes
  as_named() { "$program" status --json | grep -qE '"accepted": [0-9]{5,}'; }
  RINGPROC_OPTIONS=age=3600s "$program" record -o ringproc-takes/take.wav "${counter[@]}" --sync 0 -q &
  parent=$!
  wait_for "a recording" as_named
  child=$(pgrep -P "$parent")
  kill -STOP "$parent"
  wait_for "the parent stops" stopped "$parent"
  kill -KILL "$child" "$parent"
  wait_for "the child ends" gone "$child"
  expect 0 "$program" recover ringproc-takes/take.wav
  is_complete ringproc-takes/take.wav
}

helpers='untrusted|unusable'
run "$@"
