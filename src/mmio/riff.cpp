// RIFF: mmioDescend, mmioAscend, mmioCreateChunk. Offsets are computed in 64 bits, so that no size
// found in a file can wrap them; every step of a search moves forward by at least a chunk header.
#include <array>
#include <cstddef>
#include <cstdint>

#include "mmio/handle_table.hpp"
#include "mmio/stream.hpp"
#include "ringproc/mmio.h"

namespace ringproc::mmio {
namespace {

constexpr std::uint32_t kHeaderSize = 8;  // ckid, cksize
constexpr std::uint32_t kTypeSize = 4;    // fccType, the first of the data
constexpr std::uint64_t kNoEnd = std::uint64_t{kMaxOffset} + 1;

bool has_type(FOURCC ckid) { return ckid == FOURCC_RIFF || ckid == FOURCC_LIST; }

std::uint64_t padded(std::uint64_t size) { return size + (size & 1); }

std::uint32_t load(const char* bytes) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= std::uint32_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  }
  return value;
}

void store(char* bytes, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

SeekResult position_of(OpenFile& file) { return stream_seek(file, 0, SEEK_CUR); }

UINT seek_to(OpenFile& file, std::uint64_t offset) {
  if (offset > kMaxOffset) return MMIOERR_CANNOTSEEK;
  return stream_seek(file, static_cast<LONG>(static_cast<std::uint32_t>(offset)), SEEK_SET).error;
}

// Reads all of it; a file that ends before is a chunk that is not there.
UINT read_all(OpenFile& file, char* data, std::uint32_t size) {
  const LONG result = stream_read(file, data, static_cast<LONG>(size));
  if (result < 0) return MMIOERR_CANNOTREAD;
  return static_cast<std::uint32_t>(result) == size ? UINT{MMSYSERR_NOERROR}
                                                    : UINT{MMIOERR_CHUNKNOTFOUND};
}

UINT write_all(OpenFile& file, const char* data, std::uint32_t size) {
  const LONG result = stream_write(file, data, static_cast<LONG>(size));
  return result == static_cast<LONG>(size) ? UINT{MMSYSERR_NOERROR} : UINT{MMIOERR_CANNOTWRITE};
}

// Reads the header at `position` and leaves the file at its data, behind the type if it has one.
UINT read_header(OpenFile& file, std::uint64_t position, std::uint64_t end, MMCKINFO& chunk) {
  std::array<char, kHeaderSize> header{};
  if (position + kHeaderSize > end) return MMIOERR_CHUNKNOTFOUND;
  UINT error = read_all(file, header.data(), kHeaderSize);
  if (error != MMSYSERR_NOERROR) return error;
  chunk = {.ckid = load(header.data()),
           .cksize = load(header.data() + 4),
           .fccType = 0,
           .dwDataOffset = static_cast<DWORD>(position + kHeaderSize),
           .dwFlags = 0};
  if (!has_type(chunk.ckid)) return MMSYSERR_NOERROR;
  if (position + kHeaderSize + kTypeSize > end) return MMIOERR_INVALIDFILE;
  std::array<char, kTypeSize> type{};
  error = read_all(file, type.data(), kTypeSize);
  chunk.fccType = load(type.data());
  return error;
}

// What mmioDescend looks for.
struct Wanted {
  UINT how;
  FOURCC ckid;
  FOURCC type;

  [[nodiscard]] bool matches(const MMCKINFO& chunk) const {
    const bool type_matches = type == 0 || chunk.fccType == type;
    switch (how) {
      case MMIO_FINDCHUNK:
        return ckid == 0 || chunk.ckid == ckid;
      case MMIO_FINDRIFF:
        return chunk.ckid == FOURCC_RIFF && type_matches;
      case MMIO_FINDLIST:
        return chunk.ckid == FOURCC_LIST && type_matches;
      default:
        return true;
    }
  }
};

UINT descend(OpenFile& file, MMCKINFO& chunk, const MMCKINFO* parent, UINT how) {
  const Wanted wanted{how, chunk.ckid, chunk.fccType};
  const std::uint64_t end =
      parent == nullptr ? kNoEnd : std::uint64_t{parent->dwDataOffset} + parent->cksize;
  const SeekResult start = position_of(file);
  if (start.error != MMSYSERR_NOERROR) return start.error;
  std::uint64_t position = start.position;
  for (;;) {
    UINT error = read_header(file, position, end, chunk);
    if (error != MMSYSERR_NOERROR) return error;
    if (wanted.matches(chunk)) return MMSYSERR_NOERROR;
    position = chunk.dwDataOffset + padded(chunk.cksize);
    if (position + kHeaderSize > end || position > kMaxOffset) return MMIOERR_CHUNKNOTFOUND;
    // A memory file has no positions behind its end.
    error = seek_to(file, position);
    if (error != MMSYSERR_NOERROR) return file.memory ? UINT{MMIOERR_CHUNKNOTFOUND} : error;
  }
}

// The end of a chunk that was created or changed: the pad byte, and the size if it is not the one
// in the file.
UINT finish(OpenFile& file, MMCKINFO& chunk) {
  const SeekResult end = position_of(file);
  if (end.error != MMSYSERR_NOERROR) return end.error;
  if (chunk.dwDataOffset < kHeaderSize || end.position < chunk.dwDataOffset) {
    return MMIOERR_CANNOTSEEK;
  }
  const std::uint32_t size = end.position - chunk.dwDataOffset;
  const char pad = 0;
  if ((size & 1) != 0) {
    const UINT error = write_all(file, &pad, 1);
    if (error != MMSYSERR_NOERROR) return error;
  }
  if (size != chunk.cksize) {
    std::array<char, 4> bytes{};
    store(bytes.data(), size);
    UINT error = seek_to(file, chunk.dwDataOffset - std::uint64_t{bytes.size()});
    if (error == MMSYSERR_NOERROR) error = write_all(file, bytes.data(), bytes.size());
    if (error == MMSYSERR_NOERROR) error = seek_to(file, chunk.dwDataOffset + padded(size));
    if (error != MMSYSERR_NOERROR) return error;
    chunk.cksize = size;
  }
  chunk.dwFlags &= ~DWORD{MMIO_DIRTY};
  return MMSYSERR_NOERROR;
}

UINT create_chunk(OpenFile& file, MMCKINFO& chunk, UINT kind) {
  const SeekResult start = position_of(file);
  if (start.error != MMSYSERR_NOERROR) return MMIOERR_CANNOTSEEK;
  if (kind == MMIO_CREATERIFF) chunk.ckid = FOURCC_RIFF;
  if (kind == MMIO_CREATELIST) chunk.ckid = FOURCC_LIST;
  std::array<char, kHeaderSize + kTypeSize> header{};
  store(header.data(), chunk.ckid);
  store(header.data() + 4, chunk.cksize);
  store(header.data() + 8, chunk.fccType);
  const std::uint32_t size = kind == 0 ? kHeaderSize : kHeaderSize + kTypeSize;
  if (const UINT error = write_all(file, header.data(), size); error != MMSYSERR_NOERROR) {
    // Best effort: the write's error is the one to tell.
    static_cast<void>(seek_to(file, start.position));
    return error;
  }
  chunk.dwDataOffset = start.position + kHeaderSize;
  chunk.dwFlags = MMIO_DIRTY;
  return MMSYSERR_NOERROR;
}

bool is_one_of(UINT flags, UINT first, UINT second, UINT third) {
  return flags == 0 || flags == first || flags == second || flags == third;
}

}  // namespace
}  // namespace ringproc::mmio

MMRESULT mmioDescend(HMMIO hmmio, LPMMCKINFO pmmcki, const MMCKINFO* pmmckiParent, UINT fuDescend) {
  const ringproc::mmio::Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  if (pmmcki == nullptr) return MMSYSERR_INVALPARAM;
  if (!ringproc::mmio::is_one_of(fuDescend, MMIO_FINDCHUNK, MMIO_FINDRIFF, MMIO_FINDLIST)) {
    return MMSYSERR_INVALFLAG;
  }
  return ringproc::mmio::descend(pin.file(), *pmmcki, pmmckiParent, fuDescend);
}

MMRESULT mmioAscend(HMMIO hmmio, LPMMCKINFO pmmcki, UINT /*fuAscend*/) {
  const ringproc::mmio::Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  if (pmmcki == nullptr) return MMSYSERR_INVALPARAM;
  if ((pmmcki->dwFlags & MMIO_DIRTY) != 0) return ringproc::mmio::finish(pin.file(), *pmmcki);
  const std::uint64_t end = pmmcki->dwDataOffset + ringproc::mmio::padded(pmmcki->cksize);
  return ringproc::mmio::seek_to(pin.file(), end);
}

MMRESULT mmioCreateChunk(HMMIO hmmio, LPMMCKINFO pmmcki, UINT fuCreate) {
  const ringproc::mmio::Pin pin(hmmio);
  if (!pin) return MMSYSERR_INVALHANDLE;
  if (pmmcki == nullptr) return MMSYSERR_INVALPARAM;
  if (!ringproc::mmio::is_one_of(fuCreate, 0, MMIO_CREATERIFF, MMIO_CREATELIST)) {
    return MMSYSERR_INVALFLAG;
  }
  return ringproc::mmio::create_chunk(pin.file(), *pmmcki, fuCreate);
}
