#!/usr/bin/env bash
# `recover` and `status` on what a dead recording left, one case per call.
# Usage: command.sh CASE PROGRAM DISK_FAULT_LIBRARY; `command.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

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
  is_json "${keys[@]}" dry_run
  says '"result": "finished"' out
  says '"dry_run": true' out
  expect 0 "$program" recover --json
  is_json "${keys[@]}" header dry_run
  says '"result": "finished"' out
  says '"dry_run": false' out
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

a_failed_file_is_not_changed_by_somebody() {
  fail_while_recording 28 5
  expect 0 "$program" recover take.wav
  is_complete take.wav
}

nothing_is_said_of_a_place() {
  local how
  for how in recover 'recover --list' 'recover --dry-run' status; do
    # shellcheck disable=SC2086  # words on purpose
    expect 0 "$program" $how
    says "^(nothing to recover|no rings that survive their process) in $own\$" out
  done
}

run "$@"
