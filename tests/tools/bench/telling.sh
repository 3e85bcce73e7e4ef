#!/usr/bin/env bash
# What `bench` tells, and that its numbers add up, one case per call.
# Usage: telling.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `telling.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

without_further_words_all_is_measured() {
  local line
  expect 0 "$program" bench disk -d 0.02 --rounds 1 --json run.json
  judge adds_up run.json
  judge table run.json out
  value '"\n".join(sorted(case["name"] for case in cases))' >names
  sort >wanted <<'NAMES'
flush raw growing 4K
flush raw prepared 4K
flush dos growing 4K
flush dos prepared 4K
flush ring growing 4K
flush ring prepared 4K
flush raw growing 4K x16
flush ring growing 4K x16
write raw growing 16K fixed 3000/s
write dos growing 16K fixed 3000/s
write ring growing 16K fixed 3000/s
stream raw growing 64K
stream dos growing 64K
stream ring growing 64K
NAMES
  diff wanted names || fail "other cases"
  for line in ' +p50 +p90 +p99 +p99\.9 +max +a second +MB/s' '^One caller can make about [0-9.,]+ writes'; do says "$line" out; done
  nothing_left
}

here_is_where_it_measures_without_a_name() {
  cd disk || exit 1
  expect 0 "$program" bench -q --proc raw "${short[@]}" --json ../run.json
  rm out err
  cd .. || exit 1
  holds "disk['directory'] == '$PWD/disk'"
  nothing_left
}

the_numbers_of_flushes_add_up() {
  measure 0 "${short[@]}" --callers 1,4 --files 1 --file growing,prepared --size 4M --callers 4 --block 512,4K
  holds 'len(measured) >= 3 * 2 * 2 and all(one["operations"] and not one["error"] for one in cases)'
}
the_numbers_of_several_files_add_up() {
  measure 0 "${short[@]}" --callers 4 --files 3
  holds 'all(one["callers"] == 4 and one["files"] == 3 and one["operations"] for one in measured)'
}
the_numbers_of_writes_add_up() {
  measure 0 "${short[@]}" --op write,stream --callers 1,2 --file growing,prepared --size 16M --sync 0.05
  holds 'all(one["operations"] and not one["error"] for one in cases)'
  holds '{one["operation"] for one in measured} == {"write", "stream"}'
}
the_numbers_of_open_loops_add_up() {
  measure 0 "${short[@]}" --op flush,write --arrival poisson --rate 300 --callers 1,3
  holds 'all(one["operations"] and one["arrival"] == "poisson" and one["rate"] == 300 for one in measured)'
}

details_are_shown_apart() {
  expect 0 "$program" bench disk "${short[@]}" --proc ring --rate 100 --details
  for line in submission completion 'p50 of 2 rounds: .* to '; do says "^    $line" out; done
}

a_page_is_whole_by_itself() {
  measure 0 "${short[@]}" --proc raw,ring --html page.html
  judge page run.json page.html
}

quiet_is_quiet() {
  expect 0 "$program" bench disk "${short[@]}" --proc raw -q --json run.json
  same '' "$(cat out err)" "what it says"
}

json_on_standard_output_is_alone_there() {
  expect 0 "$program" bench disk "${short[@]}" --proc raw --json -
  judge adds_up out
  says 'raw  growing' err
}

output_that_cannot_be_written_is_told() {
  [ -c /dev/full ] || skip "no /dev/full"
  local option
  for option in '' '--json -'; do
    # shellcheck disable=SC2086  # words on purpose
    "$program" bench disk "${short[@]}" --proc raw $option >/dev/full 2>err
    same 1 $? "status with '$option'"
    says 'ringproc bench: .*(No space left|standard output)' err
    nothing_left
  done
}

settings_are_told() {
  measure 0 -d 0.1 --rounds 1 --seed 7 --proc ring --options ring=64K
  holds 'settings["rounds"] == 1 and settings["seed"] == 7 and settings["options"] == "ring=64K"'
  holds "disk['directory'] == '$PWD/disk' and disk['size_bytes'] >= disk['free_bytes'] > 0"
  holds "machine['processors'] >= 1 and '$(uname -r)' in machine['system']"
  # In a changed root the mount table has no line for it.
  ! awk '$5 == "/" { found = 1 } END { exit !found }' /proc/self/mountinfo || holds "disk['mount_options']"
  holds "disk['file_system'] and ringproc['version'] in '$("$program" --version | head -1)'"
}

run "$@"
