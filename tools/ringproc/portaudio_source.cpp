// Recording through PortAudio: whatever sound system it knows on this machine. Its callback
// interleaves and writes, and nothing else.
#include <fmt/core.h>
#include <portaudio.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "live_feed.hpp"
#include "live_source.hpp"
#include "portaudio_devices.hpp"
#include "silent_error_output.hpp"

namespace ringproc::tool {
namespace {

// Pieces into which a longer period is cut. How long the device's periods are it does not say, and
// they may differ; asking for a length of our own would only put a buffer between.
constexpr std::size_t kPieceFrames = 1'024;

std::string why(PaError error) {
  if (error != paUnanticipatedHostError) return Pa_GetErrorText(error);
  const PaHostErrorInfo* const info = Pa_GetLastHostErrorInfo();
  return info && info->errorText && *info->errorText ? info->errorText : Pa_GetErrorText(error);
}

class PortAudioSource final : public LiveSource {
 public:
  ~PortAudioSource() override {
    // Not stopped: that would wait for what is still in its buffers.
    if (stream_) static_cast<void>(Pa_AbortStream(stream_));
    if (stream_) static_cast<void>(Pa_CloseStream(stream_));
  }

  // Returns: empty, or why this cannot be had. Nothing else is to be called then.
  [[nodiscard]] std::string open(const LiveRequest& request);

  [[nodiscard]] const LiveFacts& facts() const override { return facts_; }
  [[nodiscard]] CaptureEnd run(Capture& capture, const AudioFormat& format) override;
  [[nodiscard]] const LiveCounts& counts() const override { return feed_.counts(); }
  [[nodiscard]] const LossList& gaps() const override { return feed_.gaps(); }
  [[nodiscard]] std::string error() const override;
  [[nodiscard]] bool stuck() const override { return has_ended_ || feed_.went_silent(); }

 private:
  [[nodiscard]] std::string open_stream(const LiveRequest& request, const PortAudioDevice& device);
  void process(const void* input, unsigned long frames, PaStreamCallbackFlags flags);

  PortAudioLibrary library_;
  PaStream* stream_ = nullptr;
  LiveFacts facts_;
  LiveFeed feed_;
  bool whole_ = false;      // 32-bit integers, interleaved; else floats, channel by channel
  bool has_ended_ = false;  // it stopped calling, on its own
};

std::string PortAudioSource::open(const LiveRequest& request) {
  if (!library_.error().empty()) return library_.error();
  const FoundDevice found = find_portaudio_device(request.device);
  if (!found.device) return found.error;
  const PortAudioDevice& device = *found.device;
  facts_.channels = request.channels.value_or(device.channels);
  if (facts_.channels > device.channels) {
    return fmt::format("--channels {}: {} has {} inputs; lower it, or leave it out",
                       facts_.channels, device.name, device.channels);
  }
  facts_.rate = request.rate.value_or(device.rate);
  facts_.period_frames = static_cast<std::size_t>(request.period_frames.value_or(kPieceFrames));
  facts_.name = "PortAudio, " + device.name;
  facts_.tells_gaps = false;
  return open_stream(request, device);
}

// Floats hold the samples of devices with up to 24 bits exactly and are rounded by us, back to the
// very same bits; PortAudio scales integers by something less than a power of two.
std::string PortAudioSource::open_stream(const LiveRequest& request,
                                         const PortAudioDevice& device) {
  const SilentErrorOutput silence;
  whole_ = request.sample == SampleFormat::s32;
  PaStreamParameters wanted{};
  wanted.device = device.index;
  wanted.channelCount = static_cast<int>(facts_.channels);
  wanted.sampleFormat = whole_ ? paInt32 : paFloat32 | paNonInterleaved;
  wanted.suggestedLatency = device.latency_seconds;
  PaError error = Pa_IsFormatSupported(&wanted, nullptr, facts_.rate);
  if (error != paFormatIsSupported) {
    return fmt::format("{} does not record {} channels at {} Hz: {} (its own rate is {})",
                       device.name, facts_.channels, facts_.rate, why(error), device.rate);
  }
  const auto callback = [](const void* input, void*, unsigned long frames,
                           const PaStreamCallbackTimeInfo*, PaStreamCallbackFlags flags,
                           void* self) {
    static_cast<PortAudioSource*>(self)->process(input, frames, flags);
    return static_cast<int>(paContinue);
  };
  const unsigned long period = request.period_frames
                                   ? static_cast<unsigned long>(*request.period_frames)
                                   : paFramesPerBufferUnspecified;
  error = Pa_OpenStream(&stream_, &wanted, nullptr, facts_.rate, period, paClipOff | paDitherOff,
                        callback, this);
  if (error != paNoError) {
    stream_ = nullptr;
    return fmt::format("{} cannot be opened: {}", device.name, why(error));
  }
  error = Pa_StartStream(stream_);
  return error == paNoError ? std::string()
                            : fmt::format("{} does not start: {}", device.name, why(error));
}

CaptureEnd PortAudioSource::run(Capture& capture, const AudioFormat& format) {
  return feed_.run(capture, format, facts_.period_frames, [this] {
    has_ended_ = Pa_IsStreamActive(stream_) != 1;
    return has_ended_;
  });
}

void PortAudioSource::process(const void* input, unsigned long frames,
                              PaStreamCallbackFlags flags) {
  if (!feed_.enter()) return;
  if ((flags & paInputOverflow) != 0) feed_.note_xrun();
  if (input && whole_) {
    feed_.take_interleaved(std::span(static_cast<const std::byte*>(input),
                                     frames * facts_.channels * sizeof(std::int32_t)));
  } else if (input) {
    feed_.take_planar(std::span(static_cast<const float* const*>(input), facts_.channels), frames);
  }
  feed_.leave();
}

std::string PortAudioSource::error() const {
  if (has_ended_)
    return facts_.name + " has stopped: was the device unplugged, or the server ended?";
  return fmt::format("{} has not called for {} seconds", facts_.name, LiveFeed::kSilentSeconds);
}

}  // namespace

OpenedLive open_portaudio_source(const LiveRequest& request) {
  auto source = std::make_unique<PortAudioSource>();
  std::string error = source->open(request);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::move(source), {}};
}

LiveList list_portaudio_devices() {
  const PortAudioLibrary library;
  if (!library.error().empty()) return {{}, library.error()};
  LiveList list;
  for (const PortAudioDevice& device : portaudio_inputs()) {
    list.text += fmt::format("{:>3}  {}  ({} channels, {} Hz)\n", device.index, device.name,
                             device.channels, device.rate);
  }
  if (list.text.empty()) list.error = "PortAudio finds no device with inputs";
  return list;
}

}  // namespace ringproc::tool
