// An I/O procedure that records what it is sent, and fails when it is told to. It keeps no bytes.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ringproc/mmio.h"

namespace ringproc::tool {

struct SpiedMessage {
  UINT message = 0;
  LPARAM lparam1 = 0;
  LPARAM lparam2 = 0;
};

struct Spy {
  std::vector<SpiedMessage> messages{};
  std::string name{};           // the bytes of OPEN's name
  LRESULT write_result = kAll;  // what WRITE answers; kAll: its count
  LRESULT close_result = 0;
  std::uint64_t size = 0;
  std::uint64_t position = 0;

  static constexpr LRESULT kAll = -2;
};

// What the procedure below records. Set back to Spy{} for each question.
[[nodiscard]] Spy& spy();

LRESULT CALLBACK spy_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1, LPARAM lparam2);

// "OPEN SEEK(0,END) WRITE(100)"; "nothing".
[[nodiscard]] std::string text_of(const std::vector<SpiedMessage>& messages);
[[nodiscard]] bool contains(const std::vector<SpiedMessage>& messages, UINT message);

// Installed under a code while it lives. wide: by the W function.
class Installation {
 public:
  Installation(FOURCC code, bool wide);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  const FOURCC code_;
  bool done_ = false;
};

// A handle on the spy, closed at the end.
class SpiedHandle {
 public:
  // buffer: bytes, 0: unbuffered.
  SpiedHandle(FOURCC code, LONG buffer);
  ~SpiedHandle();
  SpiedHandle(const SpiedHandle&) = delete;
  SpiedHandle& operator=(const SpiedHandle&) = delete;
  [[nodiscard]] HMMIO get() const noexcept { return handle_; }
  MMRESULT close();

 private:
  HMMIO handle_ = nullptr;
};

}  // namespace ringproc::tool
