#!/usr/bin/env bash
# What the program refuses, and what it may overwrite, one case per call.
# Usage: refusals.sh CASE PROGRAM DISK_FAULT_LIBRARY; `refusals.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

usage_errors() {
  local arguments
  while IFS= read -r arguments; do
    # shellcheck disable=SC2086  # words on purpose
    expect 2 "$program" $arguments
    [ -s err ] || fail "nothing said about: $arguments"
  done <<'END'

nonsense
record
record -o take.wav
record -o take.wav --source tape -c 2 -r 48000 -f s16
record -o take.wav --source counter -c 0 -r 48000 -f s16
record -o take.wav --source counter -c 40000 -r 48000 -f s16
record -o take.wav --source counter -c 2 -r 0 -f s16
record -o take.wav --source counter -c -2 -r 48000 -f s16
record -o take.wav --source counter -c 2 -r 48000 -f s17
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d nan
record -o take.wav --source counter -c 2 -r 48000 -f s16 -d -1
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n -5
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 5 --seed -1
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 5 --period -64
record -o take.wav --source counter -c 2 -r 48000 -f s16 -n 5 -d 5
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 10
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 10x
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring -1s
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 2000G
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 1s --proc dos
record -o take.wav --source counter -c 2 -r 48000 -f s16 --ring 64K --period 48000
record -o take.wav --source counter -c 2 -r 48000 -f s16 --period 0
record -o take.wav --source counter -c 2 -r 48000 -f s16 --period 99999999
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync 0.0001
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync -1
record -o take.wav --source counter -c 2 -r 48000 -f s16 --sync nan
record -o take.wav --source counter -c 2 -r 48000 -f s16 --proc tape
record -o take.wav --source counter -c 2 -r 48000 -f s16 --json take.wav
record -o take.wav --source stdin -c 2 -r 48000 -f s16 --unpaced
verify
verify take.wav --frames x
verify take.wav --frames 1 --summary take.json
END
  [ ! -e take.wav ] || fail "a file was made"
}

help_and_version() {
  expect 0 "$program" --help
  says 'Exit status' out
  expect 0 "$program" record --help
  expect 0 "$program" verify --help
  expect 0 "$program" --version
  says '^ringproc [0-9]+\.[0-9]+\.[0-9]+' out
}

refuses_to_overwrite() {
  echo precious >take.wav
  expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "give -y" err
  [ "$(cat take.wav)" = precious ] || fail "it was overwritten"
  echo precious >take.json
  expect 3 "$program" record -o other.wav "${counter[@]}" -n 10 --json take.json
  [ ! -e other.wav ] || fail "an empty file is left"
  [ "$(cat take.json)" = precious ] || fail "the summary was overwritten"
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 --json take.json -y
  expect 0 "$program" verify take.wav --summary take.json
}

# A recording in progress is a file in use, whatever -y says; and what is hidden beside it is no business of others.
refuses_to_overwrite_a_file_in_use() {
  local pid
  "$program" record -o take.wav "${counter[@]}" >out.1 2>err.1 &
  pid=$!
  await_start $pid
  expect 3 "$program" record -o take.wav "${counter[@]}" -n 10 -y
  says 'cannot be overwritten' err
  kill -TERM $pid
  wait $pid || fail "status $?"
  expect 0 "$program" verify take.wav
  [ "$(ls -A)" = "$(printf '%s\n' err err.1 out out.1 take.wav)" ] || fail "left: $(ls -A)"
}

overwrites_the_file_behind_a_link() {
  mkdir takes
  echo old >takes/real.wav
  ln -s takes/real.wav take.wav
  expect 0 "$program" record -o take.wav "${counter[@]}" -n 10 --unpaced -y
  [ -L take.wav ] || fail "the link is gone"
  expect 0 "$program" verify takes/real.wav --frames 10
}

# The header is there and durable before the name is, and the name before the first sample.
the_name_comes_with_the_header() {
  local name
  set_fault RINGPROC_FAULT_ERRNO=5 # every write under the name fails
  expect 6 "${faulty[@]}" "$program" record -o take.wav "${counter[@]}" -n 1000 --unpaced
  expect 0 "$program" verify take.wav --frames 0
  expect 0 "$program" recover --discard take.wav
  rm take.wav
  name=$(printf 'n%.0s' {1..255})
  expect 0 "$program" record -o "$name" "${counter[@]}" -n 10 --unpaced
  expect 3 "$program" record -o "${name}n" "${counter[@]}" -n 10 --unpaced --json take.json
  rm -f take.json "$name"
  [ "$(ls -A)" = "$(printf '%s\n' err out)" ] || fail "left: $(ls -A)"
}

refuses_what_is_no_file() {
  mkdir directory
  mkfifo pipe
  ln -s /dev/null link
  local path
  for path in directory pipe link /dev/null; do
    expect 3 "$program" record -o $path "${counter[@]}" -n 10 -y
    says 'not a regular file' err
    expect 3 "$program" verify $path
  done
  expect 3 "$program" record -o missing/take.wav "${counter[@]}" -n 10
  expect 3 "$program" record -o "$(printf 'n%.0s' {1..5000})" "${counter[@]}" -n 10
  expect 3 "$program" verify missing.wav
}

refuses_bad_environment() {
  RINGPROC_OPTIONS=nonsense=1 expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says RINGPROC_OPTIONS err
  [ ! -e take.wav ] || fail "an empty file is left"
}

a_word_that_is_no_subcommand_is_named() {
  expect 2 "$program" recrod -o take.wav
  says "no subcommand 'recrod'; there are: record, verify" err
  expect 2 "$program" recrod --help
  says "no subcommand 'recrod'" err
  expect 2 "$program" run -- recorder.exe
  says '`run` is in ringproc.exe only' err
}

a_bad_environment_is_named() {
  RINGPROC_OPTIONS=age=9h expect 3 "$program" record -o take.wav "${counter[@]}" -n 10
  says "RINGPROC_OPTIONS: option age: '9h' is not a time" err
  RINGPROC_OPTIONS=nonsense=1 expect 2 "$program" bench -d 0.1 --proc ring
  says "RINGPROC_OPTIONS: unknown option 'nonsense'" err
}

run "$@"
