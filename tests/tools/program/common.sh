# What the scripts of this folder share; they source it, and end with `run "$@"`. They run the program as users do, and look at
# what it writes, what it refuses, and how it ends.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2317  # used by who sources this; called by name
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

counter=(--source counter -c 2 -r 48000 -f s16)
stdin=(--source stdin -c 2 -r 48000 -f s16)
start=4096 # where samples begin

# Waits until the recording in the background has written its header.
await_start() {
  local i
  for ((i = 0; i < 1000; i++)); do
    [ -s take.wav ] && return 0
    kill -0 "$1" 2>/dev/null || break
    moment
  done
  fail "the recording did not start"
}

run() {
  case ${1:?} in --list) cases; exit 0 ;; esac
  program=$2 disk_fault=$3
  enter_directory program
  "$1"
}
