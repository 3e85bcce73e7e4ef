#!/usr/bin/env bash
# Whether what `bench` measures reaches a disk: one case per call.
# Usage: syncs.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `syncs.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

the_floor_is_measured_in_every_run() {
  local options
  for options in '--proc ring --op flush' '--proc dos --op write' '--proc ring --file prepared --size 1M' '--rate 100 --proc dos'; do
    # shellcheck disable=SC2086  # words on purpose
    measure 0 "${short[@]}" $options
    holds "case('$floor')['operations'] > 0 and len(measured) == 1"
  done
}

# On a real disk, with and without.
ignored_syncs_are_told() {
  needs eatmydata
  on_a_disk
  measure 0 "${short[@]}" --proc ring
  holds 'durable'
  expect 0 "$program" bench disk "${short[@]}" --proc ring
  says_not 'NOT DURABLE' out
  preloading "$(eatmydata printenv LD_PRELOAD)"
  measure 0 "${short[@]}" --proc ring
  holds 'not durable and len(not_durable) >= 1'
  expect 0 "${faulty[@]}" "$program" bench disk "${short[@]}" --proc ring --html page.html
  says 'NOT DURABLE' out
}

memory_is_no_disk() {
  in_memory
  same tmpfs "$(stat -f -c %T disk/)" "/dev/shm"
  expect 0 "$program" bench disk/ "${short[@]}" --proc raw --json run.json
  says 'NOT DURABLE' out
  judge adds_up run.json
  holds 'not durable and disk["file_system"] == "tmpfs"'
  nothing_left
}

# traced CALLS OPTION...: measures with `calls` made of them. Leaks cannot be looked for meanwhile.
traced() {
  local calls=$1
  shift
  needs strace
  strace -o calls true 2>/dev/null || skip "processes cannot be traced here"
  expect 0 env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -o calls -e trace="$calls" \
    "$program" bench disk -q -y --json run.json "$@"
  judge adds_up run.json
}
# A call that another thread interrupts stands there twice.
syncs() { grep -E 'f(data)?sync\(' calls | grep -vc 'ringproc-bench-[0-9]*>'; }

raw_flushes_are_syncs() {
  traced fdatasync,fsync "${short[@]}" --op flush --proc raw,dos
  [ "$(syncs)" -ge "$(value 'sum(case["operations"] for case in cases)')" ] || fail "only $(syncs) syncs"
}

syncs_are_counted_as_they_are() {
  traced fdatasync,fsync "${short[@]}" --callers 8
  local told
  told=$(value 'sum(case["syncs"] for case in cases)')
  [ "$(syncs)" -ge "$told" ] || fail "$(syncs) syncs, and it tells of $told"
  # And those that belong to no operation: of names, at the end of a turn.
  [ "$(syncs)" -le $((told + 100)) ] || fail "$(syncs) syncs, and it tells of $told"
}

writes_alone_are_not_synced() {
  traced fdatasync,fsync -d 0.3 --rounds 1 --op write --sync 0
  local others
  holds 'all(one["operations"] > 400 and one["flushes"] == 0 for one in measured)'
  others=$(($(syncs) - $(value "case('$floor')['syncs']")))
  [ $others -le 100 ] || fail "$others syncs for writes alone"
}

a_thread_beside_syncs_as_often_as_asked() {
  measure 0 -d 1 --rounds 1 --op write --sync 0.02 --proc raw --rate 100
  # 50 times, if the disk lets it.
  holds 'all(2 <= one["syncs"] <= 55 and one["sync_seconds"] == 0.02 for one in measured)'
}

direct_access_is_as_asked() {
  on_a_disk
  local direct
  for direct in on off; do
    traced openat,fcntl -d 0.1 --rounds 1 --proc ring --direct $direct
    if grep -qE '(openat|fcntl)\(.*O_DIRECT\b' calls; then same on $direct "--direct"; else same off $direct "--direct"; fi
  done
}

several_callers_share_syncs_only_in_the_ring() {
  measure 0 "${short[@]}" --callers 16
  holds 'all(one["syncs"] >= one["operations"] for one in cases if one["procedure"] != "ring")'
  holds 'any(one["flushes_per_sync"] > 1 for one in cases if one["procedure"] == "ring")'
}

a_prepared_file_does_not_grow() {
  measure 0 "${short[@]}" --file prepared --size 1M
  holds 'all(one["file"] == "prepared" and one["bytes"] > 0 for one in measured)'
  begin --proc raw --file prepared --size 1M
  wait_for "a prepared file" prepared_is 1048576
  kill -TERM "$running"
  ends_with 1
  nothing_left
}
prepared_is() { [ "$(find disk -name 'prepared*' -size "${1}c" | wc -l)" -eq 1 ]; }

helpers='traced|syncs|prepared_is'
run "$@"
