#include "mmio/buffered.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ringproc::mmio {
namespace {

LPARAM as_lparam(const char* data) { return reinterpret_cast<LPARAM>(data); }

// Offsets go to procedures as a sign-extended LONG, of which they take the low 32 bits.
bool seek_to(OpenFile& file, std::uint64_t offset) {
  const auto argument = static_cast<LONG>(static_cast<std::uint32_t>(offset));
  return file.send(MMIOM_SEEK, argument, SEEK_SET) != -1;
}

// Reading leaves the procedure where reading goes on; only a procedure that is elsewhere is sent a
// SEEK.
bool seek_to_read(OpenFile& file) {
  return file.info.lDiskOffset == file.info.lBufOffset || seek_to(file, file.begin());
}

// Copies into the window at the position. Requires: it fits.
void put(OpenFile& file, const char* data, std::size_t count) {
  if (count == 0) return;
  const std::size_t from = file.next();
  std::memcpy(file.info.pchNext, data, count);
  file.info.pchNext += count;
  if (file.next() > file.end_read()) file.info.pchEndRead = file.info.pchNext;
  file.mark_dirty(from, from + count);
}

// Fills the window to its end and writes it out, or takes back what it put there.
bool top_up(OpenFile& file, const char* data, std::size_t count) {
  const DirtyRange dirty = file.dirty;
  put(file, data, count);
  if (buffered_empty(file, MMIOM_WRITE) == MMSYSERR_NOERROR) return true;
  file.info.pchNext -= count;
  file.info.pchEndRead = file.info.pchNext;
  file.mark_clean();
  file.mark_dirty(dirty.begin, dirty.end);
  return false;
}

// Hands bytes past the buffer. Requires: an empty window. Returns: how many the procedure took.
std::size_t write_through(OpenFile& file, const char* data, std::size_t count) {
  if (!seek_to(file, file.begin())) return 0;
  const LRESULT result = file.send(MMIOM_WRITE, as_lparam(data), static_cast<LPARAM>(count));
  const std::size_t taken =
      result < 0 || static_cast<std::size_t>(result) > count ? 0 : static_cast<std::size_t>(result);
  file.empty_buffer_at(file.begin() + static_cast<std::uint32_t>(taken));
  return taken;
}

// One READ. Requires: an empty window. Returns: bytes, or -1.
LRESULT read_once(OpenFile& file, char* data, std::size_t count) {
  if (!seek_to_read(file)) return -1;
  const LRESULT result = file.send(MMIOM_READ, as_lparam(data), static_cast<LPARAM>(count));
  return result < 0 || static_cast<std::size_t>(result) > count ? -1 : result;
}

// What the window holds at the position, at most count bytes.
std::size_t take(OpenFile& file, char* data, std::size_t count) {
  const std::size_t taken = std::min(count, file.end_read() - file.next());
  if (taken == 0) return 0;
  std::memcpy(data, file.info.pchNext, taken);
  file.info.pchNext += taken;
  return taken;
}

// Large pieces go past the buffer, the last one through it. Requires: an empty window. Returns: as
// read_once().
LRESULT read_on(OpenFile& file, char* data, std::size_t count) {
  if (count >= file.capacity()) {
    const LRESULT result = read_once(file, data, count);
    if (result > 0) file.empty_buffer_at(file.begin() + static_cast<std::uint32_t>(result));
    return result;
  }
  if (buffered_fill(file) != MMSYSERR_NOERROR) return -1;
  return static_cast<LRESULT>(take(file, data, count));
}

}  // namespace

UINT buffered_flush(OpenFile& file, UINT message) {
  const DirtyRange dirty = file.dirty;
  if (dirty.empty() && message != MMIOM_WRITEFLUSH) return MMSYSERR_NOERROR;
  if (!dirty.empty() && !seek_to(file, file.begin() + std::uint64_t{dirty.begin})) {
    return MMIOERR_CANNOTWRITE;
  }
  const LPARAM data = as_lparam(file.info.pchBuffer + dirty.begin);
  const auto count = static_cast<LPARAM>(dirty.end - dirty.begin);
  LRESULT result = file.send(message, data, count);
  // A procedure that does not know WRITEFLUSH answers 0, as to any unknown message.
  if (message == MMIOM_WRITEFLUSH && count != 0 && result == 0) {
    result = file.send(MMIOM_WRITE, data, count);
  }
  if (result < 0 || (count != 0 && result != count)) return MMIOERR_CANNOTWRITE;
  file.mark_clean();
  return MMSYSERR_NOERROR;
}

UINT buffered_empty(OpenFile& file, UINT message) {
  const UINT error = buffered_flush(file, message);
  if (error == MMSYSERR_NOERROR) {
    file.empty_buffer_at(static_cast<std::uint32_t>(file.position()));
  }
  return error;
}

UINT buffered_fill(OpenFile& file) {
  const LRESULT result = read_once(file, file.info.pchBuffer, file.capacity());
  if (result < 0) return MMIOERR_CANNOTREAD;
  file.info.pchEndRead = file.info.pchBuffer + result;
  return MMSYSERR_NOERROR;
}

LONG buffered_read(OpenFile& file, char* data, LONG count) {
  const auto wanted = static_cast<std::size_t>(count);
  std::size_t done = take(file, data, wanted);
  while (done < wanted) {
    LRESULT result = -1;
    if (buffered_empty(file, MMIOM_WRITE) == MMSYSERR_NOERROR) {
      result = read_on(file, data + done, wanted - done);
    }
    if (result < 0 && done == 0) return -1;
    if (result <= 0) break;  // an error behind delivered bytes shows at the next call
    done += static_cast<std::size_t>(result);
  }
  return static_cast<LONG>(done);
}

LONG buffered_write(OpenFile& file, const char* data, LONG count) {
  const auto wanted = static_cast<std::size_t>(count);
  if (!file.writable() || file.position() + wanted > kMaxOffset) return -1;
  if (wanted <= file.capacity() - file.next()) {
    put(file, data, wanted);
    return count;
  }
  // What would be overwritten inside the window could not be restored if the flush failed: flush
  // first.
  if (file.next() < file.end_read() && buffered_empty(file, MMIOM_WRITE) != MMSYSERR_NOERROR) {
    return -1;
  }
  std::size_t done = file.next() == 0 ? 0 : file.capacity() - file.next();
  if (file.next() != 0 && !top_up(file, data, done)) return -1;

  const std::size_t rest = wanted - done;
  if (const std::size_t large = rest - rest % file.capacity(); large != 0) {
    const std::size_t taken = write_through(file, data + done, large);
    done += taken;
    if (taken != large) return done == 0 ? -1 : static_cast<LONG>(done);
  }
  put(file, data + done, wanted - done);
  return count;
}

SeekResult buffered_seek(OpenFile& file, LONG offset, int origin) {
  std::int64_t target = -1;
  if (origin == SEEK_SET) target = static_cast<std::uint32_t>(offset);
  if (origin == SEEK_CUR) target = static_cast<std::int64_t>(file.position()) + offset;
  if (origin == SEEK_END) {
    // Only the procedure knows the end, once it has everything.
    if (buffered_flush(file, MMIOM_WRITE) != MMSYSERR_NOERROR) return {MMIOERR_CANNOTWRITE};
    const LRESULT result = file.send(MMIOM_SEEK, offset, SEEK_END);
    if (result != -1 && result <= LRESULT{kMaxOffset}) target = static_cast<std::uint32_t>(result);
  }
  if (target < 0 || target > std::int64_t{kMaxOffset}) return {MMIOERR_CANNOTSEEK};

  const auto position = static_cast<std::uint32_t>(target);
  const std::int64_t inside = target - file.begin();
  if (inside >= 0 && inside <= static_cast<std::int64_t>(file.end_read())) {
    file.info.pchNext = file.info.pchBuffer + inside;
    return {MMSYSERR_NOERROR, position};
  }
  if (buffered_flush(file, MMIOM_WRITE) != MMSYSERR_NOERROR) return {MMIOERR_CANNOTWRITE};
  if (origin != SEEK_END && !seek_to(file, position)) return {MMIOERR_CANNOTSEEK};
  file.empty_buffer_at(position);
  return {MMSYSERR_NOERROR, position};
}

}  // namespace ringproc::mmio
