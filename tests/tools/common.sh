# What the scripts of this folder share; they source it. A case is a function of the script whose name is not in its
# $helpers. Its last lines: answer --list by `cases`, enter_directory, call the case. What a script has otherwise (clean_up,
# says), it defines anew. A group with many cases is a folder of scripts, with a common.sh of its own that sources this one:
# what stands in there is no case, and its `run` is those last lines.
# shellcheck shell=bash
set -uo pipefail

fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }
needs() { local tool; for tool; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done; }

# expect STATUS COMMAND...: its output goes to `out` and `err`.
expect() {
  local wanted=$1 status
  shift
  "$@" >out 2>err
  status=$?
  [ $status -eq "$wanted" ] || { cat out err >&2; fail "status $status instead of $wanted: $*"; }
}
says() { grep -qE -- "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }
says_not() { ! grep -qE -- "$1" "$2" || { cat "$2" >&2; fail "'$1' in $2"; }; }
same() { [ "$1" = "$2" ] || fail "$3: $2 instead of $1"; }
json_has() { says "^ *\"$1\": $2,?\$" take.json; }
bytes() { od -An -v -tx1 -j "$2" -N "$3" "$1" | tr -d ' \n'; }
longer_than() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "$2" ]; }
moment() { read -rt 0.01 <> <(:); }

# wait_for WHAT COMMAND...: until it succeeds.
wait_for() {
  local what=$1 i
  shift
  for ((i = 0; i < 3000; i++)); do
    "$@" && return 0
    moment
  done
  cat err record.err >&2 2>/dev/null
  fail "waited in vain: $what"
}

# preloading LIBRARY [SETTING=VALUE...]: what `faulty` puts before a command. The sanitizers must not mind that another
# library comes first.
# shellcheck disable=SC2034  # used by who sources this
preloading() {
  local library=$1
  shift
  faulty=(env "$@" LD_PRELOAD="$library" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
}
set_fault() { preloading "${disk_fault:?}" "$@"; }

cases() { sed -n 's/^\([a-z][a-z_0-9]*\)() {.*$/\1/p' "$0" | grep -vxE "${helpers:-}"; }

# enter_directory NAME: an empty one, and one for regions; with the script both are gone.
enter_directory() {
  directory=$(mktemp -d "${TMPDIR:-/tmp}/$1-cases.XXXXXX") || exit 1 # not ringproc-*: see a_directory_named_like_ours
  RINGPROC_REGIONS=$(mktemp -d "/dev/shm/ringproc-$1.XXXXXX") || exit 1
  export RINGPROC_REGIONS
  trap clean_up EXIT
  cd "$directory" || exit 1
}
end_jobs() {
  # shellcheck disable=SC2046  # words on purpose
  kill -KILL $(jobs -p) 2>/dev/null
}
leave_directory() { cd / && rm -rf "$directory" "$RINGPROC_REGIONS"; }
clean_up() { end_jobs; leave_directory; } # nothing outlives a failed case
