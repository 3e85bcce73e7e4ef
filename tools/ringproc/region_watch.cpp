#include "region_watch.hpp"

#include <fmt/core.h>

#include <map>
#include <memory>
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
  explicit RegionWatch(bool quiet) : quiet_(quiet) {}

  ExitStatus run() {
    os::StopSignals signals;
    while (signals.received() == 0) {
      if (const std::string problem = watch(); !problem.empty()) {
        say(fmt::format("ringproc recover: {}\n", problem));
        return ExitStatus::not_recovered;
      }
      look_at_all();
      std::vector<os::Waitable> wake{signals.native()};
      for (const auto& [process, watched] : owners_) wake.push_back(watched.native());
      watcher_->wait(wake, kLookAgainMs);
    }
    return ExitStatus::complete;
  }

 private:
  // Opens the directory; again if somebody has removed it. Returns: empty, or why it cannot.
  std::string watch() {
    if (place_ && place_->exists()) return {};
    std::string problem;
    place_ = core::Place::open(core::Place::default_directory(), core::Place::Make::yes, problem);
    if (!place_) return problem;
    std::error_code error;
    watcher_ = std::make_unique<core::Place::Watcher>(*place_, error);
    if (error) return fmt::format("cannot watch {}: {}", place_->directory(), error.message());
    if (!quiet_) say(fmt::format("watching {}\n", place_->directory()));
    return {};
  }

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
        if (watched.native() != os::kNothing && !watched.ended()) {
          alive.try_emplace(seen.process, std::move(watched));
          continue;
        }
      }
      tell(finish_region(*place_, name, {}));
    }
    owners_ = std::move(alive);
  }

  void tell(const FinishedRegion& finished) {
    const bool complete = is_complete(finished.outcome);
    const core::RecoverResult result = finished.outcome.result;
    if (result == core::RecoverResult::owner_alive || result == core::RecoverResult::busy ||
        result == core::RecoverResult::gone || finished.outcome.told || (quiet_ && complete)) {
      return;
    }
    say(fmt::format("{}\n", text_of(finished)));
  }

  const bool quiet_;
  std::shared_ptr<core::Place> place_;
  std::unique_ptr<core::Place::Watcher> watcher_;
  std::map<std::uint32_t, os::WatchedProcess> owners_;
};

}  // namespace

ExitStatus watch_regions(bool quiet) { return RegionWatch(quiet).run(); }

}  // namespace ringproc::tool
