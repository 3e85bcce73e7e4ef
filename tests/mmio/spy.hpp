// An I/O procedure that keeps an in-memory file and writes down every message it gets. One test
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ringproc/mmio.h"

namespace ringproc::test {

struct Message {
  UINT message = 0;
  std::int64_t first = 0;   // an offset or flags; 0 where it is a pointer
  std::int64_t second = 0;  // a count or origin

  bool operator==(const Message&) const = default;
};

inline Message opened() { return {MMIOM_OPEN, 0, 0}; }
inline Message closed(UINT flags = 0) { return {MMIOM_CLOSE, flags, 0}; }
inline Message wrote(std::int64_t count) { return {MMIOM_WRITE, 0, count}; }
inline Message flushed(std::int64_t count) { return {MMIOM_WRITEFLUSH, 0, count}; }
inline Message asked_for(std::int64_t count) { return {MMIOM_READ, 0, count}; }
inline Message sought(std::int64_t offset, int origin = SEEK_SET) {
  return {MMIOM_SEEK, offset, origin};
}

std::ostream& operator<<(std::ostream& out, const Message& message);

// The newest Spy is the one its procedure serves.
class Spy {
 public:
  Spy() : outer_(current) { current = this; }
  ~Spy() { current = outer_; }
  Spy(const Spy&) = delete;
  Spy& operator=(const Spy&) = delete;

  static LRESULT CALLBACK procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1, LPARAM lparam2);

  // An info that selects the spy by pIOProc, with an allocated buffer of that size (0: unbuffered).
  static MMIOINFO info(LONG buffer = 0) {
    MMIOINFO result{};
    result.pIOProc = procedure;
    result.cchBuffer = buffer;
    return result;
  }
  // Opens the spy's file; what OPEN does is not kept in `messages`.
  HMMIO open(LONG buffer = 0, DWORD flags = MMIO_READWRITE);

  std::vector<Message> messages;
  std::string content;
  MMIOINFO seen_at_open{};
  std::string name_at_open;
  // Asked before the spy acts; an answer is returned in its place.
  std::function<std::optional<LRESULT>(const Message&, MMIOINFO&)> instead;

 private:
  LRESULT answer(MMIOINFO& info, UINT message, LPARAM lparam1, LPARAM lparam2);
  LRESULT read(MMIOINFO& info, char* data, std::size_t count);
  LRESULT write(MMIOINFO& info, const char* data, std::size_t count);
  LRESULT seek(MMIOINFO& info, std::int64_t offset, int origin);

  std::uint64_t position_ = 0;
  Spy* outer_;
  static inline Spy* current = nullptr;
};

}  // namespace ringproc::test
