#!/usr/bin/env bash
# Directories and surroundings in which `bench` measures, and which it refuses, one case per call.
# Usage: directories.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `directories.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

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

run "$@"
