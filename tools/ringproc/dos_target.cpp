// Recording through the built-in 'DOS ' procedure: the arm to compare with. It writes with plain
// system calls and syncs nothing, so flush() adds what makes both arms durable: fdatasync, and the
// directory once.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>

#include "os.hpp"
#include "target.hpp"

namespace ringproc::tool {
namespace {

class DosTarget final : public Target {
 public:
  DosTarget(HMMIO handle, std::string path, std::uint32_t os_handle)
      : Target(handle), path_(std::move(path)), os_handle_(os_handle) {}

  void start_data(std::uint64_t) override {}
  [[nodiscard]] Accept write(std::span<const std::byte> data) override;
  [[nodiscard]] bool patch(std::span<const std::byte> bytes, std::uint64_t offset) override;
  [[nodiscard]] bool flush() override;
  [[nodiscard]] TargetMarks marks() override;
  [[nodiscard]] TargetStats stats() override;
  [[nodiscard]] std::optional<TargetFailure> failure() override;

 private:
  void fail(const std::error_code& error, const char* operation);

  const std::string path_;
  const std::uint32_t os_handle_;

  // Written by the writing thread only.
  std::atomic<std::uint64_t> accepted_{0};

  std::mutex mutex_;  // for what flushing threads and the main thread share, and the first failure
  std::uint64_t durable_ = 0;             // guarded by mutex_
  bool directory_synced_ = false;         // guarded by mutex_
  std::optional<TargetFailure> failure_;  // guarded by mutex_
  std::atomic<bool> failed_{false};       // set with failure_
};

// A short count is followed up once: the second call brings the error that the count hides.
Accept DosTarget::write(std::span<const std::byte> data) {
  if (failed_.load(std::memory_order_acquire)) return Accept::failed;
  os::clear_last_error();
  std::uint64_t done = 0;
  while (done < data.size()) {
    const LONG result = mmioWrite(handle(), reinterpret_cast<const char*>(data.data()) + done,
                                  static_cast<LONG>(data.size() - done));
    if (result <= 0) {
      fail(os::last_error(), "writing");
      break;
    }
    done += static_cast<std::uint64_t>(result);
  }
  // Publishes to flush(), which claims durability for what it observed before its sync.
  accepted_.store(accepted_.load(std::memory_order_relaxed) + done, std::memory_order_release);
  return done == data.size() ? Accept::accepted : Accept::failed;
}

// Offsets from 2 GiB on pass through LONG as negative numbers; only -1 is an error.
bool DosTarget::patch(std::span<const std::byte> bytes, std::uint64_t offset) {
  const auto size = static_cast<LONG>(bytes.size());
  os::clear_last_error();
  const LONG before = mmioSeek(handle(), 0, SEEK_CUR);
  if (mmioSeek(handle(), static_cast<LONG>(static_cast<std::uint32_t>(offset)), SEEK_SET) != -1 &&
      mmioWrite(handle(), reinterpret_cast<const char*>(bytes.data()), size) == size &&
      mmioSeek(handle(), before, SEEK_SET) != -1) {
    return true;
  }
  fail(os::last_error(), "writing the header");
  return false;
}

bool DosTarget::flush() {
  const std::uint64_t covered = accepted_.load(std::memory_order_acquire);
  os::clear_last_error();
  if (mmioFlush(handle(), 0) != 0) {
    fail(os::last_error(), "flushing");
    return false;
  }
  if (const auto error = os::sync_data(os_handle_)) {
    fail(error, "syncing");
    return false;
  }
  bool name_synced = false;
  {
    const std::lock_guard lock(mutex_);
    name_synced = directory_synced_;
  }
  if (!name_synced) name_synced = !os::sync_directory_of(path_);
  const std::lock_guard lock(mutex_);
  directory_synced_ = name_synced;
  durable_ = std::max(durable_, covered);
  return !failure_;
}

TargetMarks DosTarget::marks() {
  const std::uint64_t accepted = accepted_.load(std::memory_order_acquire);
  const std::lock_guard lock(mutex_);
  return {accepted, accepted, durable_};
}

TargetStats DosTarget::stats() {
  const std::lock_guard lock(mutex_);
  TargetStats stats;
  if (durable_ > 0) stats.capabilities.emplace_back("sync");
  if (directory_synced_) stats.capabilities.emplace_back("sync_name");
  return stats;
}

std::optional<TargetFailure> DosTarget::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void DosTarget::fail(const std::error_code& error, const char* operation) {
  const std::lock_guard lock(mutex_);
  if (failure_) return;
  const std::string what = error ? error.message() : std::string("the system gave no reason");
  failure_ = TargetFailure{is_no_room(error), fmt::format("{} failed: {}", operation, what)};
  failed_.store(true, std::memory_order_release);
}

}  // namespace

OpenedTarget open_dos_target(const TargetOptions& options) {
  MMIOINFO info{};
  info.fccIOProc = FOURCC_DOS;
  std::string path = os::name_for_mmio(options.path);
  const HMMIO handle = mmioOpen(path.data(), &info, MMIO_CREATE | MMIO_WRITE | MMIO_DENYWRITE);
  if (handle == nullptr) return {nullptr, mmio_error_text(info.wErrorRet)};
  MMIOINFO opened{};
  if (mmioGetInfo(handle, &opened, 0) != 0) {
    static_cast<void>(mmioClose(handle, 0));  // the error already known is the one to tell
    return {nullptr, "mmioGetInfo failed"};
  }
  return {std::make_unique<DosTarget>(handle, options.path, opened.adwInfo[0]), {}};
}

}  // namespace ringproc::tool
