#include "repair_file.hpp"

#include <fmt/core.h>

#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "other_writers.hpp"
#include "region_choice.hpp"

namespace ringproc::tool {
namespace {

constexpr core::OpenRequest kAlone{true, true, false, false, true};
constexpr core::OpenRequest kToLook{true, false, false, false, true};
constexpr const char* kInUse = "somebody is writing it: end the recording first";

class Repair {
 public:
  Repair(const std::string& file, const RepairWishes& wishes, bool dry_run)
      : wishes_(wishes), dry_run_(dry_run) {
    outcome_.file = file;
  }

  RepairOutcome run() {
    if (open() && plan()) mend();
    return std::move(outcome_);
  }

 private:
  bool fail(RepairResult result, std::string error) {
    outcome_.result = result;
    outcome_.error = std::move(error);
    return false;
  }

  bool open() {
    if (is_written_by_others(outcome_.file)) return fail(RepairResult::in_use, kInUse);
    std::error_code error;
    if (!dry_run_) file_ = core::open_file(outcome_.file, kAlone, write_error_);
    // What cannot be written may still be right.
    const bool to_look = !file_ && write_error_ != Errc::sharing;
    if (to_look) file_ = core::open_file(outcome_.file, kToLook, error);
    if (!error) error = file_ ? file_->share(to_look ? kToLook : kAlone) : write_error_;
    if (error == Errc::sharing) return fail(RepairResult::in_use, kInUse);
    if (error) return fail(RepairResult::cannot_open, error.message());
    return no_region();
  }

  // Pending bytes are older than the header that would be written now.
  bool no_region() {
    const Choices choices = choose_regions({outcome_.file});
    for (const RegionChoice& choice : choices.regions) {
      const core::RecoverOutcome seen = core::look_at_region(*choice.place, choice.name);
      if (seen.result == core::RecoverResult::owner_alive ||
          seen.result == core::RecoverResult::busy) {
        return fail(RepairResult::in_use, kInUse);
      }
      if (seen.result == core::RecoverResult::gone || seen.bytes == 0) continue;
      return fail(RepairResult::pending,
                  fmt::format("process {} was killed and left {} bytes for it: first `ringproc "
                              "recover {}`",
                              seen.process, seen.bytes, outcome_.file));
    }
    return true;
  }

  bool plan() {
    std::error_code error;
    const ReadAt read_at = [&](std::uint64_t offset, std::span<std::byte> into) {
      std::size_t done = 0;
      while (done < into.size() && !error) {
        const core::IoResult read = file_->read_at(into.subspan(done), offset + done);
        error = read.error;
        if (read.bytes == 0) break;
        done += read.bytes;
      }
      return done;
    };
    const std::uint64_t file_bytes = file_->size(error);
    if (error) return fail(RepairResult::io_error, error.message());
    const MappedWave mapped = map_wave(read_at);
    if (mapped.map) outcome_.plan = plan_repair(*mapped.map, read_at, file_bytes, wishes_);
    if (error) return fail(RepairResult::io_error, "reading failed: " + error.message());
    if (!mapped.map) {
      return fail(mapped.foreign ? RepairResult::cannot_open : RepairResult::not_mended,
                  mapped.error);
    }
    if (outcome_.plan.verdict == RepairVerdict::impossible) {
      return fail(RepairResult::not_mended, outcome_.plan.reason);
    }
    outcome_.result = RepairResult::sound;
    return outcome_.plan.verdict == RepairVerdict::mend;
  }

  void mend() {
    outcome_.result = RepairResult::would_mend;
    if (dry_run_) return;
    if (write_error_) {
      fail(RepairResult::cannot_open, "it cannot be written: " + write_error_.message());
      return;
    }
    std::error_code error = write();
    const std::error_code closed = file_->close();
    if (!error) error = closed;
    outcome_.result = RepairResult::mended;
    if (error) fail(RepairResult::io_error, error.message());
  }

  // At no moment does the header speak of more than there is.
  std::error_code write() {
    const auto& length = outcome_.plan.file_bytes;
    std::error_code error;
    const bool grows = length && *length > file_->size(error);
    if (!error && grows) error = file_->truncate(*length);
    if (!error) error = file_->sync();
    if (!error) error = write_patches(*file_, outcome_.plan.patches);
    if (!error && length && !grows) {
      error = file_->truncate(*length);
      if (!error) error = file_->sync();
    }
    return error;
  }

  const RepairWishes wishes_;
  const bool dry_run_;
  std::unique_ptr<core::Backend> file_;
  std::error_code write_error_;
  RepairOutcome outcome_;
};

}  // namespace

RepairOutcome repair_file(const std::string& file, const RepairWishes& wishes, bool dry_run) {
  return Repair(file, wishes, dry_run).run();
}

}  // namespace ringproc::tool
