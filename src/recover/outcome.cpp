// What became of a region, in words and in one bit.
#include "recover/recover.hpp"

namespace ringproc::core {

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
      return what + ": " +
             (outcome.reason.empty() ? "the " + bytes + left + " were discarded"
                                     : outcome.reason + "; removed");
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
      return what + ": " + outcome.reason + "; left alone (ringproc recover --discard " +
             outcome.region + " removes it)";
    case RecoverResult::not_written:
      return what + ": " + outcome.reason + "; the " + bytes + left + " stay in " + outcome.region +
             " (ringproc recover --to PATH " + what + " writes them elsewhere)";
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
