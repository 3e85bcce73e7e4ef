#include "wave_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>

#include "utf8_path.hpp"
#include "wave_layout.hpp"
#include "wave_map.hpp"

namespace ringproc::tool {
namespace {

constexpr std::size_t kReadAhead = 512 * 1024;

}  // namespace

std::string WaveReader::open(const std::string& name) {
  const std::filesystem::path path = to_path(name);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return "there is no such file";
  if (!std::filesystem::is_regular_file(status)) return "it is not a regular file";
  errno = 0;
  file_.open(path, std::ios::binary);
  if (!file_) return std::generic_category().message(errno);
  file_bytes_ = std::filesystem::file_size(path, error);
  return error ? error.message() : std::string();
}

std::size_t WaveReader::read_at(std::uint64_t offset, void* into, std::size_t length) {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(static_cast<char*>(into), static_cast<std::streamsize>(length));
  return static_cast<std::size_t>(std::max<std::streamsize>(0, file_.gcount()));
}

std::optional<WaveFacts> WaveReader::read_header() {
  const ReadAt reader = [this](std::uint64_t offset, std::span<std::byte> into) {
    return read_at(offset, into.data(), into.size());
  };
  const MappedWave mapped = map_wave(reader);
  header_error_ = mapped.error;
  if (!mapped.map) return std::nullopt;
  const WaveMap& map = *mapped.map;
  const auto format = recorded_format(map);
  if (!format) {
    header_error_ =
        fmt::format("format tag {} with {} bits and {} channels is none that record writes",
                    map.format.tag, map.format.bits, map.format.channels);
    return std::nullopt;
  }
  WaveFacts facts;
  facts.format = *format;
  facts.data_offset = map.data_offset;
  facts.ours = map.ours;
  const WaveFormatChunk right = wave_format_chunk(*format);
  if (std::memcmp(&map.format, &right, std::min<std::size_t>(map.format_bytes, 16)) != 0) {
    facts.header_errors.emplace_back(
        "the `fmt ` chunk contradicts itself or has another form than record's");
  }
  check_sizes(map, facts);
  take_samples(facts);
  return facts;
}

WaveFacts WaveReader::take_as_raw(const AudioFormat& format) {
  WaveFacts facts;
  facts.format = format;
  facts.data_bytes = file_bytes_;
  if (file_bytes_ % format.frame_bytes() != 0) {
    facts.header_errors.emplace_back("the file ends inside a frame");
  }
  take_samples(facts);
  return facts;
}

void WaveReader::take_samples(const WaveFacts& facts) {
  data_offset_ = facts.data_offset;
  data_bytes_ = facts.data_bytes;
  buffer_.resize(std::max(kReadAhead, 8 * facts.format.frame_bytes()));
}

void WaveReader::check_sizes(const WaveMap& map, WaveFacts& facts) const {
  const std::uint64_t there = file_bytes_ - facts.data_offset;
  const std::uint64_t stated_end = with_pad(facts.data_offset + map.data_bytes);
  const std::uint64_t riff_end = map.riff_bytes + 8;
  facts.grown = riff_end == stated_end && file_bytes_ > riff_end;
  // 0 is what a recorder that was killed leaves: then everything that is there is taken to be
  // samples.
  facts.unfinished = map.riff_bytes == 0 || (map.data_bytes == 0 && there > 0);
  facts.data_bytes = map.data_bytes == 0 ? there : std::min(there, map.data_bytes);
  if (map.rf64 && !map.ds64) {
    facts.header_errors.push_back(fmt::format("it is {} without a usable `ds64` chunk", map.form));
  }
  if (map.data_bytes == 0 && there > 0) {
    facts.header_errors.push_back(fmt::format(
        "the header was never finished: it says 0 bytes of samples, but {} follow", there));
    return;
  }
  if (stated_end > file_bytes_) {
    facts.header_errors.push_back(
        fmt::format("the header says {} bytes of samples, the file has {}", map.data_bytes, there));
  }
  if (facts.ours && facts.grown) {
    // What a kill, or a full disk, leaves.
    const std::uint64_t more = file_bytes_ - riff_end;
    const bool frames = more >= facts.format.frame_bytes();
    facts.header_errors.push_back(fmt::format(
        "{} bytes follow that the header does not speak of{}", more,
        frames ? ": `ringproc recover FILE` has it do so, after a kill"
               : ", less than a frame: `ringproc recover FILE` completes it if it can, `ringproc "
                 "repair --cut FILE` takes it away"));
  } else if (riff_end != file_bytes_) {
    facts.header_errors.push_back(fmt::format(
        "the RIFF size stands for a file of {} bytes, it has {}", riff_end, file_bytes_));
  }
  const std::uint64_t frames = map.data_bytes / facts.format.frame_bytes();
  const bool in_ds64 = map.ds64 && map.fact_frames == kIn64Bits;
  if (map.fact_offset != 0 && map.fact_frames != frames && !in_ds64) {
    facts.header_errors.push_back(
        fmt::format("`fact` says {} frames, the `data` chunk {}", map.fact_frames, frames));
  }
}

std::span<const std::byte> WaveReader::read(std::uint64_t offset, std::size_t length) {
  const std::uint64_t left = offset < data_bytes_ ? data_bytes_ - offset : 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, length));
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  const bool buffered = offset >= buffer_offset_ && offset + wanted <= buffer_offset_ + buffered_;
  if (!buffered) {
    buffer_offset_ = offset;
    const auto ahead = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
    buffered_ = read_at(data_offset_ + offset, buffer_.data(), ahead);
    if (buffered_ < wanted) read_failed_ = true;
    if (tell_) tell_(offset);
  }
  const auto begin = static_cast<std::size_t>(offset - buffer_offset_);
  return std::span<const std::byte>(buffer_).subspan(begin, std::min(wanted, buffered_ - begin));
}

}  // namespace ringproc::tool
