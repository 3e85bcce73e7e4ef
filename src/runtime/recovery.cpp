#include "runtime/recovery.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "base/error.hpp"
#include "os/os.hpp"
#include "runtime/log.hpp"

namespace ringproc::core {
namespace {

constexpr int kLongestWaitMs = 30'000;

void tell(const RecoverOutcome& outcome) {
  switch (outcome.result) {
    case RecoverResult::nothing:
    case RecoverResult::owner_alive:
    case RecoverResult::busy:
    case RecoverResult::gone:
      return;
    default:
      if (!outcome.told) log(text_of(outcome));
  }
}

// A region that is not finished stays as it is, for an open of its file or the next start. What is
// said then takes no memory any more.
void rescue(const Place& place, const std::string& no_memory) {
  try {
    for (const std::string& name : place.list()) tell(recover_region(place, name, {}));
  } catch (const std::bad_alloc&) {
    log(no_memory);
  }
}

}  // namespace

RegionPlace AutoRecovery::place(bool make) {
  const std::lock_guard lock(m_);
  if (place_.place && !place_.place->exists()) place_ = {};  // somebody has removed it
  if (!place_.place && (make || place_.problem.empty())) {
    std::string problem;
    place_.place =
        Place::open(Place::default_directory(), make ? Place::Make::yes : Place::Make::no, problem);
    place_.problem = problem;
  }
  return place_;
}

void AutoRecovery::start() {
  const std::shared_ptr<Place> place = this->place(false).place;
  {
    const std::lock_guard lock(m_);
    if (started_) return;
    started_ = true;
  }
  if (!place || place->list().empty()) return;
  // It may hang with a disk, so nobody waits for it. If it cannot be started, the next process is
  // the next chance.
  const std::string no_memory = "no memory to finish what dead processes left; the next start does";
  static_cast<void>(
      os::start_thread("ringproc-rescue", [place, no_memory] { rescue(*place, no_memory); }));
}

std::error_code AutoRecovery::before_open(const FileId& id, bool cut) {
  const RegionPlace found = this->place(false);
  const std::shared_ptr<Place>& place = found.place;
  const std::string& problem = found.problem;
  if (!place) {
    const auto tell = [&] { log("what dead processes left is not looked for: " + problem); };
    if (!problem.empty()) std::call_once(told_no_place_, tell);
    return {};
  }
  RecoverRequest request;
  request.set_aside = cut;
  std::vector<RecoverOutcome> outcomes;
  const bool over = recover_before_open(*place, id, request, kLongestWaitMs, outcomes);
  std::for_each(outcomes.begin(), outcomes.end(), tell);
  return over ? std::error_code{} : make_error_code(Errc::sharing);
}

}  // namespace ringproc::core
