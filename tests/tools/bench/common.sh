# What the scripts of this folder share; they source it, and end with `run "$@"`. They run `bench` from outside: what it
# promises to tell, that it is true, and how it ends. bench_json.py judges its JSON.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2317  # used by who sources this; called by name
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

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

# bad_disk: `disk` is one that does as it is told by `tell COMMAND...`.
bad_disk() {
  local line='' i
  [ -n "$bad_disk" ] || skip "built without libfuse3"
  { : <>/dev/fuse; } 2>/dev/null || skip "no access to /dev/fuse"
  mkdir "$RINGPROC_REGIONS/backing"
  mkfifo mounted
  exec 7<>mounted
  "$bad_disk" "$RINGPROC_REGIONS/backing" "$PWD/disk" "$PWD/control" >&7 2>disk.err 7>&- &
  disk_process=$!
  # A read that ends in the middle of the word has taken the beginning.
  wait_for_disk() {
    local part status
    IFS= read -rt 0.02 part <&7
    status=$?
    line+=$part
    [ $status -eq 0 ] || ! kill -0 "$disk_process" 2>/dev/null
  }
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

run() {
  case ${1:?} in --list) cases; exit 0 ;; esac
  case=$1 program=$2 disk_fault=$3 bad_disk=${4:-} script=$(realpath "$0") here=$(realpath "$(dirname "$0")")
  faulty=()
  needs python3
  enter_directory bench
  mkdir disk
  "$case"
}
