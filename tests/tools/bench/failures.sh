#!/usr/bin/env bash
# What `bench` does where there is no room, and on a disk that fails, one case per call.
# Usage: failures.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `failures.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# small_disk SIZE: mounts it as `disk`, where only this case sees it.
small_disk() {
  if [ -z "${own_mounts:-}" ]; then
    unshare -m true 2>/dev/null || skip "no mounts of one's own here"
    own_mounts=1 unshare -m bash "$script" "$case" "$program" "$disk_fault" "$bad_disk"
    exit $?
  fi
  mount -t tmpfs -o "size=$1" tmpfs disk || skip "no tmpfs here"
}

too_little_room_is_told_first() {
  small_disk 6m
  refused 5 'disk has room for 6[0-9.]* MB, and this needs .*: make room' disk
  refused 5 'disk has room for' disk --proc raw --file prepared --size 7M -d 0.1
  refused 5 'disk has room for' disk --proc ring --op stream --callers 4 --files 4 --size 2M -d 0.1
  measure 0 --proc ring --op flush --size 256K "${short[@]}"
}

# broken SETTING=VALUE...: on a disk that breaks in the midst of a case, whose name is in it; what else there is goes on.
broken() {
  local message=$1
  shift
  set_fault "$@"
  expect 6 "${faulty[@]}" "$program" bench disk "${short[@]}" --file growing,prepared --size 1M --json run.json -y
  judge whole run.json
  nothing_left
  says "ringproc bench: flush (raw|dos|ring) prepared 4K failed: .*$message" err
  says "prepared FAILED: .*$message" out
  holds "case('$floor')['error'] is None and case('$floor')['operations'] > 0"
  holds "all(one['error'] and '$message' in one['error'] for one in measured if one['file'] == 'prepared')"
  holds "all(one['error'] is None for one in measured if one['file'] == 'growing')"
}

a_disk_that_becomes_full_is_told() {
  broken 'No space left on device' RINGPROC_FAULT_FILE=prepared- RINGPROC_FAULT_AT=20 RINGPROC_FAULT_ERRNO=28
}
a_disk_that_breaks_is_told() {
  broken 'Input/output error' RINGPROC_FAULT_FILE=prepared- RINGPROC_FAULT_AT=20 RINGPROC_FAULT_ERRNO=5
}
a_failed_sync_is_told() {
  broken 'Input/output error' RINGPROC_FAULT_FILE=prepared- RINGPROC_FAULT_AT=20 RINGPROC_FAULT_SYNC_ERRNO=5
}

a_full_disk_ends_its_cases_only() {
  bad_disk
  told_ok fault write 50 0 ENOSPC growing-0
  expect 6 "$program" bench disk "${short[@]}" --json run.json
  judge whole run.json
  holds "'No space left on device' in case('$floor')['error'] and case('$floor')['operations'] > 0"
  says "raw  growing +FAILED: .*No space left" out
  holds "case('flush raw prepared 4K')['error'] is None"
  # What failed says nothing about the disk.
  says_not '^(One caller can|[0-9]+ callers at once|A callback|Large data).*(growing|growing file|ring procedure)' out
  nothing_left
}

a_limit_of_sizes_is_told() {
  (ulimit -f 100 && expect 6 "$program" bench disk -d 0.1 --rounds 1 --proc raw --op stream --json run.json) || exit 1
  judge whole run.json
  holds 'all("File too large" in one["error"] for one in measured)'
  nothing_left
}

a_limit_of_files_is_told() {
  (ulimit -n 20 && expect 6 "$program" bench disk -d 0.1 --rounds 1 --callers 32 --files 32 --json run.json) || exit 1
  judge whole run.json
  holds 'all("oo many" in one["error"] for one in measured)'
  nothing_left
}

helpers='small_disk|broken'
run "$@"
