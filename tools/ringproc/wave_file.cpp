#include "wave_file.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "os.hpp"
#include "target.hpp"

namespace ringproc::tool {
namespace {

constexpr FOURCC kWave = mmioFOURCC('W', 'A', 'V', 'E');
constexpr FOURCC kFormat = mmioFOURCC('f', 'm', 't', ' ');
constexpr FOURCC kFact = mmioFOURCC('f', 'a', 'c', 't');
constexpr FOURCC kData = mmioFOURCC('d', 'a', 't', 'a');

// Offsets from 2 GiB on pass through LONG as negative numbers; only -1 is an error.
bool seek_to(HMMIO handle, std::uint64_t offset) {
  return mmioSeek(handle, static_cast<LONG>(static_cast<std::uint32_t>(offset)), SEEK_SET) != -1;
}

bool write_number(HMMIO handle, std::uint64_t offset, std::uint64_t number) {
  const auto value = static_cast<std::uint32_t>(number);
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  return seek_to(handle, offset) && mmioWrite(handle, bytes, sizeof(bytes)) == LONG{sizeof(bytes)};
}

bool write_sizes(HMMIO handle, const WaveLayout& layout, const AudioFormat& format,
                 std::uint64_t frames) {
  const std::uint64_t data_bytes = frames * format.frame_bytes();
  return write_number(handle, 4, layout.header_bytes + with_pad(data_bytes) - 8) &&
         write_number(handle, layout.data_size_offset, data_bytes) &&
         (!layout.fact || write_number(handle, layout.fact_offset, frames));
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
  riff_.fccType = kWave;
  if (mmioCreateChunk(handle_, &riff_, MMIO_CREATERIFF) != 0) return false;
  const WaveFormatChunk format = wave_format_chunk(format_);
  if (!write_chunk(kFormat, &format, layout_.format_bytes)) return false;
  const std::uint32_t no_frames = 0;
  if (layout_.fact && !write_chunk(kFact, &no_frames, sizeof(no_frames))) return false;
  data_.ckid = kData;
  return mmioCreateChunk(handle_, &data_, 0) == 0 && data_.dwDataOffset == layout_.header_bytes;
}

bool WaveFile::finish(std::uint64_t frames) {
  if (mmioAscend(handle_, &data_, 0) != 0) return false;
  if (layout_.fact) {
    const std::uint64_t end = layout_.header_bytes + with_pad(frames * format_.frame_bytes());
    if (!write_number(handle_, layout_.fact_offset, frames) || !seek_to(handle_, end)) return false;
  }
  return mmioAscend(handle_, &riff_, 0) == 0;
}

std::string mend_wave_file(const std::string& path, const AudioFormat& format,
                           std::uint64_t frames) {
  const WaveLayout layout = wave_layout(format);
  const std::uint64_t size = layout.header_bytes + with_pad(frames * format.frame_bytes());
  std::error_code error;
  const std::uint64_t there = std::filesystem::file_size(path, error);
  if (error) return error.message();
  // Not even the header got there: nothing to mend.
  if (there < layout.header_bytes) return "the file is shorter than its header";
  std::filesystem::resize_file(path, size, error);
  if (error) return error.message();
  MMIOINFO info{};
  info.fccIOProc = FOURCC_DOS;
  std::string name = path;
  const HMMIO handle = mmioOpen(name.data(), &info, MMIO_READWRITE);
  if (handle == nullptr) return mmio_error_text(info.wErrorRet);
  MMIOINFO opened{};
  const bool mended = write_sizes(handle, layout, format, frames) && mmioFlush(handle, 0) == 0 &&
                      mmioGetInfo(handle, &opened, 0) == 0 && !os::sync_data(opened.adwInfo[0]);
  const bool closed = mmioClose(handle, 0) == 0;
  return mended && closed ? std::string() : std::string("writing the header's sizes failed");
}

}  // namespace ringproc::tool
