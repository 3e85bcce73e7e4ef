#!/usr/bin/env bash
# When the operations of `bench` are due, and who sees a disk that stands still, one case per call.
# Usage: rates.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `rates.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

a_fixed_rate_is_kept_to_the_last_operation() {
  measure 0 -d 0.5 --rounds 2 --rate 200 --op write --callers 1,4
  holds 'all(due(one) == 100 for one in measured) and len(measured) == 6'
  measure 0 -d 0.3 --rounds 3 --rate 70 --proc ring
  holds 'all(due(one) == 21 for one in measured)'
}

# A second and more of a machine that stands still has to pass before the last operation is given up.
an_impossible_rate_ends() {
  measure 0 "${short[@]}" --rate 1000000 -b 512 --proc raw
  holds 'all(one["not_begun"] > 0 and due(one) == 200000 for one in measured)'
  expect 0 "$program" bench disk "${short[@]}" --rate 1000000 -b 512 --proc raw
  says '(never begun|not begun)' out
}

a_seed_repeats_the_moments() {
  local first
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 3 --callers 2
  holds 'len({due(one) for one in measured}) == 1 and due(measured[0]) != 500'
  first=$(value 'cases[-1]["operations"] + cases[-1]["not_begun"]')
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 3 --callers 2 --proc ring
  holds "due(measured[0]) == $first"
  measure 0 -d 0.5 --rounds 2 --arrival poisson --rate 1000 --op write --seed 4 --callers 2 --proc ring
  holds "due(measured[0]) != $first and 300 < due(measured[0]) < 700"
}

# A disk that stands still for 400 ms in each 300th write: a closed loop asks nothing meanwhile, an open one does.
a_stall_is_seen_by_all_who_were_due() {
  in_memory
  set_fault RINGPROC_FAULT_FILE=growing-0 RINGPROC_FAULT_EVERY=300 RINGPROC_FAULT_AT=150 RINGPROC_FAULT_DELAY_MS=400
  measure_in_memory -d 2 --rounds 1 --proc raw --op write
  holds '1 <= slower(measured[0], 3.9e8) and slower(measured[0], 2e8) <= measured[0]["operations"] / 150'
  holds 'measured[0]["latency_ns"]["total"]["percentiles"]["99"] < 1e8'
  measure_in_memory -d 2 --rounds 1 --proc raw --op write --rate 500
  holds 'due(measured[0]) == 1000 and slower(measured[0], 2e8) > 100'
  holds 'measured[0]["latency_ns"]["total"]["percentiles"]["99"] > 2e8 > measured[0]["latency_ns"]["submission"]["percentiles"]["99"]'
  holds 'measured[0]["latency_ns"]["start_delay"]["max"] > 2e8'
}
measure_in_memory() {
  expect 0 "${faulty[@]}" "$program" bench disk/ -q -y --json run.json "$@"
  judge adds_up run.json
  nothing_left
}

# The same through a file system, by syncs that take long, as four callers see them.
a_stalling_disk_is_seen_by_all_who_were_due() {
  bad_disk
  local i
  stall() { told_ok clear; for i in 100 300 500 700; do told_ok fault fsync $i 1 delay 400; done; }
  stall
  measure 0 -d 2.4 --rounds 1 --proc dos --callers 4 --size 256M
  holds '1 <= slower(case("flush dos growing 4K x4"), 3.9e8) <= 4 * 4'
  stall
  measure 0 -d 2.4 --rounds 1 --proc dos --callers 4 --rate 400
    holds 'due(measured[0]) == 960 and slower(measured[0], 2e8) > 60'
}

helpers='measure_in_memory'
run "$@"
