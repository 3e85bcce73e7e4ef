#include "wave_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "utf8_path.hpp"
#include "wave_layout.hpp"

namespace ringproc::tool {
namespace {

constexpr std::size_t kReadAhead = 512 * 1024;

struct ChunkHeader {
  std::array<char, 4> id{};
  std::uint32_t bytes = 0;

  [[nodiscard]] bool is(std::string_view name) const {
    return std::string_view(id.data(), id.size()) == name;
  }
};
static_assert(sizeof(ChunkHeader) == 8);

std::optional<SampleFormat> sample_format_of(std::uint16_t tag, std::uint16_t bits) {
  if (tag == kTagFloat) return bits == 32 ? std::optional(SampleFormat::f32) : std::nullopt;
  if (tag != kTagPcm) return std::nullopt;
  if (bits == 16) return SampleFormat::s16;
  if (bits == 24) return SampleFormat::s24;
  return bits == 32 ? std::optional(SampleFormat::s32) : std::nullopt;
}

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
  ChunkHeader riff;
  std::array<char, 4> form{};
  if (read_at(0, &riff, sizeof(riff)) != sizeof(riff) || !riff.is("RIFF") ||
      read_at(sizeof(riff), form.data(), form.size()) != form.size() ||
      std::string_view(form.data(), form.size()) != "WAVE") {
    header_error_ = "this is not a RIFF/WAVE file";
    return std::nullopt;
  }
  riff_bytes_ = riff.bytes;
  WaveFacts facts;
  if (!take_chunks(facts)) return std::nullopt;
  data_offset_ = facts.data_offset;
  data_bytes_ = facts.data_bytes;
  buffer_.resize(std::max(kReadAhead, 8 * facts.format.frame_bytes()));
  return facts;
}

bool WaveReader::take_chunks(WaveFacts& facts) {
  bool have_format = false;
  ChunkHeader chunk;
  std::uint64_t at = 12;
  while (read_at(at, &chunk, sizeof(chunk)) == sizeof(chunk)) {
    at += sizeof(chunk);
    if (chunk.is("fmt ")) {
      if (!take_format(at, chunk.bytes, facts)) return false;
      have_format = true;
    } else if (chunk.is("fact")) {
      std::uint32_t frames = 0;
      if (read_at(at, &frames, sizeof(frames)) == sizeof(frames)) fact_frames_ = frames;
    } else if (chunk.is("data")) {
      if (!have_format) break;
      facts.data_offset = at;
      check_sizes(facts, chunk.bytes);
      return true;
    }
    at += with_pad(chunk.bytes);
  }
  header_error_ = have_format ? "the file ends before its `data` chunk"
                              : "there is no `fmt ` chunk before the `data` chunk";
  return false;
}

bool WaveReader::take_format(std::uint64_t offset, std::uint32_t chunk_bytes, WaveFacts& facts) {
  WaveFormatChunk chunk;
  const std::size_t wanted = std::min<std::size_t>(chunk_bytes, sizeof(chunk));
  const bool read_all = wanted >= 16 && read_at(offset, &chunk, wanted) == wanted;
  const bool extensible = chunk.tag == kTagExtensible;
  if (!read_all || (extensible && wanted < sizeof(chunk))) {
    header_error_ = "the `fmt ` chunk is cut";
    return false;
  }
  const auto sample = sample_format_of(extensible ? chunk.sub_tag : chunk.tag, chunk.bits);
  if (!sample || chunk.channels == 0) {
    header_error_ =
        fmt::format("format tag {} with {} bits and {} channels is none that record writes",
                    chunk.tag, chunk.bits, chunk.channels);
    return false;
  }
  facts.format = {*sample, chunk.channels, chunk.rate};
  const WaveFormatChunk right = wave_format_chunk(facts.format);
  if (std::memcmp(&chunk, &right, std::min<std::size_t>(wanted, 16)) != 0) {
    facts.header_errors.push_back(
        "the `fmt ` chunk contradicts itself or has another form than record's");
  }
  return true;
}

void WaveReader::check_sizes(WaveFacts& facts, std::uint32_t stated_bytes) {
  const std::uint64_t there = file_bytes_ - facts.data_offset;
  const std::uint64_t stated_end = with_pad(facts.data_offset + stated_bytes);
  // 0 is what a recorder that was killed leaves: then everything that is there is taken to be
  // samples.
  const std::uint64_t riff_end = std::uint64_t{riff_bytes_} + 8;
  facts.grown = riff_end == stated_end && file_bytes_ > riff_end;
  facts.unfinished = riff_bytes_ == 0 || (stated_bytes == 0 && there > 0);
  facts.data_bytes = stated_bytes == 0 ? there : std::min<std::uint64_t>(there, stated_bytes);
  if (stated_bytes == 0 && there > 0) {
    facts.header_errors.push_back(fmt::format(
        "the header was never finished: it says 0 bytes of samples, but {} follow", there));
    return;
  }
  if (stated_end > file_bytes_) {
    facts.header_errors.push_back(
        fmt::format("the header says {} bytes of samples, the file has {}", stated_bytes, there));
  }
  if (std::uint64_t{riff_bytes_} + 8 != file_bytes_) {
    facts.header_errors.push_back(
        fmt::format("the RIFF size stands for a file of {} bytes, it has {}",
                    std::uint64_t{riff_bytes_} + 8, file_bytes_));
  }
  const std::uint64_t frames = stated_bytes / facts.format.frame_bytes();
  if (fact_frames_ && *fact_frames_ != frames) {
    facts.header_errors.push_back(
        fmt::format("`fact` says {} frames, the `data` chunk {}", *fact_frames_, frames));
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
  }
  const auto begin = static_cast<std::size_t>(offset - buffer_offset_);
  return std::span<const std::byte>(buffer_).subspan(begin, std::min(wanted, buffered_ - begin));
}

}  // namespace ringproc::tool
