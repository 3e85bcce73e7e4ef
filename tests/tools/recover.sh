#!/usr/bin/env bash
# What is left when recordings are killed, and what `record`, `recover` and `status` make of it, one case per call.
# Usage: recover.sh CASE PROGRAM [DISK_FAULT_LIBRARY]; `recover.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

counter=(--source counter -c 2 -r 48000 -f s16)
start=4096 # where its samples begin
stranger=65534 # a user who owns nothing here

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
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
# More than the header.
accepted() { [[ "$("${as[@]}" "$program" status "$1" --json 2>/dev/null)" =~ \"accepted\":\ [0-9]{5,} ]]; }
contains() { grep -qE -- "$1" "$2"; }

# record FILE [OPTION...]: a recording in the background whose bytes stay in its ring, and which does not finish those of
# others; `parent` watches over `child`.
as=() faulty=()
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

the_parent_finishes_what_the_child_left() {
  local signal
  for signal in KILL ABRT; do # sanitizers answer a SEGV themselves
    record take.wav -y
    kill -$signal "$child"
    wait "$parent"
    same 1 $? status
    says "process $child was killed by SIG$signal" record.err
    says "take.wav: [0-9]+ bytes .* are in the file and durable" record.err
    is_complete take.wav
    same 0 "$(regions)" "regions left"
  done
}

the_child_finalises_when_the_parent_dies() {
  record take.wav --json take.json
  kill -KILL "$parent"
  wait "$parent" 2>/dev/null
  wait_for "the child ends" gone "$child"
  expect 0 "$program" verify take.wav --summary take.json
  same 0 "$(regions)" "regions left"
}

one_signal_to_either_finalises_once() {
  local signal whom
  for signal in TERM INT; do
    for whom in parent child; do
      record take.wav --json take.json -y
      kill -$signal "${!whom}"
      wait "$parent"
      same 0 $? "status after SIG$signal to the $whom"
      expect 0 "$program" verify take.wav --summary take.json
      same 1 "$(grep -c 'complete and durable' record.out)" "times finalised"
      same 0 "$(regions)" "regions left"
    done
  done
}

a_second_signal_leaves_it_recoverable() {
  set_fault RINGPROC_FAULT_AT=3 RINGPROC_FAULT_DELAY_MS=60000
  record take.wav
  kill -TERM "$parent"
  while grep -qE '^(SigPnd|ShdPnd):.*[1-9a-f]' "/proc/$parent/status" "/proc/$child/status" 2>/dev/null; do :; done
  kill -INT "$parent"
  wait "$parent"
  same 130 $? status
  wait_for "the child ends" gone "$child"
  faulty=()
  expect 0 "$program" recover
  is_complete take.wav
}

recover_finishes_file_and_header() {
  local bytes
  leave_dead take.wav
  bytes=$(field take.wav accepted)
  expect 0 "$program" recover
  says "take.wav: $((bytes - start)) bytes that process $child left are in the file and durable" out
  says "header now says $(((bytes - start) / 4)) frames" out
  expect 0 "$program" verify take.wav --frames $(((bytes - start) / 4))
  same 0 "$(regions)" "regions left"
  expect 0 "$program" recover
  says 'nothing to recover' out
}

looking_changes_nothing() {
  local before how
  leave_dead take.wav
  before=$(sums take.wav "$own"/*; stat -c '%z %s' take.wav)
  for how in --list --dry-run "--list --json" "--dry-run --json" "--dry-run take.wav" "--list take.wav"; do
    # shellcheck disable=SC2086  # words on purpose
    expect 0 "$program" recover $how
    says 'take.wav' out
    same "$before" "$(sums take.wav "$own"/*; stat -c '%z %s' take.wav)" "$how"
  done
  expect 0 "$program" status
  same "$before" "$(sums take.wav "$own"/*; stat -c '%z %s' take.wav)" status
}

json_of_recover() {
  local keys=(result file region process bytes memory_bytes)
  leave_dead take.wav
  expect 0 "$program" recover --list --json
  is_json "${keys[@]}"
  expect 0 "$program" recover --dry-run --json
  is_json "${keys[@]}"
  says '"result": "finished"' out
  expect 0 "$program" recover --json
  is_json "${keys[@]}" header
  says '"result": "finished"' out
  expect 0 "$program" recover --json
  is_json
  leave_dead other.wav
  rm other.wav
  expect 9 "$program" recover --json
  is_json "${keys[@]}" kept reason
  says '"result": "kept"' out
}

quiet_says_nothing_of_success() {
  expect 0 "$program" recover -q
  silent
  leave_dead take.wav
  expect 0 "$program" recover -q take.wav
  silent
  is_complete take.wav
  leave_dead other.wav
  rm other.wav
  expect 9 "$program" recover -q
  cat out err >both
  says 'other.wav' both
}

by_name_and_by_directory() {
  local what
  mkdir takes elsewhere
  for what in takes/take.wav takes "$own" region; do
    leave_dead takes/take.wav
    [ "$what" != region ] || what=$(echo "$own"/*)
    expect 0 "$program" recover elsewhere
    says 'nothing to recover' out
    same 1 "$(regions)" "regions after recovering elsewhere"
    expect 0 "$program" recover "$what"
    is_complete takes/take.wav
    same 0 "$(regions)" "regions left by recover $what"
  done
  expect 3 "$program" recover missing.wav
  says 'missing.wav: there is no such file' err
  expect 3 "$program" status missing.wav
}

the_next_start_finishes_all() {
  leave_dead one.wav
  leave_dead two.wav
  "$program" record -o three.wav "${counter[@]}" >three.out 2>three.err & # goes on: its start does not wait for this
  parent=$!
  wait_for "the first is finished" contains 'one.wav: [0-9]+ bytes .* are in the file' three.err
  wait_for "the second is finished" contains 'two.wav: [0-9]+ bytes .* are in the file' three.err
  kill -TERM "$parent"
  wait "$parent" || fail "status $?"
  # The header is the program's to finish, not the library's.
  expect 0 "$program" recover one.wav two.wav
  is_complete one.wav
  is_complete two.wav
  same 0 "$(regions)" "regions left"
}

other_files_are_left_alone() {
  leave_dead one.wav
  leave_dead two.wav
  expect 0 "$program" recover one.wav
  is_complete one.wav
  same $start "$(stat -c %s two.wav)" "size of the other file"
  same 1 "$(regions)" "regions left"
  expect 0 "$program" recover
  is_complete two.wav
}

to_another_file() {
  local bytes
  leave_dead take.wav
  bytes=$(field take.wav accepted)
  echo precious >other.bin
  expect 9 "$program" recover --to other.bin take.wav
  cat out err >both
  says 'other.bin: File exists' both
  same precious "$(cat other.bin)" other.bin
  same 1 "$(regions)" "regions after a refusal"
  rm other.bin
  expect 0 "$program" recover --to other.bin take.wav
  same $start "$(stat -c %s take.wav)" "size of the file itself"
  expect 0 "$program" record -o whole.wav "${counter[@]}" -n $(((bytes - start) / 4)) --unpaced
  # The header is where it was: in the file.
  cmp <(tail -c +$((start + 1)) other.bin) <(tail -c +$((start + 1)) whole.wav) || fail "the samples differ"
  same 0 "$(regions)" "regions left"
}

to_takes_one_file() {
  expect 2 "$program" recover --to other.bin
  touch plain.txt
  expect 2 "$program" recover --to other.bin plain.txt
  leave_dead one.wav
  leave_dead two.wav
  expect 2 "$program" recover --to other.bin
  expect 2 "$program" recover --to other.bin one.wav two.wav
  says 'name one' err
  expect 2 "$program" recover --to other.bin "$PWD"
  [ ! -e other.bin ] || fail "a file was made"
  same 2 "$(regions)" "regions left"
}

discard_frees() {
  leave_dead take.wav
  expect 2 "$program" recover --discard
  says 'needs the name' err
  same 1 "$(regions)" "regions left"
  expect 0 "$program" recover --discard take.wav
  says 'were discarded' out
  same 0 "$(regions)" "regions left"
  same $start "$(stat -c %s take.wav)" "size of the file"
}

options_that_exclude_each_other() {
  local options
  while IFS= read -r options; do
    # shellcheck disable=SC2086  # words on purpose
    expect 2 "$program" recover $options
    [ -s err ] || fail "nothing said about: $options"
  done <<'END'
--list --dry-run
--list --watch
--list --to x
--list --discard
--dry-run --watch
--watch --to x
--watch --discard
--watch --json
--to x --discard
--watch take.wav
--nonsense
END
}

# conflict MESSAGE COMMAND...: the command changes something about take.wav after the death.
conflict() {
  local message=$1 bytes before kept
  shift
  leave_dead take.wav
  bytes=$(field take.wav accepted)
  "$@" || fail "$*"
  before=$(sums ./*.wav; stat -c '%n %i %s %z' ./*.wav 2>&1)
  expect 9 "$program" recover
  kept=take.wav.ringproc-$child
  cat out err >both
  says "/take.wav: $message; the $((bytes - start)) bytes that process $child left are kept in .*/$kept\$" both
  same "$before" "$(sums ./*.wav; stat -c '%n %i %s %z' ./*.wav 2>&1)" "the files"
  same "$bytes" "$(stat -c %s "$kept")" "bytes kept"
  expect 0 "$program" record -o whole.bin "${counter[@]}" -n $(((bytes - start) / 4)) --unpaced -y
  cmp <(tail -c +$((start + 1)) "$kept") <(tail -c +$((start + 1)) whole.bin) || fail "the samples kept differ"
  same 0 "$(regions)" "regions left"
}
append() { echo more >>take.wav; }
truncate_it() { : >take.wav; }
replace() { echo other >new && mv new take.wav; }
delete() { rm take.wav; }
rename() { mv take.wav renamed.wav; }
become_directory() { rm take.wav && mkdir take.wav; }
recreate() { rm take.wav && echo new >take.wav; }
change_mode() { chmod 600 take.wav; }

conflict_appended() { conflict 'somebody has changed its size since' append; }
conflict_truncated() { conflict 'somebody has changed its size since' truncate_it; }
conflict_replaced() { conflict '.*another file.*' replace; }
conflict_deleted() { conflict 'it was deleted or renamed' delete; }
conflict_renamed() { conflict 'it was deleted or renamed' rename; }
conflict_directory() { conflict '.*' become_directory; }
conflict_recreated() { conflict '.*another file.*' recreate; }
conflict_changed_mode() { conflict 'somebody has changed it since' change_mode; }

a_kept_file_is_never_overwritten() {
  leave_dead take.wav
  append
  echo precious >"take.wav.ringproc-$child"
  expect 9 "$program" recover
  same precious "$(cat "take.wav.ringproc-$child")" "what had the name already"
  [ "$(regions)" -eq 1 ] || [ "$(cat take.wav.ringproc-* | wc -c)" -gt 1000 ] || fail "the bytes are gone"
}

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

# The first is inside a write that takes a second.
two_recover_at_once() {
  local first faulty
  leave_dead take.wav
  set_fault RINGPROC_FAULT_UNTIL=go
  "${faulty[@]}" "$program" recover take.wav >first.out 2>first.err &
  first=$!
  being_recovered() { "$program" status | grep -q '^recovering'; }
  wait_for "the first recovers" being_recovered
  expect 9 "$program" recover take.wav
  cat out err >both
  says "take.wav: process $first is recovering it" both
  expect 9 "$program" recover --discard take.wav
  expect 9 "$program" recover --to other.bin take.wav
  [ ! -e other.bin ] || fail "a file was made"
  : >go
  wait $first || fail "status $? of the first"
  is_complete take.wav
}

a_living_owner_is_left_alone() {
  record take.wav
  expect 0 "$program" recover
  says 'nothing to recover' out
  expect 9 "$program" recover take.wav
  cat out err >both
  says "take.wav: in use by process $child; left alone" both
  expect 9 "$program" recover --discard take.wav
  kill -TERM "$parent"
  wait "$parent" || fail "status $?"
  expect 0 "$program" verify take.wav
}

# be_stranger: recordings are made by another user, in `his`, with regions in `hers`.
be_stranger() {
  [ "$(id -u)" -eq 0 ] || skip "needs root, to act as another user"
  as=(setpriv --reuid "$stranger" --regid "$stranger" --clear-groups)
  chmod 755 "$directory"
  chmod 1777 "$RINGPROC_REGIONS"
  mkdir his
  chown $stranger:$stranger his
  "${as[@]}" test -x "$program" || skip "the program is not within reach of other users"
  "${as[@]}" touch "$directory/his/probe" || skip "the directory is not within reach of other users"
  rm his/probe
  own=$RINGPROC_REGIONS/ringproc-$stranger
}

a_file_that_may_not_be_written() {
  local before
  be_stranger
  leave_dead his/take.wav
  chmod a-w his/take.wav
  chown root:root his
  before=$(sums his/take.wav "$own"/*)
  expect 9 "${as[@]}" "$program" recover his/take.wav
  cat out err >both
  says 'take.wav: Permission denied; the [0-9]+ bytes .* stay in' both
  same "$before" "$(sums his/take.wav "$own"/*)" "file and region"
}

root_leaves_other_users_alone() {
  be_stranger
  leave_dead his/take.wav
  expect 0 "$program" recover
  same 1 "$(regions)" "regions left"
  expect 0 "$program" status
  says 'no rings' out
}

root_acts_as_the_user_it_names() {
  be_stranger
  leave_dead his/take.wav
  expect 0 "$program" recover "$own"
  is_complete his/take.wav
  leave_dead his/take.wav
  append() { echo more >>his/take.wav; }
  append
  expect 9 "$program" recover "$own"
  same "$stranger" "$(stat -c %u "his/take.wav.ringproc-$child")" "owner of the kept file"
  leave_dead his/take.wav
  chown root:root his/take.wav
  chmod 600 his/take.wav
  expect 9 "$program" recover "$own"
  same $start "$(stat -c %s his/take.wav)" "size of a file that the user cannot write"
}

# A watcher that is started before anything else, and one recording beside it.
watch_finishes_what_dies() {
  local watcher signal
  for signal in TERM INT; do
    rm -rf "$own"
    "$program" recover --watch >watch.out 2>watch.err &
    watcher=$!
    wait_for "the directory is made" test -d "$own"
    same 700 "$(stat -c %a "$own")" "mode of the directory"
    leave_dead take.wav
    wait_for "the file is completed" contains "take.wav: [0-9]+ bytes that process $child left are in the file" watch.err
    is_complete take.wav
    same 0 "$(regions)" "regions left"
    kill -$signal $watcher
    wait $watcher || fail "status $? after SIG$signal"
  done
}

watch_is_idle_beside_a_recording() {
  local watcher before_watcher before_parent start
  "$program" recover --watch >watch.out 2>watch.err &
  watcher=$!
  wait_for "the directory is made" test -d "$own"
  record take.wav
  before_watcher=$(ticks $watcher) before_parent=$(ticks "$parent")
  start=$(field take.wav accepted)
  two_seconds_more() { [ "$(field take.wav accepted)" -ge $((start + 2 * 48000 * 4)) ]; }
  wait_for "two seconds of recording" two_seconds_more
  # 20 ticks are 0.2 s: a busy loop has ten times that.
  [ $(($(ticks $watcher) - before_watcher)) -le 20 ] || fail "the watcher took $(ticks $watcher) ticks"
  [ $(($(ticks "$parent") - before_parent)) -le 5 ] || fail "the parent took $(ticks "$parent") ticks"
  kill -TERM "$parent"
  wait "$parent" || fail "status $?"
  kill -TERM $watcher
  wait $watcher || fail "status $?"
}

status_shows_the_living_and_the_dead() {
  local keys=(state process command file region accepted written lag_bytes memory_bytes)
  expect 0 "$program" status
  says 'no rings' out
  expect 0 "$program" status --json
  is_json
  leave_dead dead.wav
  record live.wav
  expect 0 "$program" status
  says "^live +$child .* MB +.*/live.wav\$" out
  says '^dead +[0-9]+ .* MB +.*/dead.wav$' out
  expect 0 "$program" status --json
  is_json "${keys[@]}"
  same live "$(field live.wav state)" "state of the living"
  same "$child" "$(field live.wav process)" "process of the living"
  same dead "$(field dead.wav state)" "state of the dead"
  kill -TERM "$parent"
  wait "$parent" || fail "status $?"
}

# fail_while_recording ERRNO STATUS: take.wav; the disk is well again afterwards.
fail_while_recording() {
  local faulty
  set_fault RINGPROC_FAULT_AT=3 RINGPROC_FAULT_ERRNO="$1"
  expect "$2" "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" -n 5000000 --unpaced --ring 2M -y
  same 1 "$(regions)" "regions left after a failure"
}

a_failed_file_waits_for_a_command() {
  local fault
  for fault in "28 5" "5 6"; do
    # shellcheck disable=SC2086  # words on purpose
    fail_while_recording $fault
    says 'ringproc recover' err
    expect 0 "$program" status
    says '^(dead, )?failed .*/take.wav$' out
    expect 0 "$program" record -o "other${fault#* }.wav" "${counter[@]}" -n 10
    same 1 "$(regions)" "regions left by an unrelated start"
    ! compgen -G "take.wav.ringproc-*" >/dev/null || fail "kept without being asked"
    "$program" recover take.wav >out 2>err
    case $? in
      0) expect 0 "$program" verify take.wav ;;
      9) compgen -G "take.wav.ringproc-*" >/dev/null || fail "neither recovered nor kept" ;;
      *) fail "status of recover" ;;
    esac
    same 0 "$(regions)" "regions left"
    rm -f take.wav*
  done
}

watch_leaves_a_failed_file_alone() {
  local watcher
  "$program" recover --watch >watch.out 2>watch.err &
  watcher=$!
  wait_for "the directory is made" test -d "$own"
  fail_while_recording 28 5
  leave_dead other.wav # seen after the failed one
  wait_for "the other is completed" contains 'other.wav: .*are in the file' watch.err
  same 1 "$(regions)" "regions left by --watch"
  kill -TERM $watcher
  wait $watcher || fail "status $?"
}

survival_is_told() {
  RINGPROC_OPTIONS=survive=off expect 0 "$program" record -o take.wav "${counter[@]}" -n 10
  says '(DOES NOT|do not) (SURVIVE|survive)' <(head -n 1 err)
  RINGPROC_OPTIONS=survive=on expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 -y
  says 'survives this process' <(head -n 1 err)
  RINGPROC_OPTIONS=survive=on RINGPROC_REGIONS=$PWD/missing expect 3 "$program" record -o other.wav "${counter[@]}" -n 10
  says 'cannot open other.wav' err
  [ ! -e other.wav ] || fail "an empty file is left"
}

# Where behaviour and documentation part.

a_refused_survival_gives_its_reason() {
  RINGPROC_OPTIONS=survive=on RINGPROC_REGIONS=$PWD/missing expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "survive|$PWD/missing" err
}

a_failed_file_is_not_changed_by_somebody() {
  fail_while_recording 28 5
  expect 0 "$program" recover take.wav
  is_complete take.wav
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

a_renamed_file_has_bytes_pending() {
  leave_dead take.wav
  rename
  expect 9 "$program" recover renamed.wav
}

root_is_told_of_another_users_bytes() {
  be_stranger
  leave_dead his/take.wav
  "$program" recover his/take.wav >out 2>err
  cat out err >both
  ! grep -q 'nothing was pending' both || { cat both >&2; fail "bytes are pending in $own"; }
}

a_version_mismatch_is_told_by_name() {
  leave_dead take.wav
  printf '\143\0\0\0' | dd of="$(echo "$own"/*)" bs=1 seek=8 conv=notrunc status=none
  expect 9 "$program" recover take.wav
}

the_summary_of_a_killed_recording_is_no_empty_file() {
  record take.wav --json take.json
  kill -KILL "$child"
  wait "$parent"
  same 1 $? status
  [ ! -e take.json ] || python3 -m json.tool take.json >/dev/null || fail "the summary is not JSON"
}

# As README has it.
kept_bytes_complete_a_renamed_recording() {
  leave_dead take.wav
  rename
  expect 9 "$program" recover
  tail -c +$(($(stat -c %s renamed.wav) + 1)) "take.wav.ringproc-$child" >>renamed.wav
  expect 0 "$program" repair renamed.wav
  expect 0 "$program" verify renamed.wav
  same "$(stat -c %s "take.wav.ringproc-$child")" "$(stat -c %s renamed.wav)" "bytes"
}

nothing_is_said_of_a_place() {
  local how
  for how in recover 'recover --list' 'recover --dry-run' status; do
    # shellcheck disable=SC2086  # words on purpose
    expect 0 "$program" $how
    says "^(nothing to recover|no rings that survive their process) in $own\$" out
  done
}

helpers='silent|is_json|sums|field|regions|state_of|stopped|gone|ticks|accepted'
helpers+='|contains|record|leave_dead|is_complete|conflict|append|truncate_it|replace|delete|rename|become_directory'
helpers+='|recreate|change_mode|untrusted|unusable|be_stranger|fail_while_recording|being_recovered|two_seconds_more|as_named|clean_up'

case ${1:?} in --list) cases; exit 0 ;; esac
program=$2 disk_fault=${3:-}
clean_up() {
  # shellcheck disable=SC2046  # words on purpose
  kill -KILL $(jobs -p | xargs -r -n 1 pgrep -P) 2>/dev/null
  end_jobs
  leave_directory
}
enter_directory recover
own=$RINGPROC_REGIONS/ringproc-$(id -u)
parent='' child=''
"$1"
