// Deliberate bugs that the tests' build can switch on, named by what they do wrong. tests/crash and
// tests/sweep have the test that notices each.
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
  skip_sync,
  count_running_sync,
  retry_failed_sync,
  forget_directory_sync,
  drop_bell,
  drop_notice,
  lose_sticky_error,
  free_before_write,
  ignore_short_write,
  store_position_from_flush,
};

}  // namespace ringproc::core::probe
