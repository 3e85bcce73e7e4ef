# What the scripts of this folder share; they source it, and end with `run "$@"`. They kill recordings, and look at what is
# left and at what `record`, `recover` and `status` make of it.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2317  # used by who sources this; called by name
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

counter=(--source counter -c 2 -r 48000 -f s16)
start=4096 # where its samples begin

silent() { [ -z "$(cat out err)" ] || { cat out err >&2; fail "not silent"; }; }
# is_json KEY...: `out` is a JSON array whose objects have these keys.
is_json() {
  local key
  python3 -m json.tool out >/dev/null || { cat out >&2; fail "no valid JSON"; }
  for key; do says "^ *\"$key\": " out; done
}
sums() { md5sum "$@" 2>&1; }
field() { "$program" status "$1" --json | sed -n "s/^ *\"$2\": \"\?\([^\",]*\)\"\?,\?\$/\1/p"; }
regions() { find "$own" -type f 2>/dev/null | wc -l; }

state_of() { sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null; }
stopped() { [ "$(state_of "$1")" = T ]; }
# The first thread of a killed process is a zombie while the others still hold its locks.
gone() {
  local state tasks=("/proc/$1/task"/*)
  state=$(state_of "$1")
  [ -z "$state" ] || { [ "$state" = Z ] && [ ${#tasks[@]} -le 1 ]; }
}
# More than the header.
accepted() { [[ "$("${as[@]}" "$program" status "$1" --json 2>/dev/null)" =~ \"accepted\":\ [0-9]{5,} ]]; }
contains() { grep -qE -- "$1" "$2"; }

# What stands before the program: another user, a disk that fails.
as=() faulty=()

# record FILE [OPTION...]: a recording in the background whose bytes stay in its ring, and which does not finish those of
# others; `parent` watches over `child`.
record() {
  local file=$1
  shift
  RINGPROC_OPTIONS=age=3600s,recover=off "${as[@]}" "${faulty[@]}" "$program" record -o "$file" "${counter[@]}" --ring 10s --sync 0 "$@" \
    >record.out 2>record.err &
  parent=$!
  wait_for "$file is recorded" accepted "$file"
  child=$(pgrep -P "$parent") || fail "no child"
}

# leave_dead FILE: a recording whose processes both died. The parent is stopped, so that it cannot act in between.
leave_dead() {
  record "$1" -q -y
  kill -STOP "$parent"
  wait_for "the parent stops" stopped "$parent"
  kill -KILL "$child" "$parent"
  wait "$parent" 2>/dev/null
  wait_for "the child ends" gone "$child"
}

# is_complete FILE: right, header included, with all frames that were accepted in leave_dead.
is_complete() {
  expect 0 "$program" verify "$1"
  says 'every sample is right' out
}

# fail_while_recording ERRNO STATUS: take.wav; the disk is well again afterwards.
fail_while_recording() {
  local faulty
  set_fault RINGPROC_FAULT_AT=3 RINGPROC_FAULT_ERRNO="$1"
  expect "$2" "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" -n 5000000 --unpaced --ring 2M -y
  same 1 "$(regions)" "regions left after a failure"
}

clean_up() {
  # shellcheck disable=SC2046  # words on purpose
  kill -KILL $(jobs -p | xargs -r -n 1 pgrep -P) 2>/dev/null
  end_jobs
  leave_directory
}

run() {
  case ${1:?} in --list) cases; exit 0 ;; esac
  program=$2 disk_fault=$3
  enter_directory recover
  own=$RINGPROC_REGIONS/ringproc-$(id -u)
  parent='' child=''
  "$1"
}
