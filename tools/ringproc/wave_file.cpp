#include "wave_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <system_error>

#include "wave_bext.hpp"
#include "wave_sizes.hpp"

namespace ringproc::tool {
namespace {

constexpr FOURCC kWave = mmioFOURCC('W', 'A', 'V', 'E');
constexpr FOURCC kJunk = mmioFOURCC('J', 'U', 'N', 'K');
constexpr FOURCC kBext = mmioFOURCC('b', 'e', 'x', 't');
constexpr FOURCC kFormat = mmioFOURCC('f', 'm', 't', ' ');
constexpr FOURCC kFact = mmioFOURCC('f', 'a', 'c', 't');
constexpr FOURCC kData = mmioFOURCC('d', 'a', 't', 'a');

std::error_code cut(core::Backend& file, std::uint64_t end, const AudioFormat& format,
                    bool more_to_come) {
  std::error_code error;
  const std::uint64_t size = file.state(error).size;
  const bool cut_frame = size > end && size - end < format.frame_bytes();
  if (error || (more_to_come && cut_frame)) return error;
  return file.truncate(end);
}

bool is_rf64(core::Backend& file, std::error_code& error) {
  std::array<std::byte, 4> id{};
  const core::IoResult read = file.read_at(id, 0);
  error = read.error;
  return !error && std::memcmp(id.data(), "RF64", id.size()) == 0;
}

}  // namespace

bool WaveFile::write(const void* bytes, std::uint32_t size) {
  const auto count = static_cast<LONG>(size);
  return mmioWrite(handle_, static_cast<const char*>(bytes), count) == count;
}

// The size is known beforehand, so ascending has nothing to patch.
bool WaveFile::write_chunk(FOURCC id, const void* bytes, std::uint32_t size) {
  MMCKINFO chunk{};
  chunk.ckid = id;
  chunk.cksize = size;
  return mmioCreateChunk(handle_, &chunk, 0) == 0 && write(bytes, size) &&
         mmioAscend(handle_, &chunk, 0) == 0;
}

bool WaveFile::start() {
  MMCKINFO riff{};
  riff.fccType = kWave;
  if (mmioCreateChunk(handle_, &riff, MMIO_CREATERIFF) != 0) return false;
  const std::array<std::byte, kDs64Bytes> room{};
  if (!write_chunk(kJunk, room.data(), kDs64Bytes)) return false;
  const BextChunk bext = bext_chunk(begun_, format_.rate);
  if (!write_chunk(kBext, &bext, kBextBytes)) return false;
  const WaveFormatChunk format = wave_format_chunk(format_);
  if (!write_chunk(kFormat, &format, layout_.format_bytes)) return false;
  const std::uint32_t no_frames = 0;
  if (layout_.fact && !write_chunk(kFact, &no_frames, sizeof(no_frames))) return false;
  const std::array<std::byte, kHeaderBytes> filler{};
  if (!write_chunk(kJunk, filler.data(), layout_.filler_bytes)) return false;
  MMCKINFO data{};
  data.ckid = kData;
  return mmioCreateChunk(handle_, &data, 0) == 0 && data.dwDataOffset == layout_.header_bytes;
}

std::error_code write_wave_sizes(core::Backend& file, const AudioFormat& format,
                                 std::uint64_t frames) {
  const WaveLayout layout = wave_layout(format);
  const std::uint64_t data_bytes = frames * format.frame_bytes();
  const std::uint64_t end = layout.header_bytes + with_pad(data_bytes);
  std::error_code error;
  // Only the pad byte can be missing; what lies beyond the last whole frame is not taken away.
  if (file.state(error).size < end && !error) error = file.truncate(end);
  SizeFields fields = size_fields(layout, format);
  fields.ds64 = !error && is_rf64(file, error);
  return error ? error : write_patches(file, size_patches(fields, data_bytes));
}

std::string cut_to_frames(const std::string& path, std::uint64_t header_bytes,
                          const AudioFormat& format, std::uint64_t frames, bool more_to_come) {
  std::error_code error;
  const auto file = core::open_file(path, {true, true, false, false, false}, error);
  if (error) return error.message();
  error = cut(*file, header_bytes + frames * format.frame_bytes(), format, more_to_come);
  if (!error) error = file->sync();
  if (!error) error = file->close();
  return error ? error.message() : std::string();
}

std::string mend_wave_file(const std::string& path, const AudioFormat& format, std::uint64_t frames,
                           bool more_to_come) {
  std::error_code error;
  const auto file = core::open_file(path, {true, true, false, false, false}, error);
  if (error) return error.message();
  // Not even the header got there: nothing to mend.
  const std::uint64_t size = file->state(error).size;
  if (error) return error.message();
  if (size < kHeaderBytes) return "the file is shorter than its header";
  error = cut(*file, kHeaderBytes + with_pad(frames * format.frame_bytes()), format, more_to_come);
  if (!error) error = write_wave_sizes(*file, format, frames);
  if (!error) error = file->close();
  return error ? error.message() : std::string();
}

}  // namespace ringproc::tool
