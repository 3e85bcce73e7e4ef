// Deliberate bugs that the tests' build can switch on, named by what they do wrong. tests/crash has
// the test that notices each.
#pragma once

namespace ringproc::core::probe {

enum class Mutant {
  none,
  publish_before_copy,
  rows_before_accepted,
  written_before_write,
  retire_run_early,
  forget_intent,
  lock_survives_in_children,
  replay_into_changed,
  remove_region_before_write,
  reserve_nothing_ahead,
  lower_what_is_pending,
};

}  // namespace ringproc::core::probe
