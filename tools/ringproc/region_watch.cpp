#include "region_watch.hpp"

#include <fmt/core.h>

#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "os.hpp"
#include "outcome_text.hpp"
#include "say.hpp"

namespace ringproc::tool {
namespace {

// For owners that cannot be watched (of another process namespace), and for those that gave up
// their lock without ending.
constexpr int kLookAgainMs = 60'000;

class RegionWatch {
 public:
  RegionWatch(std::shared_ptr<core::Place> place, bool quiet)
      : place_(std::move(place)), quiet_(quiet) {}

  ExitStatus run() {
    os::StopSignals signals;
    std::error_code error;
    core::Place::Watcher watcher(*place_, error);
    if (error) {
      say(fmt::format("ringproc recover: cannot watch {}: {}\n", place_->directory(),
                      error.message()));
      return ExitStatus::other;
    }
    if (!quiet_) say(fmt::format("watching {}\n", place_->directory()));
    while (signals.received() == 0) {
      look_at_all();
      std::vector<int> wake{signals.native()};
      for (const auto& [process, watched] : owners_) wake.push_back(watched.native());
      watcher.wait(wake, kLookAgainMs);
    }
    return ExitStatus::complete;
  }

 private:
  void look_at_all() {
    std::map<std::uint32_t, os::WatchedProcess> alive;
    for (const std::string& name : place_->list()) {
      const core::RecoverOutcome seen = core::look_at_region(*place_, name);
      if (seen.result == core::RecoverResult::owner_alive ||
          seen.result == core::RecoverResult::busy) {
        const auto known = owners_.find(seen.process);
        os::WatchedProcess watched =
            known != owners_.end() ? std::move(known->second) : os::WatchedProcess(seen.process);
        // Dead since it was looked at, or else not to be watched.
        if (watched.native() >= 0 && !watched.ended()) {
          alive.insert_or_assign(seen.process, std::move(watched));
          continue;
        }
      }
      tell(finish_region(*place_, name, {}));
    }
    owners_ = std::move(alive);
  }

  void tell(const FinishedRegion& finished) {
    const bool complete = is_complete(finished.outcome);
    if (finished.outcome.result == core::RecoverResult::owner_alive || finished.outcome.told ||
        finished.outcome.result == core::RecoverResult::gone || (quiet_ && complete)) {
      return;
    }
    say(fmt::format("{}\n", text_of(finished)));
  }

  const std::shared_ptr<core::Place> place_;
  const bool quiet_;
  std::map<std::uint32_t, os::WatchedProcess> owners_;
};

}  // namespace

ExitStatus watch_regions(bool quiet) {
  std::string problem;
  auto place = core::Place::open(core::Place::default_directory(), core::Place::Make::yes, problem);
  if (!place) {
    say(fmt::format("ringproc recover: {}\n", problem));
    return ExitStatus::not_recovered;
  }
  return RegionWatch(std::move(place), quiet).run();
}

}  // namespace ringproc::tool
