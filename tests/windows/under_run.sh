#!/usr/bin/env bash
# What unmodified programs do under `ringproc run`, one case per call.
# Usage: under_run.sh CASE WINE PREFIX RINGPROC CLIENTS; `under_run.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
set -uo pipefail

fail() { echo "FAILED: $*" >&2; exit 1; }

# expect STATUS COMMAND...: its output goes to `out`.
expect() {
  local wanted=$1 status
  shift
  "$@" >out 2>&1
  status=$?
  tr -d '\r' <out >text
  [ $status -eq "$wanted" ] || { cat text >&2; fail "status $status instead of $wanted: $*"; }
}
says() { grep -qE -- "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }

client() { "$wine" "$prefix" "$clients/$1.exe" "${@:2}"; }
under_run() { "$wine" "$prefix" "$ringproc" run --log caught.txt -- "Z:${clients//\//\\}\\$1.exe" "${@:2}"; }

# A directory `full` on a file system of its own with room for 256 KiB, unmounted at the end.
need_full_disk() {
  mkdir full || exit 1
  mount -t tmpfs -o size=256k ringproc-test full 2>mount.txt || {
    echo "skipped: a file system of our own cannot be mounted here: $(cat mount.txt)"
    exit 77
  }
}

# The same file as without, caught, counted, and of the right size.
same_file() {
  expect 0 client "$1" plain.out
  says '^mmioClose: 0$' text
  python3 "$here/check_riff.py" plain.out >structure.txt || fail "$1 writes no right file by itself"
  expect 0 under_run "$1" ring.out
  says '^mmioClose: 0$' text
  cmp plain.out ring.out || fail "$1 writes another file under ringproc run"
  tr -d '\r' <caught.txt >log
  says "closed by=[A-Za-z-]+ writes=[1-9][0-9]* .*size=$(stat -c %s plain.out) .*error=none close=0 .*ring\.out" log
}

# The same program where the disk is full: the error that the file has reaches the result of mmioClose.
error_reaches_close() {
  need_full_disk
  expect 0 under_run "$1" room.out
  says '^mmioClose: 0$' text
  expect 1 under_run "$1" full/file.out
  says "^mmioClose: 264$" text
  says 'close=264 .*full.file\.out' caught.txt
}

write_wave_is_the_same() { same_file write_wave; }
direct_access_is_the_same() { same_file direct_access; }
nested_lists_are_the_same() { same_file nested_lists; }
avi_is_the_same() { same_file write_avi; }
write_wave_tells_of_a_full_disk() { error_reaches_close write_wave; }
direct_access_tells_of_a_full_disk() { error_reaches_close direct_access; }
nested_lists_tell_of_a_full_disk() { error_reaches_close nested_lists; }
avi_tells_of_a_full_disk() { error_reaches_close write_avi; }

# Every byte written, in order, whoever ended the program.
complete() {
  [ "$(stat -c %s "$1")" -eq "$2" ] || fail "$1 has $(stat -c %s "$1") bytes, not $2"
  cmp "$1" plain.out || fail "$1 is not what was written"
}

exit_without_close_is_complete() {
  expect 0 client exit_without_close plain.out 200
  expect 0 under_run exit_without_close ring.out 200
  says '^wrote 209715200 bytes$' text
  complete ring.out 209715200
}

terminated_program_is_finished() {
  expect 77 client terminate_itself plain.out 1500
  expect 77 under_run terminate_itself ring.out 1500
  says '^wrote 15010500 bytes$' text
  complete ring.out 15010500
}

status_is_the_programs() {
  expect 2 under_run write_wave
  expect 3 under_run write_wave 'Z:\no\such\directory\x'
}

if [ "${1:-}" = --list ]; then
  printf '%s\n' {write_wave,direct_access,avi}_is_the_same nested_lists_are_the_same \
    {write_wave,direct_access,avi}_tells_of_a_full_disk nested_lists_tell_of_a_full_disk \
    exit_without_close_is_complete terminated_program_is_finished status_is_the_programs
  exit
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case=${1:?a case} wine=${2:?wine} prefix=${3:?prefix} ringproc=${4:?ringproc.exe} clients=${5:?folder of the clients}
work=$(mktemp -d "${TMPDIR:-/tmp}/ringproc-run-XXXXXX") || exit 1
regions=$(mktemp -d /dev/shm/ringproc-test-XXXXXX) || exit 1
trap 'cd /; ! mountpoint -q "$work/full" || umount "$work/full" || umount -l "$work/full"; rm -rf "$work" "$regions"' EXIT
cd "$work" || exit 1
export RINGPROC_REGIONS="Z:${regions//\//\\}"
"$case"
