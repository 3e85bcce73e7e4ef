// A file behind the plain system calls, nothing added: the floor. One file per system implements it
// (raw_file_posix.cpp, raw_file_win32.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>

#include "os.hpp"

namespace ringproc::tool::measure {

class RawFile {
 public:
  RawFile() = default;
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&& other) noexcept;
  ~RawFile();

  // Effect: creates the file, which must not be there, or opens the one that is. direct: past the
  // page cache. Blocks: on the OS.
  [[nodiscard]] static RawFile open(const std::string& path, bool create, bool direct,
                                    std::error_code& error);

  // Effect: all of it is written at the offset. Threads: any. Blocks: on the OS.
  [[nodiscard]] std::error_code write_at(std::span<const std::byte> data,
                                         std::uint64_t offset) noexcept;
  // Effect: data and size are on stable storage, as far as the system knows. Blocks: on the disk.
  [[nodiscard]] std::error_code sync() noexcept;
  [[nodiscard]] std::error_code close() noexcept;

 private:
  os::Waitable file_ = os::kNothing;
};

}  // namespace ringproc::tool::measure
