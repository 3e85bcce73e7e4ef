// A file opened by the system's own call, to be adopted by mmioOpen. Never closes by itself.
#pragma once

#include <cstdint>
#include <string>

namespace ringproc::test {

class OsFile {
 public:
  // For reading and writing; the file exists.
  explicit OsFile(const std::string& path);

  // The handle as MMIOINFO.adwInfo[0] carries it.
  [[nodiscard]] std::uint32_t number() const;
  void seek(std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t position() const;
  [[nodiscard]] bool is_open() const;
  void close();

 private:
  std::intptr_t handle_;
};

}  // namespace ringproc::test
