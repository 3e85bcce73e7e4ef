// A descriptor, for the peers that make plain system calls. Errors are exceptions.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

class PlainFile {
 public:
  explicit PlainFile(const std::string& path, int flags = O_RDWR | O_CREAT | O_TRUNC)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + path);
  }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() { ::close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool try_write_at(std::span<const std::byte> data, off_t offset) const noexcept {
    return ::pwrite(fd_, data.data(), data.size(), offset) == static_cast<ssize_t>(data.size());
  }
  void write_at(std::span<const std::byte> data, off_t offset) const {
    if (!try_write_at(data, offset)) throw std::runtime_error("pwrite failed");
  }
  void sync() const {
    if (::fsync(fd_) != 0) throw std::runtime_error("fsync failed");
  }

 private:
  int fd_;
};

// Writes a file of that size, and syncs it.
inline void prepare_file(const std::string& path, std::size_t bytes) {
  const std::vector<std::byte> data(std::size_t{1} << 20, std::byte{0x33});
  const PlainFile file(path);
  for (std::size_t at = 0; at < bytes; at += data.size()) {
    file.write_at(data, static_cast<off_t>(at));
  }
  file.sync();
}

}  // namespace bench
