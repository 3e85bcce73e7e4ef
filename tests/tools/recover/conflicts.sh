#!/usr/bin/env bash
# Files that somebody has changed since their recording died: they stay, and the bytes are kept. One case per call.
# Usage: conflicts.sh CASE PROGRAM DISK_FAULT_LIBRARY; `conflicts.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

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
rename() { mv take.wav renamed.wav; }
truncate_it() { : >take.wav; }
replace() { echo other >new && mv new take.wav; }
delete() { rm take.wav; }
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

a_renamed_file_has_bytes_pending() {
  leave_dead take.wav
  rename
  expect 9 "$program" recover renamed.wav
}

helpers='conflict|append|rename|truncate_it|replace|delete|become_directory|recreate|change_mode'
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

run "$@"
