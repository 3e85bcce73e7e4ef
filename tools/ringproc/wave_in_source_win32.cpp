// Recording from a waveIn device of winmm, the classic way on Windows. A thread of ours takes the
// buffers that the driver has filled, hands each over and gives it back to the driver.
#include <fmt/core.h>
#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "live_feed.hpp"
#include "live_source.hpp"
#include "os.hpp"
#include "os/names_win32.hpp"
#include "ringproc/mmio.h"
#include "wave_layout.hpp"

namespace ringproc::tool {
namespace {

constexpr std::uint32_t kRate = 48'000;
constexpr std::uint32_t kChannels = 2;
constexpr std::size_t kPeriodFrames = 1'024;
// With the driver at the beginning: more than a second at 48 kHz, so that a thread which is late
// loses nothing.
constexpr std::size_t kBuffers = 64;

// The structures are of the same bytes; winmm's is not const.
static_assert(sizeof(WaveFormatChunk) == sizeof(WAVEFORMATEX) + 22);

std::string why(MMRESULT error) {
  std::array<wchar_t, MAXERRORLENGTH> text{};
  if (waveInGetErrorTextW(error, text.data(), static_cast<UINT>(text.size())) != 0 || !text[0]) {
    return fmt::format("waveIn error {}", error);
  }
  return core::os::to_utf8(text.data());
}

struct WaveInDevice {
  UINT index = WAVE_MAPPER;
  std::string name;
  std::uint32_t channels = 0;
};

std::vector<WaveInDevice> wave_in_devices() {
  std::vector<WaveInDevice> devices;
  for (UINT index = 0; index < waveInGetNumDevs(); ++index) {
    WAVEINCAPSW caps{};
    if (waveInGetDevCapsW(index, &caps, sizeof(caps)) != MMSYSERR_NOERROR) continue;
    devices.push_back({index, core::os::to_utf8(caps.szPname), caps.wChannels});
  }
  return devices;
}

constexpr const char* kNone = "waveIn finds no recording device on this machine";

struct FoundWaveIn {
  std::optional<WaveInDevice> device;
  std::string error;
};

// By number, name or a part of one; the system's choice if nothing is said.
FoundWaveIn find_device(const std::string& text) {
  const std::vector<WaveInDevice> devices = wave_in_devices();
  if (devices.empty()) return {std::nullopt, kNone};
  if (text.empty()) return {WaveInDevice{WAVE_MAPPER, "the default device", kChannels}, {}};
  UINT number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool numbered = parsed.ec == std::errc() && parsed.ptr == end;
  std::vector<WaveInDevice> parts;
  for (const WaveInDevice& device : devices) {
    if (numbered ? device.index == number : device.name == text) return {device, {}};
    if (!numbered && device.name.find(text) != std::string::npos) parts.push_back(device);
  }
  if (parts.size() == 1) return {parts.front(), {}};
  return {std::nullopt, fmt::format("--device {}: {}; see --list-devices", text,
                                    parts.empty() ? "there is no such device"
                                                  : "more than one device has that in its name")};
}

class WaveInSource final : public LiveSource {
 public:
  ~WaveInSource() override { close(); }

  // Returns: empty, or why this cannot be had. Nothing else is to be called then.
  [[nodiscard]] std::string open(const LiveRequest& request);

  [[nodiscard]] const LiveFacts& facts() const override { return facts_; }
  [[nodiscard]] CaptureEnd run(Capture& capture, const AudioFormat& format) override;
  [[nodiscard]] const LiveCounts& counts() const override { return feed_.counts(); }
  [[nodiscard]] const LossList& gaps() const override { return feed_.gaps(); }
  [[nodiscard]] std::string error() const override;
  [[nodiscard]] bool stuck() const override { return feed_.went_silent(); }

 private:
  [[nodiscard]] MMRESULT start();
  void take_buffers();
  void take(WAVEHDR& buffer, bool last);
  void die(MMRESULT error);
  void close();

  HWAVEIN device_ = nullptr;
  HANDLE filled_ = nullptr;  // set by the driver
  LiveFacts facts_;
  LiveFeed feed_;
  std::thread thread_;
  std::atomic<bool> stop_{false};  // seq_cst by default; not hot
  std::atomic<bool> dead_{false};  // set after reason_
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_

  std::vector<std::byte> memory_;
  std::vector<WAVEHDR> buffers_;  // the thread's own, and the driver's
};

std::string WaveInSource::open(const LiveRequest& request) {
  const FoundWaveIn found = find_device(request.device);
  if (!found.device) return found.error;
  facts_.channels = request.channels.value_or(std::max(1U, found.device->channels));
  facts_.rate = request.rate.value_or(kRate);
  facts_.period_frames = static_cast<std::size_t>(request.period_frames.value_or(kPeriodFrames));
  facts_.name = "waveIn, " + found.device->name;
  facts_.tells_gaps = false;
  const AudioFormat format{request.sample, facts_.channels, facts_.rate};
  WaveFormatChunk wanted = wave_format_chunk(format);
  filled_ = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  if (!filled_) return "there is no memory for an event";
  MMRESULT error =
      waveInOpen(&device_, found.device->index, reinterpret_cast<WAVEFORMATEX*>(&wanted),
                 reinterpret_cast<DWORD_PTR>(filled_), 0, CALLBACK_EVENT);
  if (error != MMSYSERR_NOERROR) {
    device_ = nullptr;
    return fmt::format("{} does not record {} channels of {} at {} Hz: {}", facts_.name,
                       facts_.channels, name_of(request.sample), facts_.rate, why(error));
  }
  const std::size_t bytes = facts_.period_frames * format.frame_bytes();
  memory_.resize(kBuffers * bytes);
  buffers_.resize(kBuffers);
  for (std::size_t i = 0; i < kBuffers; ++i) {
    buffers_[i].lpData = reinterpret_cast<LPSTR>(memory_.data() + i * bytes);
    buffers_[i].dwBufferLength = static_cast<DWORD>(bytes);
  }
  error = start();
  return error == MMSYSERR_NOERROR ? std::string()
                                   : fmt::format("{} does not start: {}", facts_.name, why(error));
}

MMRESULT WaveInSource::start() {
  for (WAVEHDR& buffer : buffers_) {
    MMRESULT error = waveInPrepareHeader(device_, &buffer, sizeof(buffer));
    if (error == MMSYSERR_NOERROR) error = waveInAddBuffer(device_, &buffer, sizeof(buffer));
    if (error != MMSYSERR_NOERROR) return error;
  }
  thread_ = os::start_thread("waveIn", os::Scheduling::real_time,
                             [this](bool /*real_time*/) { take_buffers(); });
  return waveInStart(device_);
}

CaptureEnd WaveInSource::run(Capture& capture, const AudioFormat& format) {
  return feed_.run(capture, format, facts_.period_frames,
                   [this] { return dead_.load(std::memory_order_acquire); });
}

// The driver fills them in the order in which it got them.
void WaveInSource::take_buffers() {
  std::size_t next = 0;
  while (!stop_ && !dead_.load(std::memory_order_relaxed)) {  // set by this thread
    WaitForSingleObject(filled_, INFINITE);
    for (std::size_t taken = 0; !stop_; ++taken) {
      WAVEHDR& buffer = buffers_[next];
      // The driver writes it, in another thread.
      const DWORD flags = std::atomic_ref(buffer.dwFlags).load(std::memory_order_acquire);
      if ((flags & WHDR_DONE) == 0) break;
      // All of them: the driver had none left to put samples into.
      take(buffer, taken + 1 == kBuffers);
      next = (next + 1) % kBuffers;
    }
  }
}

void WaveInSource::take(WAVEHDR& buffer, bool last) {
  if (feed_.enter()) {
    if (last) feed_.note_xrun();
    const std::size_t frame_bytes = buffer.dwBufferLength / facts_.period_frames;
    const std::size_t bytes = buffer.dwBytesRecorded / frame_bytes * frame_bytes;
    const auto* const samples = reinterpret_cast<const std::byte*>(buffer.lpData);
    if (bytes != 0) feed_.take_interleaved(std::span(samples, bytes));
    feed_.leave();
  }
  buffer.dwFlags &= ~static_cast<DWORD>(WHDR_DONE);
  buffer.dwBytesRecorded = 0;
  const MMRESULT error = waveInAddBuffer(device_, &buffer, sizeof(buffer));
  if (error != MMSYSERR_NOERROR) die(error);
}

void WaveInSource::die(MMRESULT error) {
  const std::lock_guard lock(mutex_);
  if (reason_.empty()) {
    reason_ = fmt::format("{} has failed: {}; was it unplugged?", facts_.name, why(error));
  }
  dead_.store(true, std::memory_order_release);  // observed by run()
}

std::string WaveInSource::error() const {
  const std::lock_guard lock(mutex_);
  if (!reason_.empty()) return reason_;
  return fmt::format("{} has brought nothing for {} seconds", facts_.name,
                     LiveFeed::kSilentSeconds);
}

// The driver gives all buffers back at reset, and only then closes.
void WaveInSource::close() {
  stop_ = true;
  if (filled_) SetEvent(filled_);
  if (thread_.joinable()) thread_.join();
  if (device_) {
    static_cast<void>(waveInReset(device_));
    for (WAVEHDR& buffer : buffers_) {
      static_cast<void>(waveInUnprepareHeader(device_, &buffer, sizeof(buffer)));
    }
    static_cast<void>(waveInClose(device_));
  }
  if (filled_) CloseHandle(filled_);
}

}  // namespace

OpenedLive open_wave_in_source(const LiveRequest& request) {
  auto source = std::make_unique<WaveInSource>();
  std::string error = source->open(request);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::move(source), {}};
}

LiveList list_wave_in_devices() {
  LiveList list;
  for (const WaveInDevice& device : wave_in_devices()) {
    list.text +=
        fmt::format("{:>3}  {}  ({} channels)\n", device.index, device.name, device.channels);
  }
  if (list.text.empty()) list.error = kNone;
  return list;
}

}  // namespace ringproc::tool
