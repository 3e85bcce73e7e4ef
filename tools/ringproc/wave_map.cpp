#include "wave_map.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "wave_bext.hpp"

namespace ringproc::tool {
namespace {

constexpr int kMostChunks = 10'000;
constexpr std::uint64_t kFirstChunk = 12;
constexpr std::uint16_t kTagALaw = 6;
constexpr std::uint16_t kTagMuLaw = 7;
constexpr std::string_view kOriginator = "ringproc ";
constexpr const char* kEndsEarly = "the file ends before its `data` chunk";
constexpr const char* kNoFormat = "there is no `fmt ` chunk before the `data` chunk";

struct ChunkHeader {
  std::array<char, 4> id{};
  std::uint32_t bytes = 0;

  [[nodiscard]] bool is(std::string_view name) const {
    return std::string_view(id.data(), id.size()) == name;
  }
  [[nodiscard]] bool is_plausible() const {
    return std::ranges::all_of(id, [](char letter) { return letter >= ' ' && letter <= '~'; });
  }
};
static_assert(sizeof(ChunkHeader) == 8);

// Without the table behind them, which some recorders leave out altogether.
struct Ds64 {
  std::uint64_t riff_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t samples = 0;
};
static_assert(sizeof(Ds64) == kDs64Bytes - 4);

template <class T>
bool read_all(const ReadAt& read_at, std::uint64_t offset, T& into, std::size_t bytes = sizeof(T)) {
  return read_at(offset, std::as_writable_bytes(std::span(&into, 1)).first(bytes)) == bytes;
}

class Mapper {
 public:
  explicit Mapper(const ReadAt& read_at) : read_at_(read_at) {}

  MappedWave run() {
    if (!take_head()) return {std::nullopt, error_, true};
    std::uint64_t at = kFirstChunk;
    ChunkHeader chunk;
    for (int i = 0; i < kMostChunks && read_all(read_at_, at, chunk); ++i) {
      if (!chunk.is_plausible()) return lost(at);
      if (chunk.is("data")) return take_data(at, chunk.bytes);
      if (!take_chunk(chunk, at)) return {std::nullopt, error_};
      at += sizeof(chunk) + with_pad(chunk.bytes);
    }
    return {std::nullopt, map_.format_bytes != 0 ? kEndsEarly : kNoFormat};
  }

 private:
  bool take_head() {
    ChunkHeader riff;
    std::array<char, 4> form{};
    error_ = "this is not a RIFF/WAVE file";
    if (!read_all(read_at_, 0, riff)) return false;
    if (riff.is("RIFX")) error_ = "this is a big-endian RIFF file, which is not supported";
    map_.form.assign(riff.id.data(), riff.id.size());
    map_.rf64 = riff.is("RF64") || riff.is("BW64");
    if (!map_.rf64 && !riff.is("RIFF")) return false;
    if (!read_all(read_at_, sizeof(riff), form)) return false;
    if (std::string_view(form.data(), form.size()) != "WAVE") return false;
    map_.riff_bytes = riff.bytes;
    error_.clear();
    return true;
  }

  bool take_chunk(const ChunkHeader& chunk, std::uint64_t at) {
    const std::uint64_t contents = at + sizeof(chunk);
    if (at == kFirstChunk && (chunk.is("JUNK") || chunk.is("ds64"))) {
      map_.reserved_bytes = chunk.bytes;
      map_.ds64 = map_.rf64 && chunk.is("ds64") && chunk.bytes >= sizeof(ds64_) &&
                  read_all(read_at_, contents, ds64_);
    } else if (chunk.is("fmt ")) {
      return take_format(contents, chunk.bytes);
    } else if (chunk.is("fact") && chunk.bytes >= 4) {
      if (read_all(read_at_, contents, map_.fact_frames)) map_.fact_offset = contents;
    } else if (chunk.is("bext")) {
      std::array<char, kOriginator.size()> originator{};
      signed_ = read_all(read_at_, contents + offsetof(BextChunk, originator), originator) &&
                std::string_view(originator.data(), originator.size()) == kOriginator;
    }
    return true;
  }

  [[nodiscard]] MappedWave lost(std::uint64_t at) const {
    return {std::nullopt, fmt::format("there is no chunk at offset {}, where one should be; the "
                                      "`data` chunk is not found",
                                      at)};
  }

  bool take_format(std::uint64_t offset, std::uint32_t bytes) {
    const std::size_t wanted = std::min<std::size_t>(bytes, sizeof(map_.format));
    const bool all = wanted >= 16 && read_all(read_at_, offset, map_.format, wanted);
    if (!all || (map_.format.tag == kTagExtensible && wanted < sizeof(map_.format))) {
      error_ = "the `fmt ` chunk is cut";
      return false;
    }
    map_.format_bytes = bytes;
    return true;
  }

  MappedWave take_data(std::uint64_t at, std::uint32_t stated) {
    if (map_.format_bytes == 0) return {std::nullopt, kNoFormat};
    map_.data_size_offset = at + 4;
    map_.data_offset = at + sizeof(ChunkHeader);
    map_.data_bytes = map_.ds64 && stated == kIn64Bits ? ds64_.data_bytes : stated;
    if (map_.ds64 && map_.riff_bytes == kIn64Bits) map_.riff_bytes = ds64_.riff_bytes;
    map_.samples = ds64_.samples;
    map_.ours = signed_ && recorded_format(map_) && map_.reserved_bytes == kDs64Bytes &&
                map_.data_offset == kHeaderBytes;
    return {map_, {}};
  }

  const ReadAt& read_at_;
  WaveMap map_;
  Ds64 ds64_;
  bool signed_ = false;  // by `bext`, as record does
  std::string error_;
};

std::optional<SampleFormat> sample_format_of(std::uint16_t tag, std::uint16_t bits) {
  if (tag == kTagFloat) return bits == 32 ? std::optional(SampleFormat::f32) : std::nullopt;
  if (tag != kTagPcm) return std::nullopt;
  if (bits == 16) return SampleFormat::s16;
  if (bits == 24) return SampleFormat::s24;
  return bits == 32 ? std::optional(SampleFormat::s32) : std::nullopt;
}

}  // namespace

bool WaveMap::counts_frames() const {
  const std::uint16_t tag = format.tag == kTagExtensible ? format.sub_tag : format.tag;
  const bool plain = tag == kTagPcm || tag == kTagFloat || tag == kTagALaw || tag == kTagMuLaw;
  return plain && format.frame_bytes != 0;
}

SizeFields WaveMap::size_fields() const {
  SizeFields fields;
  fields.reserved_bytes = reserved_bytes;
  fields.ds64 = ds64;
  // Where blocks are not frames their number is not ours to state.
  fields.fact_offset = counts_frames() ? fact_offset : 0;
  fields.data_size_offset = data_size_offset;
  fields.data_offset = data_offset;
  fields.frame_bytes = counts_frames() ? format.frame_bytes : 0;
  fields.riff_limit = kMaxRiffBytes;
  return fields;
}

MappedWave map_wave(const ReadAt& read_at) { return Mapper(read_at).run(); }

std::optional<AudioFormat> recorded_format(const WaveMap& map) {
  const bool extensible = map.format.tag == kTagExtensible;
  const auto sample =
      sample_format_of(extensible ? map.format.sub_tag : map.format.tag, map.format.bits);
  if (!sample || map.format.channels == 0) return std::nullopt;
  return AudioFormat{*sample, map.format.channels, map.format.rate};
}

bool chunks_reach_end(const ReadAt& read_at, std::uint64_t offset, std::uint64_t file_bytes) {
  std::uint64_t at = offset;
  ChunkHeader chunk;
  for (int i = 0; i < kMostChunks && at < file_bytes; ++i) {
    if (!read_all(read_at, at, chunk) || !chunk.is_plausible()) return false;
    at += sizeof(chunk) + chunk.bytes;
    if (at < file_bytes) at += at % 2;
  }
  return at == file_bytes;
}

}  // namespace ringproc::tool
