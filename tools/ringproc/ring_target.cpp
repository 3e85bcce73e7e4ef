// Recording through the ring procedure.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <system_error>
#include <utility>

#include "ringproc/install.h"
#include "ringproc/ringproc.h"
#include "ringproc/ringproc.hpp"
#include "target.hpp"

namespace ringproc::tool {
namespace {

constexpr std::array<std::pair<std::uint32_t, const char*>, 7> kCapabilityNames = {{
    {RINGPROC_CAN_SYNC, "sync"},
    {RINGPROC_CAN_SYNC_NAME, "sync_name"},
    {RINGPROC_CAN_SURVIVE, "survive"},
    {RINGPROC_CAN_DIRECT, "direct"},
    {RINGPROC_CAN_PREALLOCATE, "preallocate"},
    {RINGPROC_CAN_GROW, "grow"},
    {RINGPROC_CAN_LOCK, "lock"},
}};

class RingTarget final : public Target {
 public:
  // beyond: another handle on the same file.
  RingTarget(HMMIO handle, File beyond, std::uint64_t mmio_bytes)
      : Target(handle), beyond_(std::move(beyond)), mmio_bytes_(mmio_bytes) {}

  void start_data(std::uint64_t header_bytes) override {
    data_position_ = ask_stats().accepted;
    end_ = header_bytes;
  }
  [[nodiscard]] Accept write(std::span<const std::byte> data) override;
  [[nodiscard]] bool skip(std::int64_t bytes) override;
  [[nodiscard]] bool patch(std::span<const std::byte> bytes, std::uint64_t offset) override {
    return beyond_.write_at(bytes, offset).bytes == bytes.size();
  }
  [[nodiscard]] bool flush() override {
    // The handle has no buffer of mmio's, so any thread may, and nothing is left behind.
    return ringproc_mmio_flush_accepted(handle()) == MMSYSERR_NOERROR;
  }
  [[nodiscard]] TargetMarks marks() override;
  [[nodiscard]] TargetStats stats() override;
  [[nodiscard]] std::optional<TargetFailure> failure() override;
  [[nodiscard]] MMRESULT close() override;

 private:
  [[nodiscard]] bool write_beyond(std::span<const std::byte> data);
  [[nodiscard]] ringproc_stats ask_stats() const;
  [[nodiscard]] ringproc_failure ask_failure() const;

  File beyond_;
  const std::uint64_t mmio_bytes_;
  std::uint64_t data_position_ = 0;  // written before other threads start
  std::uint64_t end_ = 0;            // the file's, as accepted; the writing thread's
  std::atomic<std::uint64_t> beyond_bytes_{0};
  bool left_mmio_ = false;  // its own place counts no more; the writing thread's
  bool seeked_ = false;     // beyond_ stands at end_; the writing thread's
};

ringproc_stats RingTarget::ask_stats() const {
  ringproc_stats stats{};
  stats.size = sizeof(stats);
  if (mmioSendMessage(handle(), RINGPROC_MSG_STATS, reinterpret_cast<LPARAM>(&stats), 0) != 1)
    return {};
  return stats;
}

// Returns: RINGPROC_E_STALE as the failure if even the question fails.
ringproc_failure RingTarget::ask_failure() const {
  ringproc_failure failure{};
  failure.size = sizeof(failure);
  if (mmioSendMessage(handle(), RINGPROC_MSG_FAILURE, reinterpret_cast<LPARAM>(&failure), 0) != 1) {
    failure.code = RINGPROC_E_STALE;
  }
  return failure;
}

Accept RingTarget::write(std::span<const std::byte> data) {
  const auto size = static_cast<LONG>(data.size());
  left_mmio_ = left_mmio_ || end_ + data.size() > mmio_bytes_;
  const bool accepted =
      left_mmio_ ? write_beyond(data)
                 : mmioWrite(handle(), reinterpret_cast<const char*>(data.data()), size) == size;
  if (accepted) {
    end_ += data.size();
    if (left_mmio_) {
      // One writer; a number to show.
      const std::uint64_t before = beyond_bytes_.load(std::memory_order_relaxed);
      beyond_bytes_.store(before + data.size(), std::memory_order_relaxed);
    }
    return Accept::accepted;
  }
  // The message takes no lock and makes no system call, so a refused period costs the writer little
  // more than this.
  return ask_failure().code == 0 ? Accept::refused : Accept::failed;
}

// Seeking is arithmetic, and needed once: nobody else moves this handle. mmio's own handle must not
// be asked first, because a refused write there makes its close fail.
bool RingTarget::write_beyond(std::span<const std::byte> data) {
  if (!seeked_) {
    std::error_code error;
    static_cast<void>(beyond_.seek(static_cast<std::int64_t>(end_), Origin::begin, error));
    if (error) return false;
    seeked_ = true;
  }
  return beyond_.write(data).bytes == data.size();
}

bool RingTarget::skip(std::int64_t bytes) {
  end_ += static_cast<std::uint64_t>(bytes);
  seeked_ = false;
  left_mmio_ = left_mmio_ || end_ > mmio_bytes_;
  return left_mmio_ || Target::skip(bytes);
}

// mmio's handle last: it is the one whose result says what became of the file.
MMRESULT RingTarget::close() {
  const std::error_code error = beyond_.close();
  const MMRESULT result = Target::close();
  return result == 0 && error ? MMRESULT{MMIOERR_CANNOTCLOSE} : result;
}

TargetMarks RingTarget::marks() {
  const ringproc_stats stats = ask_stats();
  const auto since_start = [this](std::uint64_t position) {
    return position > data_position_ ? position - data_position_ : 0;
  };
  return {since_start(stats.accepted), since_start(stats.written), since_start(stats.durable)};
}

TargetStats RingTarget::stats() {
  const ringproc_stats stats = ask_stats();
  TargetStats result;
  result.ring_capacity_bytes = stats.ring_capacity_bytes;
  result.ring_high_water_bytes = stats.ring_high_water_bytes;
  result.stalls = stats.stalls;
  result.bytes_beyond_mmio = beyond_bytes_.load(std::memory_order_relaxed);
  for (const auto& [bit, name] : kCapabilityNames) {
    if ((stats.capabilities & bit) != 0) result.capabilities.emplace_back(name);
  }
  std::array<char, 512> place{};
  if (mmioSendMessage(handle(), RINGPROC_MSG_PLACE, reinterpret_cast<LPARAM>(place.data()),
                      static_cast<LPARAM>(place.size())) == 1) {
    result.place = place.data();
  }
  result.survives = (stats.capabilities & RINGPROC_CAN_SURVIVE) != 0;
  return result;
}

std::optional<TargetFailure> RingTarget::failure() {
  const ringproc_failure failure = ask_failure();
  if (failure.code == 0) return std::nullopt;
  const bool system_error = failure.code < 0 && failure.code > RINGPROC_E_OVERRUN;
  const std::error_code error(system_error ? -failure.code : 0, std::generic_category());
  return TargetFailure{is_no_room(error),
                       fmt::format("{} at byte {} of the file failed: {}",
                                   failure.operation == RINGPROC_OP_WRITE ? "writing" : "syncing",
                                   failure.file_offset, ringproc_strerror(failure.code))};
}

}  // namespace

OpenedTarget open_ring_target(const TargetOptions& options) {
  ringproc_options ring{};
  ring.size = sizeof(ring);
  if (ringproc_options_init(&ring) != 0) {
    return {nullptr,
            "the environment variable RINGPROC_OPTIONS holds an option that does not exist or a "
            "bad value"};
  }
  ring.ring_bytes = options.ring_bytes;
  // From the environment, and then perhaps with another ring in mind.
  if (ring.memory_limit_bytes < ring.ring_bytes) ring.memory_limit_bytes = 0;
  ring.on_full = options.refuse_when_full ? RINGPROC_ON_FULL_FAIL : RINGPROC_ON_FULL_BLOCK;
  if (const int error = ringproc_set_path_options(options.path.c_str(), &ring); error != 0) {
    return {nullptr, fmt::format("the ring's options were refused: {}", ringproc_strerror(error))};
  }
  MMIOINFO info{};
  // Wine's winmm hands the bytes of a name over as they are. Windows may take them for the
  // process's code page on their way; the manifest makes that UTF-8 where Windows knows how (from
  // 10, version 1903, on). Before that, a name beyond the code page may fail to open, or be spelt
  // differently.
  info.pIOProc = ringproc_ioproc_utf8;
  std::string path = options.path;
  const HMMIO handle = mmioOpen(path.data(), &info, MMIO_CREATE | MMIO_WRITE | MMIO_DENYNONE);
  std::error_code error;
  File beyond;
  if (handle != nullptr) beyond = File::open(options.path, Mode::write, error);
  static_cast<void>(
      ringproc_set_path_options(options.path.c_str(), nullptr));  // they were for these opens
  if (handle == nullptr && info.wErrorRet == MMIOERR_OUTOFMEMORY && ring.survive == RINGPROC_ON) {
    return {nullptr, "a ring that survives cannot be had, and the option survive is on"};
  }
  if (handle == nullptr) return {nullptr, mmio_error_text(info.wErrorRet)};
  if (error) {
    static_cast<void>(mmioClose(handle, 0));  // the error already known is the one to tell
    return {nullptr, fmt::format("a second handle was refused: {}", error.message())};
  }
  return {std::make_unique<RingTarget>(handle, std::move(beyond), options.mmio_bytes), {}};
}

}  // namespace ringproc::tool
