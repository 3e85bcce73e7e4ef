#include "mmio/open_file.hpp"

#include <algorithm>
#include <cstdlib>

namespace ringproc::mmio {

void DirtyRange::add(std::size_t from, std::size_t to) noexcept {
  if (from == to) return;
  begin = empty() ? from : std::min(begin, from);
  end = std::max(end, to);
}

void OpenFile::empty_buffer_at(std::uint32_t offset) noexcept {
  info.lBufOffset = static_cast<LONG>(offset);
  info.pchNext = info.pchBuffer;
  info.pchEndRead = info.pchBuffer;
  mark_clean();
}

void OpenFile::mark_dirty(std::size_t from, std::size_t to) noexcept {
  dirty.add(from, to);
  if (!dirty.empty()) info.dwFlags |= MMIO_DIRTY;
}

void OpenFile::mark_clean() noexcept {
  dirty = {};
  info.dwFlags &= ~DWORD{MMIO_DIRTY};
}

bool OpenFile::set_buffer(char* data, std::size_t size) noexcept {
  char* allocated = nullptr;
  if (data == nullptr && size != 0) {
    allocated = static_cast<char*>(std::calloc(size, 1));
    if (allocated == nullptr) return false;
  }
  free_buffer();
  if (allocated != nullptr) info.dwFlags |= MMIO_ALLOCBUF;
  info.cchBuffer = static_cast<LONG>(size);
  info.pchBuffer = allocated != nullptr ? allocated : data;
  info.pchNext = info.pchBuffer;
  info.pchEndRead = info.pchBuffer;
  info.pchEndWrite = size == 0 ? info.pchBuffer : info.pchBuffer + size;
  mark_clean();
  return true;
}

void OpenFile::free_buffer() noexcept {
  if ((info.dwFlags & MMIO_ALLOCBUF) != 0) std::free(info.pchBuffer);
  info.dwFlags &= ~DWORD{MMIO_ALLOCBUF};
  info.cchBuffer = 0;
  info.pchBuffer = info.pchNext = info.pchEndRead = info.pchEndWrite = nullptr;
}

}  // namespace ringproc::mmio
