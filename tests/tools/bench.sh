#!/usr/bin/env bash
# `bench` from outside, one case per call: what it promises to tell, that it is true, and how it ends. bench_json.py judges
# its JSON.
# Usage: bench.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `bench.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

short=(-d 0.2 --rounds 2)
floor='flush raw growing 4K'

# judge FUNCTION FILE [ARGUMENT...]
judge() { python3 "$here/bench_json.py" "$@" || fail "$*"; }
holds() { judge holds run.json "$1"; }
value() { python3 "$here/bench_json.py" value run.json "$1"; }

# measure STATUS OPTION...: on `disk`; run.json adds up, and the disk is as empty as before.
measure() {
  local wanted=$1
  shift
  expect "$wanted" "${faulty[@]}" "$program" bench disk -q -y --json run.json "$@"
  judge adds_up run.json
  nothing_left
}
nothing_left() {
  same '' "$(ls -A disk/)" "left on the disk"
  same '' "$(find "$RINGPROC_REGIONS" -path '*/ringproc-*/*' -type f)" "regions left"
}

# refused STATUS PATTERN OPTION...: said before anything was made, be it for a moment.
refused() {
  local status=$1 pattern=$2 before
  shift 2
  : >out 2>err
  before=$(made)
  expect "$status" timeout 60 "$program" bench "$@"
  says "$pattern" err
  same '' "$(cat out)" "standard output"
  same "$before" "$(made)" "directories"
}
made() { stat -c '%n %y' disk; ls -A . disk; }

# in_memory: `disk` is a directory whose own speed does not count.
in_memory() {
  mkdir "$RINGPROC_REGIONS/disk"
  rmdir disk
  ln -s "$RINGPROC_REGIONS/disk" disk
}
on_a_disk() {
  local type
  type=$(stat -f -c %T .)
  case $type in tmpfs | ramfs) skip "$directory is in memory ($type); TMPDIR can name another" ;; esac
}

# ---- what it tells ----

without_further_words_all_is_measured() {
  local line
  expect 0 "$program" bench disk -d 0.02 --rounds 1 --json run.json
  judge adds_up run.json
  judge table run.json out
  value '"\n".join(sorted(case["name"] for case in cases))' >names
  sort >wanted <<'NAMES'
flush raw growing 4K
flush raw prepared 4K
flush dos growing 4K
flush dos prepared 4K
flush ring growing 4K
flush ring prepared 4K
flush raw growing 4K x16
flush ring growing 4K x16
write raw growing 16K fixed 3000/s
write dos growing 16K fixed 3000/s
write ring growing 16K fixed 3000/s
stream raw growing 64K
stream dos growing 64K
stream ring growing 64K
NAMES
  diff wanted names || fail "other cases"
  for line in ' +p50 +p90 +p99 +p99\.9 +max +a second +MB/s' '^One caller can make about [0-9,]+ writes'; do says "$line" out; done
  nothing_left
}

here_is_where_it_measures_without_a_name() {
  cd disk || exit 1
  expect 0 "$program" bench -q --proc raw "${short[@]}" --json ../run.json
  rm out err
  cd .. || exit 1
  holds "disk['directory'] == '$PWD/disk'"
  nothing_left
}

the_numbers_of_flushes_add_up() {
  measure 0 "${short[@]}" --callers 1,4 --files 1 --file growing,prepared --size 4M --callers 4 --block 512,4K
  holds 'len(measured) >= 3 * 2 * 2 and all(one["operations"] and not one["error"] for one in cases)'
}
the_numbers_of_several_files_add_up() {
  measure 0 "${short[@]}" --callers 4 --files 3
  holds 'all(one["callers"] == 4 and one["files"] == 3 and one["operations"] for one in measured)'
}
the_numbers_of_writes_add_up() {
  measure 0 "${short[@]}" --op write,stream --callers 1,2 --file growing,prepared --size 16M --sync 0.05
  holds 'all(one["operations"] and not one["error"] for one in cases)'
  holds '{one["operation"] for one in measured} == {"write", "stream"}'
}
the_numbers_of_open_loops_add_up() {
  measure 0 "${short[@]}" --op flush,write --arrival poisson --rate 300 --callers 1,3
  holds 'all(one["operations"] and one["arrival"] == "poisson" and one["rate"] == 300 for one in measured)'
}

details_are_shown_apart() {
  expect 0 "$program" bench disk "${short[@]}" --proc ring --rate 100 --details
  for line in submission completion 'p50 of 2 rounds: .* to '; do says "^    $line" out; done
}

a_page_is_whole_by_itself() {
  measure 0 "${short[@]}" --proc raw,ring --html page.html
  judge page run.json page.html
}

quiet_is_quiet() {
  expect 0 "$program" bench disk "${short[@]}" --proc raw -q --json run.json
  same '' "$(cat out err)" "what it says"
}

json_on_standard_output_is_alone_there() {
  expect 0 "$program" bench disk "${short[@]}" --proc raw --json -
  judge adds_up out
  says 'raw  growing' err
}

output_that_cannot_be_written_is_told() {
  [ -c /dev/full ] || skip "no /dev/full"
  local option
  for option in '' '--json -'; do
    # shellcheck disable=SC2086  # words on purpose
    "$program" bench disk "${short[@]}" --proc raw $option >/dev/full 2>err
    same 1 $? "status with '$option'"
    says 'ringproc bench: .*(No space left|standard output)' err
    nothing_left
  done
}

settings_are_told() {
  measure 0 -d 0.1 --rounds 1 --seed 7 --proc ring --options ring=64K
  holds 'settings["rounds"] == 1 and settings["seed"] == 7 and settings["options"] == "ring=64K"'
  holds "disk['directory'] == '$PWD/disk' and disk['size_bytes'] >= disk['free_bytes'] > 0"
  holds "machine['processors'] >= 1 and '$(uname -r)' in machine['system']"
  # In a changed root the mount table has no line for it.
  ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo || holds "disk['mount_options']"
  holds "disk['file_system'] and ringproc['version'] in '$("$program" --version | head -1)'"
}

# ---- whether it is a disk ----

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

# ---- when operations are due ----

a_fixed_rate_is_kept_to_the_last_operation() {
  measure 0 -d 0.5 --rounds 2 --rate 200 --op write --callers 1,4
  holds 'all(due(one) == 100 for one in measured) and len(measured) == 6'
  measure 0 -d 0.3 --rounds 3 --rate 70 --proc ring
  holds 'all(due(one) == 21 for one in measured)'
}

# A second and more of a machine that stands still has to pass before the last operation is given up.
an_impossible_rate_ends() {
  measure 0 "${short[@]}" --rate 1000000 -b 512 --proc raw
  holds 'all(one["not_begun"] > 0 and due(one) == 200000 for one in measured)'
  expect 0 "$program" bench disk "${short[@]}" --rate 1000000 -b 512 --proc raw
  says '(never begun|not begun)' out
}

a_seed_repeats_the_moments() {
  local first
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 3 --callers 2
  holds 'len({due(one) for one in measured}) == 1 and due(measured[0]) != 500'
  first=$(value 'cases[-1]["operations"] + cases[-1]["not_begun"]')
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 3 --callers 2 --proc ring
  holds "due(measured[0]) == $first"
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 4 --callers 2 --proc ring
  holds "due(measured[0]) != $first and 300 < due(measured[0]) < 700"
}

# A disk that stands still for 400 ms in each 300th write: a closed loop asks nothing meanwhile, an open one does.
a_stall_is_seen_by_all_who_were_due() {
  in_memory
  set_fault RINGPROC_FAULT_FILE=growing-0 RINGPROC_FAULT_EVERY=300 RINGPROC_FAULT_AT=150 RINGPROC_FAULT_DELAY_MS=400
  measure_in_memory -d 2 --rounds 1 --proc raw --op write
  holds '1 <= slower(measured[0], 3.9e8) and slower(measured[0], 2e8) <= measured[0]["operations"] / 150'
  holds 'measured[0]["latency_ns"]["total"]["percentiles"]["99"] < 1e8'
  measure_in_memory -d 2 --rounds 1 --proc raw --op write --rate 500
  holds 'due(measured[0]) == 1000 and slower(measured[0], 2e8) > 100'
  holds 'measured[0]["latency_ns"]["total"]["percentiles"]["99"] > 2e8 > measured[0]["latency_ns"]["submission"]["percentiles"]["99"]'
  holds 'measured[0]["latency_ns"]["start_delay"]["max"] > 2e8'
}
measure_in_memory() {
  expect 0 "${faulty[@]}" "$program" bench disk/ -q -y --json run.json "$@"
  judge adds_up run.json
  nothing_left
}

# bad_disk: `disk` is one that does as it is told by `tell COMMAND...`.
bad_disk() {
  local line i
  [ -n "$bad_disk" ] || skip "built without libfuse3"
  { : <>/dev/fuse; } 2>/dev/null || skip "no access to /dev/fuse"
  mkdir "$RINGPROC_REGIONS/backing"
  mkfifo mounted
  exec 7<>mounted
  "$bad_disk" "$RINGPROC_REGIONS/backing" "$PWD/disk" "$PWD/control" >&7 2>disk.err 7>&- &
  disk_process=$!
  wait_for_disk() { IFS= read -rt 0.02 line <&7 || ! kill -0 "$disk_process" 2>/dev/null; }
  wait_for "the bad disk" wait_for_disk
  [ "$line" = mounted ] || { cat disk.err; skip "nothing can be mounted here"; }
  exec 7<&-
}
tell() {
  python3 - "$*" <<'PYTHON' >told || fail "the disk does not answer"
import socket, sys
disk = socket.socket(socket.AF_UNIX)
disk.connect("control")
disk.sendall(sys.argv[1].encode() + b"\n")
print(disk.makefile().readline().strip())
PYTHON
}
told_ok() { tell "$@"; same ok "$(cat told)" "$*"; }
clean_up() { # the disk last: with it go those who wait for it
  end_jobs
  wait 2>/dev/null
  umount -l disk 2>/dev/null
  leave_directory
}

# The same through a file system, by syncs that take long, as four callers see them.
a_stalling_disk_is_seen_by_all_who_were_due() {
  bad_disk
  local i
  stall() { told_ok clear; for i in 100 300 500 700; do told_ok fault fsync $i 1 delay 400; done; }
  stall
  measure 0 -d 2.4 --rounds 1 --proc dos --callers 4 --size 256M
  holds '1 <= slower(case("flush dos growing 4K x4"), 3.9e8) <= 4 * 4'
  stall
  measure 0 -d 2.4 --rounds 1 --proc dos --callers 4 --rate 400
    holds 'due(measured[0]) == 960 and slower(measured[0], 2e8) > 60'
}

# ---- what it refuses ----

bad_directories_are_told() {
  echo x >file
  refused 3 'ringproc bench: nowhere does not exist' nowhere
  refused 3 'ringproc bench: file is not a directory' file
  refused 3 'ringproc bench: file/disk' file/disk
  refused 3 'ringproc bench' ''
  refused 3 'ringproc bench: /dev/null is not a directory' /dev/null
  refused 2 'disk' disk disk
}

a_directory_that_may_not_be_written_is_told() {
  [ "$(id -u)" -eq 0 ] || { chmod 555 disk; refused 3 'disk.*Permission denied' disk --proc raw; return; }
  local as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  chmod 755 . disk
  "${as[@]}" test -x "$program" || skip "other users cannot reach the program"
  "${as[@]}" test -x "$PWD/disk" || skip "other users cannot reach the directory"
  # shellcheck disable=SC2016  # the inner shell's
  refused_as() { expect 3 "${as[@]}" "$program" bench disk --proc raw; says 'disk.*Permission denied' err; nothing_left; }
  refused_as
}

absurd_sizes_are_told() {
  local size
  for size in 0 99999999999G 18446744073709551615G 65M -1 abc 4Q '' 1e3 nan; do
    refused 2 '(--block|is not a size)' disk -d 0.1 -b "$size"
  done
  for size in 0 99999999999G -1 abc 4Q '' nan; do refused 2 '(--size|is not a size)' disk -d 0.1 --size "$size"; done
}

absurd_numbers_are_told() {
  local bad option
  for bad in '--callers 0' '--callers -1' '--callers 257' '--callers 99999999999999999999' '--callers 1,x' '--files 0' '--files -1' \
    '--files 2' '--callers 4 --files 5' '--rounds 0' '--rounds -1' '--rounds 99999999999' '--rate 0' '--rate -1' '--rate 1e99' \
    '--rate nan' '--rate inf' '--rate x' '--duration 0' '--duration -1' '--duration nan' '--duration inf' '--duration 1e99' \
    '--duration x' '--sync -1' '--sync nan' '--sync inf' '--sync 1e99' '--seed -1' '--seed x'; do
    option=--${bad##*--} # the last one
    # shellcheck disable=SC2086  # words on purpose
    refused 2 "${option%% *}" disk --op write $bad
  done
}

unknown_words_are_told() {
  local bad
  for bad in '--proc wav' '--op read' '--file old' '--arrival never' '--direct maybe' '--nonsense' '--arrival fixed' '--arrival poisson' \
    '--arrival closed --rate 5'; do
    # shellcheck disable=SC2086  # words on purpose
    refused 2 "${bad%% *}" disk $bad
  done
}

bad_library_options_are_told() {
  local options
  for options in nonsense ring=abc ring=0 nonsense=1 ring=99999999G; do
    refused 2 '--options: ' disk -d 0.1 --options $options
    export RINGPROC_OPTIONS=$options
    refused 2 'RINGPROC_OPTIONS' disk -d 0.1 --proc ring
    unset RINGPROC_OPTIONS
  done
}

# ---- reports ----

reports_are_not_overwritten_unasked() {
  local kind
  for kind in json html; do
    echo precious >report
    refused 3 'report exists already; give -y' disk --proc raw --$kind report
    same precious "$(cat report)" "the old report"
    expect 0 "$program" bench disk "${short[@]}" --proc raw --$kind report -y
    [ "$(stat -c %s report)" -gt 1000 ] || fail "it was not written"
  done
}

reports_that_cannot_be_written_are_told_first() {
  mkdir folder
  local kind
  for kind in json html; do
    refused 3 'nowhere/report' disk --$kind nowhere/report
    refused 3 'folder' disk --$kind folder -y
    refused 3 '/dev/full' disk --$kind /dev/full -y
  done
  # Nor is the other one left behind, empty.
  refused 3 'nowhere/report' disk --json new.json --html nowhere/report
  refused 3 'nowhere/report' disk --html new.html --json nowhere/report
}

two_reports_are_two_files() {
  refused 2 '--html' disk --json one --html one
  refused 2 '--html' disk --json one --html ./one
  refused 2 '--html' disk --json - --html -
}

errors_leave_no_reports() {
  refused 3 nowhere nowhere --json run.json --html page.html
  refused 2 block disk -b 0 --json run.json --html page.html
  echo precious >old.json
  refused 3 nowhere nowhere --json old.json -y
  same precious "$(cat old.json)" "the old report"
}

# ---- room ----

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

# ---- the end ----

# begin OPTION...: a run in the background, until it has measured something. Scripts' children ignore SIGINT otherwise.
begin() {
  env --default-signal=INT "${faulty[@]}" "$program" bench disk -d 3600 --rounds 1 --op flush --json run.json -y "$@" >out 2>err 7>&- &
  running=$!
  wait_for "a file that grows" measuring
}
measuring() { [ -n "$(find disk/ -name 'growing*' -size +20k 2>/dev/null)" ]; }
ends_with() {
  wait "$running"
  local status=$?
  [ $status -eq "$1" ] || { cat out err >&2; fail "status $status instead of $1"; }
}

an_interrupt_shows_what_there_is() {
  local signal
  for signal in INT TERM HUP; do
    begin --proc raw,ring
    kill -$signal "$running"
    ends_with 1
    judge adds_up run.json
    holds "interrupted and case('$floor')['operations'] > 0"
    says 'raw  growing' out
    says 'nterrupted' <(cat out err)
    nothing_left
  done
}

# The first one is waited for by the disk, which stands still.
a_second_interrupt_ends_it() {
  set_fault RINGPROC_FAULT_FILE=growing-0 RINGPROC_FAULT_AT=20 RINGPROC_FAULT_UNTIL="$PWD/go"
  begin --proc raw
  wait_for "the disk to stand still" stands_still
  kill -INT "$running"
  wait_for "the first signal" taken "$running"
  kill -0 "$running" || fail "the first signal ended it"
  kill -INT "$running"
  ends_with 130
}
stands_still() {
  local before
  before=$(stat -c %s disk/*/growing-0)
  read -rt 0.2 <> <(:)
  [ "$(stat -c %s disk/*/growing-0)" -eq "$before" ]
}
taken() { ! grep -qE '^(SigPnd|ShdPnd):.*[1-9a-f]' "/proc/$1/status" 2>/dev/null; }

a_hanging_disk_can_be_left() {
  bad_disk
  told_ok fault fsync 30 0 hang growing-0
  begin --proc raw
  tell hanging 1
  same 1 "$(cat told)" "syncs that hang"
  kill -INT "$running"
  wait_for "the first signal" taken "$running"
  kill -INT "$running"
  wait_for "the second signal" ending "$running"
  told_ok release error # before that no process ends
  ends_with 130
}
ending() { grep -qE '^State:.*[ZXx] ' "/proc/$1/status" 2>/dev/null || ! kill -0 "$1" 2>/dev/null; }

a_disk_that_is_taken_away_is_no_hang() {
  begin --proc raw,dos
  rm -r disk/*
  kill -INT "$running"
  wait "$running"
  same 1 $? status
  nothing_left
}

others_files_stay() {
  echo precious >disk/growing-0
  mkdir disk/ringproc-bench-1
  echo precious >disk/ringproc-bench-1/growing-0
  expect 0 "$program" bench disk "${short[@]}" --proc raw
  same "precious precious" "$(cat disk/growing-0 disk/*/growing-0 | xargs)" "others' files"
  same "disk/growing-0 disk/ringproc-bench-1" "$(echo disk/*)" "what is there"
}

two_runs_do_not_meet() {
  begin --proc raw
  expect 0 "$program" bench disk "${short[@]}" --proc raw,ring
  kill -TERM "$running"
  wait "$running"
  judge adds_up run.json
  nothing_left
}

# ---- odd surroundings ----

odd_directories_are_as_good() {
  local name
  for name in 'a disk' 'Grüße ☃' $'two\nlines' 'quo"te' 'back\slash' $'not utf-8 \xff\xfe' '-disk' '--json'; do
    mkdir -- "$name"
    expect 0 "$program" bench -d 0.05 --rounds 1 --op flush --proc raw,ring --json run.json --html page.html -y -- "$name"
    judge adds_up run.json
    judge page run.json page.html
    same '' "$(ls -A -- "$name")" "left in '$name'"
    rmdir -- "$name"
  done
}

a_home_is_not_needed() {
  export HOME=/proc/nowhere XDG_CACHE_HOME=/proc/nowhere XDG_CONFIG_HOME=/proc/nowhere TMPDIR=/proc/nowhere
  measure 0 "${short[@]}" --proc ring
  holds 'measured[0]["error"] is None'
}

# ---- comparison ----

a_run_is_like_itself() {
  measure 0 -d 0.2 --proc raw,ring
  expect 0 "$program" bench --compare run.json run.json
  says "^$floor\$" out
  says '^  p99 .* 1\.000 .*same$' out
  says_not '(faster|slower|better|worse)$' out
  sed 's/"p\(50\|99\)_ns": \([0-9]\)/"p\1_ns": 9\2/; s/"\(50\|99\)": \([0-9]\)/"\1": 9\2/' run.json >slow.json
  expect 0 "$program" bench --compare run.json slow.json
  says '^  p50 .*(slower|worse)' out
}

bad_runs_to_compare_are_told() {
  measure 0 -d 0.1 --rounds 1 --proc raw
  echo 'no JSON' >text.json
  echo '{}' >empty.json
  : >nothing.json
  head -c 700 run.json >cut.json
  sed 's/"format_version": 1,/"format_version": 2,/' run.json >newer.json
  sed 's/"format": "ringproc bench"/"format": "other"/' run.json >other.json
  sed 's/"cases": \[/"cases": 5, "x": [/' run.json >wrong.json
  python3 -c 'print("[" * 3000000)' >deep.json
  local file
  for file in text.json empty.json nothing.json cut.json newer.json other.json wrong.json deep.json missing.json disk /dev/zero; do
    refused 3 "ringproc bench: $file" --compare run.json $file
    refused 3 "ringproc bench: $file" --compare $file run.json
  done
  says_not 'nlohmann|json.exception' err
  refused 2 '--compare' --compare run.json
}

helpers='judge|holds|value|measure|nothing_left|refused|made|in_memory|on_a_disk|traced|syncs|prepared_is|measure_in_memory|bad_disk|tell'
helpers+='|told_ok|clean_up|small_disk|broken|begin|measuring|ends_with|stands_still|taken|ending'

case ${1:?} in --list) cases; exit 0 ;; esac
case=$1 program=$2 disk_fault=$3 bad_disk=${4:-} script=$(realpath "$0") here=$(realpath "$(dirname "$0")")
faulty=()
needs python3
enter_directory bench
mkdir disk
"$case"
