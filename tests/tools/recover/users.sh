#!/usr/bin/env bash
# Recordings of another user, and what root does with them, one case per call.
# Usage: users.sh CASE PROGRAM DISK_FAULT_LIBRARY; `users.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

stranger=65534 # a user who owns nothing here

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

root_is_told_of_another_users_bytes() {
  be_stranger
  leave_dead his/take.wav
  "$program" recover his/take.wav >out 2>err
  cat out err >both
  ! grep -q 'nothing was pending' both || { cat both >&2; fail "bytes are pending in $own"; }
}

helpers='be_stranger'
run "$@"
