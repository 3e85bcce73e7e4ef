#include "recording_file.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include "backend/backend.hpp"
#include "recover/recover.hpp"
#include "unpublished_file.hpp"
#include "wave_file.hpp"

namespace ringproc::tool {
namespace {

// Far beyond any disk; no sum of offsets overflows.
constexpr std::uint64_t kMaxRingFileBytes = std::uint64_t{1} << 60;

}  // namespace

RecordingFile::RecordingFile(const RecordOptions& options, std::unique_ptr<Target> target,
                             std::string unpublished)
    : options_(options),
      target_(std::move(target)),
      unpublished_(std::move(unpublished)),
      header_(*target_, options.format) {}

// The built-in procedure writes a header where the samples are to go on.
LiveHeader* RecordingFile::header() {
  return options_.through_ring && !options_.raw ? &header_ : nullptr;
}

std::uint64_t RecordingFile::header_bytes() const { return options_.raw ? 0 : kHeaderBytes; }

// The built-in procedure cannot go beyond the offsets that mmio names.
std::uint64_t RecordingFile::max_frames() const {
  if (options_.through_ring) {
    return (kMaxRingFileBytes - header_bytes()) / options_.format.frame_bytes();
  }
  return options_.raw ? kMaxFileBytes / options_.format.frame_bytes()
                      : wave_layout(options_.format).max_frames;
}

const std::string& RecordingFile::path() const {
  return is_published() ? options_.output : unpublished_;
}

// The header is written once more after the file has its name: a file that is as it was left is
// what recovery goes by, and renaming has changed its times.
bool RecordingFile::begin() {
  if (!options_.raw && !begin_wave()) return false;
  target_->start_data(header_bytes());
  if (is_published()) return true;
  if (!(options_.raw ? target_->flush() : header_.state(0))) return false;
  not_published_ = publish(unpublished_, options_.output, options_.overwrite);
  if (!not_published_.empty()) return false;
  unpublished_.clear();
  return options_.raw ? target_->flush() : header_.state(0);
}

bool RecordingFile::begin_wave() {
  WaveFile wave(target_->handle(), options_.format, std::chrono::system_clock::now());
  return wave.start();
}

bool RecordingFile::finish(std::uint64_t frames) {
  return options_.raw ? target_->flush() : header_.finish(frames);
}

std::string RecordingFile::mend(std::uint64_t frames) {
  const bool more_to_come = left_in_ring() > 0;
  return options_.raw ? cut_to_frames(options_.output, 0, options_.format, frames, more_to_come)
                      : mend_wave_file(options_.output, options_.format, frames, more_to_come);
}

std::uint64_t RecordingFile::left_in_ring() const {
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  std::error_code error;
  const core::FileId id = core::file_id(options_.output, error);
  std::uint64_t bytes = 0;
  if (!place || error || !core::take_owners_change(*place, id, bytes)) return 0;
  return bytes;
}

}  // namespace ringproc::tool
