#include "recover/recover.hpp"

#include <cstddef>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "drain/replay.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"
#include "recover/identity.hpp"
#include "recover/image.hpp"
#include "recover/keep.hpp"
#include "region/journal.hpp"

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

// Writes into the owner's file as the owner did: what is about to be changed is told beforehand, in
// the region itself, so that a recovery which is cut off can be told from a stranger, too. The
// watermarks stay: they move when everything is durable, by the region's removal.
class OwnersPen final : public ReplayObserver {
 public:
  OwnersPen(const RegionFile& file, Region& copy, Backend& target)
      : file_(file), copy_(copy), target_(target) {}

  std::error_code before(const Batch& batch) noexcept override {
    if (!fetch(file_, copy_, batch)) return std::make_error_code(std::errc::io_error);
    begin_change(copy_.header().journal, batch.file_offset, batch.length);
    return tell();
  }

  void after(const Batch&) noexcept override {
    // If it cannot be told, the change stays begun, which explains the file as well.
    static_cast<void>(settle());
    forget_bytes(copy_);
  }

  std::error_code settle() noexcept {
    Journal& journal = copy_.header().journal;
    std::error_code error;
    const FileState state = target_.state(error);
    if (error) return error;
    if (journal.begun == journal.settled) journal.begun.fetch_add(1);
    settle_change(journal, state, copy_.header().identity.renames);
    return tell();
  }

 private:
  std::error_code tell() noexcept {
    const Journal& journal = copy_.header().journal;
    return file_.write_at(std::as_bytes(std::span(&journal, 1)), offsetof(RegionHeader, journal));
  }

  const RegionFile& file_;
  Region& copy_;
  Backend& target_;
};

// The first batch of a replay, its bytes fetched; empty if there is none.
Batch first_batch(const RegionFile& file, Region& copy) {
  Batch batch;
  if (!claim(copy, batch) || !fetch(file, copy, batch)) return {};
  return batch;
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// The owner died between renaming the file and telling of it: then it is found by the new name.
bool was_just_renamed(const RegionHeader& header, std::string& path) {
  const std::string other = other_path_of(header);
  if (other.empty()) return false;
  std::error_code error;
  const FileState now = file_state(other, error);
  if (error || !why_another_file(header, now).empty()) return false;
  path = other;
  return true;
}

// Why the bytes cannot go to their file, which is not an error but another's doing; empty if they
// can, then `target` is open, and other ringproc processes are kept from opening it. path: where
// the file was; where it is.
std::string conflict_of(const RegionFile& file, Region& copy, std::string& path,
                        std::unique_ptr<Backend>& target, std::error_code& error) {
  const RegionHeader& header = copy.header();
  if (header.identity.boot_id.data() != os::boot_id()) {
    return "the machine has been started since";
  }
  bool renamed = false;
  FileState named = file_state(path, error);
  std::string why;
  if (is_missing(error)) {
    error = {};
    why = "it was deleted or renamed";
  } else if (!error) {
    why = why_another_file(header, named);
  }
  if (!why.empty()) {
    renamed = was_just_renamed(header, path);
    if (!renamed) return why;
  }
  if (error) return {};
  target = open_file(path, {true, true, false, false, false}, error);
  if (error == std::errc::is_a_directory) {
    error = {};
    return "a directory has its name now";
  }
  if (error) return {};
  const FileState now = target->state(error);
  if (error) return {};
  // Not changed between the two looks.
  if (why = why_another_file(header, now); !why.empty()) return why;
  if (target->share({false, true, false, false, true}) == Errc::sharing) {
    return "another process has it open";
  }
  if (probe::mutant(probe::Mutant::replay_into_changed)) return {};
  why = why_changed(header, now, renamed, first_batch(file, copy), *target);
  forget_bytes(copy);
  return why;
}

std::error_code finish(const RegionFile& file, Region& copy, Backend& target) {
  OwnersPen pen(file, copy, target);
  // A change that was begun has explained the file's state; the next one could not.
  if (auto error = pen.settle()) return error;
  if (auto error = replay(copy, target, &pen)) return error;
  if (auto error = target.sync()) return error;
  const std::error_code error = target.sync_name();
  return error == std::errc::not_supported ? std::error_code{} : error;
}

// Steps of a recovery, in order; each either decides the outcome or goes on.
class Recovery {
 public:
  Recovery(const Place& place, const std::string& name, const RecoverRequest& request)
      : place_(place), name_(name), request_(request), claim_(name) {
    outcome_.region = place.directory() + "/" + name;
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
    return decided(RecoverResult::not_usable, image_.problem);
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
    remove(RecoverResult::nothing);
    return false;
  }
  if (request_.automatic && !outcome_.failure.empty() && !request_.set_aside) {
    return decided(RecoverResult::left_failed, outcome_.failure);
  }
  return true;
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

RecoverOutcome look_at_region(const Place& place, const std::string& name) {
  RecoverOutcome outcome;
  outcome.region = place.directory() + "/" + name;
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

std::string text_of(const RecoverOutcome& outcome) {
  const std::string bytes = std::to_string(outcome.bytes) + " bytes";
  const std::string what = outcome.file.empty() ? outcome.region : outcome.file;
  const std::string left = " that process " + std::to_string(outcome.process) + " left";
  switch (outcome.result) {
    case RecoverResult::finished:
      return what + ": " + bytes + left + " are in the file and durable";
    case RecoverResult::nothing:
      return what + ": nothing was pending";
    case RecoverResult::kept:
      return what + ": " + outcome.reason + "; the " + bytes + left + " are kept in " +
             outcome.kept;
    case RecoverResult::kept_at:
      return what + ": the " + bytes + left + " are in " + outcome.kept;
    case RecoverResult::discarded:
      return what + ": the " + bytes + left + " were discarded";
    case RecoverResult::owner_alive:
      return what + ": in use by " +
             (outcome.reason.empty() ? "process " + std::to_string(outcome.process)
                                     : outcome.reason) +
             "; left alone";
    case RecoverResult::busy:
      return what + ": process " + std::to_string(outcome.process) +
             " is recovering it; left to that";
    case RecoverResult::left_failed:
      return what + ": " + bytes + left + " stay in " + outcome.region +
             ", because the file had failed (" + outcome.reason +
             "); when that is mended: ringproc recover " + what;
    case RecoverResult::not_usable:
      return what + ": " + outcome.reason + "; left alone";
    case RecoverResult::not_written:
      return what + ": " + outcome.reason + "; the " + bytes + left + " stay in " + outcome.region +
             " (ringproc recover --to PATH writes them elsewhere)";
    case RecoverResult::gone:
      return what + ": was removed meanwhile";
  }
  return what;
}

bool is_complete(const RecoverOutcome& outcome) noexcept {
  switch (outcome.result) {
    case RecoverResult::finished:
    case RecoverResult::nothing:
    case RecoverResult::kept_at:
    case RecoverResult::discarded:
    case RecoverResult::gone:
      return true;
    default:
      return false;
  }
}

}  // namespace ringproc::core
