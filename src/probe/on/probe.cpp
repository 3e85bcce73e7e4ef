// The switches of the tests' build; any thread.
#include "probe/probe.hpp"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

namespace ringproc::core::probe {
namespace {

constexpr std::array<std::pair<std::string_view, Mutant>, 20> kMutants{{
    {"publish_before_copy", Mutant::publish_before_copy},
    {"rows_before_accepted", Mutant::rows_before_accepted},
    {"written_before_write", Mutant::written_before_write},
    {"retire_run_early", Mutant::retire_run_early},
    {"forget_intent", Mutant::forget_intent},
    {"lock_survives_in_children", Mutant::lock_survives_in_children},
    {"replay_into_changed", Mutant::replay_into_changed},
    {"remove_region_before_write", Mutant::remove_region_before_write},
    {"reserve_nothing_ahead", Mutant::reserve_nothing_ahead},
    {"lower_what_is_pending", Mutant::lower_what_is_pending},
    {"skip_sync", Mutant::skip_sync},
    {"count_running_sync", Mutant::count_running_sync},
    {"retry_failed_sync", Mutant::retry_failed_sync},
    {"forget_directory_sync", Mutant::forget_directory_sync},
    {"drop_bell", Mutant::drop_bell},
    {"drop_notice", Mutant::drop_notice},
    {"lose_sticky_error", Mutant::lose_sticky_error},
    {"free_before_write", Mutant::free_before_write},
    {"ignore_short_write", Mutant::ignore_short_write},
    {"store_position_from_flush", Mutant::store_position_from_flush},
}};

std::atomic<std::uint64_t> stores{0};

void write_count() {
  std::FILE* const file = std::fopen(::getenv("RINGPROC_KILL_COUNT"), "w");
  if (!file) return;
  static_cast<void>(std::fprintf(file, "%llu\n", static_cast<unsigned long long>(stores.load())));
  static_cast<void>(std::fclose(file));
}

struct Switches {
  Switches() {
    if (const char* const at = ::getenv("RINGPROC_KILL_AT"))
      kill_at = std::strtoull(at, nullptr, 10);
    if (::getenv("RINGPROC_KILL_COUNT")) static_cast<void>(std::atexit(write_count));
    const char* const wanted = ::getenv("RINGPROC_MUTANT");
    if (!wanted || !*wanted || std::string_view(wanted) == "none") return;
    for (const auto& [name, mutant] : kMutants) {
      if (name == wanted) chosen = mutant;
    }
    if (chosen != Mutant::none) return;
    std::fprintf(stderr, "there is no mutant %s\n", wanted);
    std::abort();
  }
  std::uint64_t kill_at = 0;
  Mutant chosen = Mutant::none;
};

const Switches& switches() {
  static const Switches all;
  return all;
}

}  // namespace

void stored() noexcept {
  const std::uint64_t number = stores.fetch_add(1) + 1;
  if (number == switches().kill_at) static_cast<void>(::kill(::getpid(), SIGKILL));
}

bool impatient() noexcept {
  static const bool yes = ::getenv("RINGPROC_IMPATIENT") != nullptr;
  return yes;
}

bool mutant(Mutant which) noexcept { return switches().chosen == which; }

std::uint64_t early(Mutant which, const std::atomic<std::uint64_t>& word) noexcept {
  if (!mutant(which)) return kNotEarly;
  const std::uint64_t value = word.load(std::memory_order_acquire);
  // Until it is out of date, if somebody is at it, and what it belongs to is published, too.
  // Sleeping, so that somebody can be at it on a busy machine; not for ever.
  static std::atomic<int> calls{0};
  const timespec moment{0, 20'000};
  if (calls.fetch_add(1) >= 400) return value;
  for (int i = 0; i < 100 && word.load() == value; ++i)
    static_cast<void>(::nanosleep(&moment, nullptr));
  for (int i = 0; i < 5; ++i) static_cast<void>(::nanosleep(&moment, nullptr));
  return value;
}

}  // namespace ringproc::core::probe
