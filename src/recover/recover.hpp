// Finishing what a process left in its regions when it ended: the bytes go to their file if it is
// still as its owner left it, else beside it; never over somebody else's work. May be cut off at
// any point and run again. Any thread; blocks on the files' devices.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "region/place.hpp"

namespace ringproc::core {

struct RecoverRequest {
  bool dry_run = false;
  // Nobody has asked for this region: one whose file has failed is left alone.
  bool automatic = true;
  // The file is about to be emptied: its bytes are kept beside it at once.
  bool set_aside = false;
  bool discard = false;   // forget the bytes
  std::string keep_at{};  // write the bytes there instead of to their file; empty: no
};

enum class RecoverResult {
  finished,     // in their file, durable
  nothing,      // nothing was pending: the region was removed
  kept,         // conflict: the bytes are in `kept`, durable
  kept_at,      // as asked, the bytes are in `kept`, durable
  discarded,    // as asked
  owner_alive,  // another process has it: not ours to touch
  busy,         // another process is recovering it
  left_failed,  // its file had failed: only by explicit recovery
  not_usable,   // no region, damaged, of another version, not this user's; untouched
  not_written,  // the file system refused something; the region stays
  gone,         // it was removed meanwhile
};

struct RecoverOutcome {
  RecoverResult result = RecoverResult::gone;
  std::string region;  // path of the region
  std::string file;    // the file it belongs to, if known
  std::string kept;
  std::string reason;       // why it is a conflict, not usable, not written
  std::uint64_t bytes = 0;  // that were pending
  std::uint64_t accepted = 0;
  std::uint64_t written = 0;
  std::uint64_t held_bytes = 0;  // memory in use
  std::uint32_t process = 0;     // the owner, while it lives or lived
  std::string failure;           // the file's first error, if it had failed
  bool told = false;             // an automatic recovery has told so before
};

[[nodiscard]] RecoverOutcome recover_region(const Place& place, const std::string& name,
                                            const RecoverRequest& request);

// All dead regions there. Those whose owners live are passed over.
[[nodiscard]] std::vector<RecoverOutcome> recover_all(const Place& place,
                                                      const RecoverRequest& request);

// Those of one file, before it is opened. If another process is recovering one, waits until it is
// done, at most timeout_ms. Returns: false if it was not.
[[nodiscard]] bool recover_before_open(const Place& place, const FileId& id,
                                       const RecoverRequest& request, int timeout_ms,
                                       std::vector<RecoverOutcome>& outcomes);

// This process has changed the file itself after closing it (a recorder: the header of a recording
// that failed): a region that it left for it takes the file as it is now. Returns: whether there is
// such a region, which now holds `bytes`.
[[nodiscard]] bool take_owners_change(const Place& place, const FileId& id, std::uint64_t& bytes);

// What a region says of itself and its owner, without taking its lock. Live ones change meanwhile.
// Requires: the process has no regions of its own and recovers none now (see place.hpp).
[[nodiscard]] RecoverOutcome look_at_region(const Place& place, const std::string& name);

// For people; one line. False in `complete` (for exit statuses) if bytes are not where they belong.
[[nodiscard]] std::string text_of(const RecoverOutcome& outcome);
[[nodiscard]] bool is_complete(const RecoverOutcome& outcome) noexcept;

}  // namespace ringproc::core
