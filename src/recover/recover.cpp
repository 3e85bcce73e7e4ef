#include "recover/recover.hpp"

#include <cstddef>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"
#include "recover/finish.hpp"
#include "recover/identity.hpp"
#include "recover/image.hpp"
#include "recover/keep.hpp"

namespace ringproc::core {
namespace {

// Claims a region within the process for as long as it lives.
class Claim {
 public:
  explicit Claim(const std::string& name) : name_(name), claimed_(OwnRegions::claim(name, false)) {}
  ~Claim() {
    if (claimed_) OwnRegions::release(name_);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  [[nodiscard]] explicit operator bool() const noexcept { return claimed_; }

 private:
  const std::string& name_;
  const bool claimed_;
};

// Steps of a recovery, in order; each either decides the outcome or goes on.
class Recovery {
 public:
  Recovery(const Place& place, const std::string& name, const RecoverRequest& request)
      : place_(place), name_(name), request_(request), claim_(name) {
    outcome_.region = place.path_of(name);
  }

  RecoverOutcome run() {
    if (!claim_) return ends(RecoverResult::owner_alive, "this process itself");
    if (open() && look()) act();
    if (request_.automatic && image_.region && !is_complete(outcome_)) note_told();
    return std::move(outcome_);
  }

 private:
  RecoverOutcome ends(RecoverResult result, std::string reason = {}) {
    outcome_.result = result;
    outcome_.reason = std::move(reason);
    return outcome_;
  }
  bool decided(RecoverResult result, std::string reason = {}) {
    static_cast<void>(ends(result, std::move(reason)));
    return false;
  }

  bool open();
  bool look();
  [[nodiscard]] std::error_code give_back();
  void act();
  void note_told();
  void keep(const std::string& conflict);
  void keep_at(const std::string& to);
  // Nobody needs it any more.
  void remove(RecoverResult result, std::string reason = {}) {
    if (auto error = place_.remove(name_); error && error != std::errc::no_such_file_or_directory) {
      static_cast<void>(
          decided(RecoverResult::not_written, "the region cannot be removed: " + error.message()));
      return;
    }
    static_cast<void>(decided(result, std::move(reason)));
  }

  const Place& place_;
  const std::string& name_;
  const RecoverRequest& request_;
  RecoverOutcome outcome_;
  // Outlives file_: closing that gives the lock up, also one that another thread took meanwhile.
  const Claim claim_;
  RegionFile file_;
  Image image_;
};

bool Recovery::open() {
  std::error_code error;
  file_ = place_.open_region(name_, error);
  if (error == std::errc::no_such_file_or_directory) return decided(RecoverResult::gone);
  if (error == std::errc::too_many_symbolic_link_levels) {
    return decided(RecoverResult::not_usable, "it is a symbolic link");
  }
  if (error) return decided(RecoverResult::not_usable, error.message());
  const RegionFile::Facts facts = file_.facts();
  outcome_.held_bytes = facts.held_bytes;
  if (!facts.regular || facts.owner != place_.owner()) {
    return decided(
        RecoverResult::not_usable,
        facts.regular ? "it belongs to user " + std::to_string(facts.owner) : "it is not a file");
  }
  if (const std::uint32_t holder = file_.lock(error)) {
    if (error) return decided(RecoverResult::not_usable, "locks do not work: " + error.message());
    const Image seen = load_image(file_);
    const std::uint32_t owner = seen.region ? seen.region->header().identity.process : holder;
    if (seen.region) outcome_.file = path_of(seen.region->header());
    outcome_.process = holder;
    return decided(holder == owner || holder == UINT32_MAX ? RecoverResult::owner_alive
                                                           : RecoverResult::busy);
  }
  // Removed between opening and locking.
  return file_.facts().linked || decided(RecoverResult::gone);
}

bool Recovery::look() {
  image_ = load_image(file_);
  if (image_.state != ImageState::good) {
    if (!request_.discard) return decided(RecoverResult::not_usable, image_.problem);
    if (request_.dry_run) return decided(RecoverResult::discarded, image_.problem);
    remove(RecoverResult::discarded, image_.problem);
    return false;
  }
  const RegionHeader& header = image_.region->header();
  outcome_.file = path_of(header);
  outcome_.process = header.identity.process;
  outcome_.accepted = header.accepted;
  outcome_.written = header.written;
  outcome_.bytes = pending_bytes(header);
  if (header.failure != 0) {
    outcome_.failure = from_c_code(-static_cast<std::int64_t>(header.failure)).message();
  }
  if (outcome_.bytes == 0) {
    if (request_.dry_run) return decided(RecoverResult::nothing);
    if (auto error = give_back()) return decided(RecoverResult::not_written, error.message());
    remove(RecoverResult::nothing);
    return false;
  }
  if (request_.automatic && !outcome_.failure.empty() && !request_.set_aside) {
    return decided(RecoverResult::left_failed, outcome_.failure);
  }
  return true;
}

// All bytes are where they belong, but the owner had taken space beyond them. What is not the file
// as it was left, or failed, or will be cut, is left as it is.
std::error_code Recovery::give_back() {
  const RegionHeader& header = image_.region->header();
  if (header.space_end == 0 || header.failure != 0 || request_.set_aside || request_.discard) {
    return {};
  }
  std::unique_ptr<Backend> target;
  std::error_code error;
  const std::string conflict = conflict_of(file_, *image_.region, outcome_.file, target, error);
  if (!error && conflict.empty()) error = give_back_space(file_, *image_.region, *target);
  // Space that is not given back costs room, zeros in the file are not what was written.
  return header.space_filled != 0 ? error : std::error_code{};
}

void Recovery::act() {
  if (request_.discard) {
    if (request_.dry_run) return static_cast<void>(decided(RecoverResult::discarded));
    return remove(RecoverResult::discarded);
  }
  if (!request_.keep_at.empty()) return keep_at(request_.keep_at);
  if (request_.set_aside) return keep("it was created anew");
  std::unique_ptr<Backend> target;
  std::error_code error;
  const std::string conflict = conflict_of(file_, *image_.region, outcome_.file, target, error);
  if (error) return static_cast<void>(decided(RecoverResult::not_written, error.message()));
  if (!conflict.empty()) return keep(conflict);
  if (request_.dry_run) return static_cast<void>(decided(RecoverResult::finished));
  if (probe::mutant(probe::Mutant::remove_region_before_write)) {
    static_cast<void>(place_.remove(name_));
  }
  error = finish(file_, *image_.region, *target);
  if (!error) error = target->close();
  if (error) return static_cast<void>(decided(RecoverResult::not_written, error.message()));
  remove(RecoverResult::finished);
}

// A region whose bytes cannot be placed would be told of at every start of every program.
void Recovery::note_told() {
  outcome_.told = image_.region->header().told != 0;
  const std::uint64_t yes = 1;
  if (!outcome_.told && !request_.dry_run) {
    static_cast<void>(
        file_.write_at(std::as_bytes(std::span(&yes, 1)), offsetof(RegionHeader, told)));
  }
}

void Recovery::keep(const std::string& conflict) {
  outcome_.kept = outcome_.file + ".ringproc-" + std::to_string(outcome_.process);
  if (request_.dry_run) return static_cast<void>(decided(RecoverResult::kept, conflict));
  const KeepResult result = keep_beside(file_, name_, outcome_.kept);
  if (result.error) {
    outcome_.kept.clear();
    return static_cast<void>(
        decided(RecoverResult::not_written,
                conflict + ", and its bytes cannot be kept beside it: " + result.error.message()));
  }
  outcome_.kept = result.path;
  remove(RecoverResult::kept, conflict);
}

void Recovery::keep_at(const std::string& to) {
  outcome_.kept = to;
  if (request_.dry_run) return static_cast<void>(decided(RecoverResult::kept_at));
  if (auto error = keep_in_new(file_, to)) {
    outcome_.kept.clear();
    return static_cast<void>(decided(RecoverResult::not_written, to + ": " + error.message()));
  }
  remove(RecoverResult::kept_at);
}

}  // namespace

RecoverOutcome recover_region(const Place& place, const std::string& name,
                              const RecoverRequest& request) {
  return Recovery(place, name, request).run();
}

std::vector<RecoverOutcome> recover_all(const Place& place, const RecoverRequest& request) {
  std::vector<RecoverOutcome> outcomes;
  for (const std::string& name : place.list()) {
    outcomes.push_back(recover_region(place, name, request));
  }
  return outcomes;
}

bool recover_before_open(const Place& place, const FileId& id, const RecoverRequest& request,
                         int timeout_ms, std::vector<RecoverOutcome>& outcomes) {
  for (const std::string& name : place.list(id)) {
    RecoverOutcome outcome = recover_region(place, name, request);
    // Another process is at it: its end, good or bad, is to be seen by this open.
    if (outcome.result == RecoverResult::busy && place.wait_for_release(name, timeout_ms)) {
      outcome = recover_region(place, name, request);
    }
    outcomes.push_back(std::move(outcome));
    if (outcomes.back().result == RecoverResult::busy) return false;
  }
  return true;
}

bool take_owners_change(const Place& place, const FileId& id, std::uint64_t& bytes) {
  for (const std::string& name : place.list(id)) {
    const Claim claim(name);
    if (!claim) continue;
    std::error_code error;
    const RegionFile file = place.open_region(name, error);
    if (error || file.lock(error) != 0) continue;
    const Image image = load_image(file);
    if (image.state != ImageState::good) continue;
    const RegionHeader& header = image.region->header();
    const FileState now = file_state(path_of(header), error);
    const bool ours = header.identity.process == os::process_id();
    if (error || !ours || !why_another_file(header, now).empty()) continue;
    bytes = pending_bytes(header);
    return !settle(file, *image.region, now);
  }
  return false;
}

RecoverOutcome look_at_region(const Place& place, const std::string& name) {
  RecoverOutcome outcome;
  outcome.region = place.path_of(name);
  std::error_code error;
  const RegionFile file = place.open_region(name, error);
  if (error) {
    outcome.result = error == std::errc::no_such_file_or_directory ? RecoverResult::gone
                                                                   : RecoverResult::not_usable;
    outcome.reason = error.message();
    return outcome;
  }
  outcome.held_bytes = file.facts().held_bytes;
  const std::uint32_t holder = file.locked_by();
  // A live header changes while it is copied: a second look tells that from damage.
  Image image;
  for (int look = 0; look < 3 && image.state == ImageState::damaged; ++look) {
    image = load_image(file);
  }
  if (image.state != ImageState::good) {
    outcome.result = RecoverResult::not_usable;
    outcome.reason = image.problem;
    return outcome;
  }
  const RegionHeader& header = image.region->header();
  outcome.file = path_of(header);
  outcome.accepted = header.accepted;
  outcome.written = header.written;
  outcome.bytes = pending_bytes(header);
  outcome.process = header.identity.process;
  if (header.failure != 0) {
    outcome.failure = from_c_code(-static_cast<std::int64_t>(header.failure)).message();
  }
  if (holder == 0) {
    outcome.result = outcome.failure.empty() ? RecoverResult::nothing : RecoverResult::left_failed;
  } else {
    const bool owner = holder == outcome.process || holder == UINT32_MAX;
    outcome.result = owner ? RecoverResult::owner_alive : RecoverResult::busy;
    outcome.process = holder;
  }
  return outcome;
}

}  // namespace ringproc::core
