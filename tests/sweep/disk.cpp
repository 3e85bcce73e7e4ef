#include "sweep/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <span>
#include <utility>

namespace sweep {
namespace {

namespace fs = std::filesystem;

bool is_write(int number) { return number == SYS_pwrite64 || number == SYS_pwritev; }
bool is_sync(int number) { return number == SYS_fsync || number == SYS_fdatasync; }

std::span<std::byte> bytes_of(std::string& text) {
  return std::as_writable_bytes(std::span(text.data(), text.size()));
}

std::uint64_t inode_at(const std::string& path) {
  struct stat now {};
  return ::stat(path.c_str(), &now) == 0 ? now.st_ino : 0;
}

// What the program hands over; shorter if its memory cannot be read.
std::string data_of(const Supervised& program, const Call& call, std::uint64_t most) {
  std::vector<iovec> parts(1);
  if (call.number == SYS_pwritev) {
    parts.resize(std::min<std::uint64_t>(call.args[2], IOV_MAX));
    if (!program.read(call.args[1], std::as_writable_bytes(std::span(parts)))) return {};
  } else {
    parts[0] = {reinterpret_cast<void*>(call.args[1]), call.args[2]};
  }
  std::string all;
  for (const iovec& part : parts) {
    const std::uint64_t size = std::min<std::uint64_t>(part.iov_len, most - all.size());
    std::string piece(size, '\0');
    if (!program.read(reinterpret_cast<std::uint64_t>(part.iov_base), bytes_of(piece))) break;
    all += piece;
  }
  return all;
}

}  // namespace

const std::vector<int>& Disk::calls() {
  static const std::vector<int> all{SYS_pwrite64, SYS_pwritev, SYS_fsync, SYS_fdatasync,
                                    SYS_ftruncate};
  return all;
}

bool Disk::is_for_it(const Supervised& program, const Call& call) const {
  const auto& mine = calls();
  if (std::find(mine.begin(), mine.end(), call.number) == mine.end()) return false;
  const std::string name = program.name_of(call.descriptor());
  return name == directory_ || name.starts_with(directory_ + "/");
}

Answer Disk::act(const Supervised& program, const Call& call, std::uint64_t most) {
  if (is_write(call.number)) return write(program, call, most);
  if (call.number == SYS_ftruncate) return cut(program, call);
  begin_sync(program, call);
  return end_sync(program, call);
}

Answer Disk::write(const Supervised& program, const Call& call, std::uint64_t most) {
  ++writes_;
  Change change{call.args[3], data_of(program, call, most), false};
  const int file = program.open_again(call.descriptor(), O_WRONLY);
  if (file < 0) return Answer::error(EBADF);
  const ssize_t done =
      ::pwrite(file, change.data.data(), change.data.size(), static_cast<off_t>(change.offset));
  const int error = errno;
  ::close(file);
  if (done < 0) return Answer::error(error);
  change.data.resize(static_cast<std::size_t>(done));
  files_[inode_of(program, call.descriptor())].pending.push_back(std::move(change));
  return Answer::result(done);
}

Answer Disk::cut(const Supervised& program, const Call& call) {
  const int file = program.open_again(call.descriptor(), O_WRONLY);
  const bool done = file >= 0 && ::ftruncate(file, static_cast<off_t>(call.args[1])) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!done) return Answer::error(error);
  files_[inode_of(program, call.descriptor())].pending.push_back({call.args[1], {}, true});
  return Answer::result(0);
}

Answer Disk::fail(const Supervised& program, const Call& call, int error) {
  if (is_sync(call.number) && error != EINTR) {
    files_[inode_of(program, call.descriptor())].pending.clear();
  }
  return Answer::error(error);
}

void Disk::begin_sync(const Supervised& program, const Call& call) {
  ++syncs_;
  File& file = files_[inode_of(program, call.descriptor())];
  file.covered = file.pending.size();
}

Answer Disk::end_sync(const Supervised& program, const Call& call) {
  const std::string name = program.name_of(call.descriptor());
  if (fs::is_directory(name)) {
    sync_names(name);
  } else {
    File& file = files_[inode_of(program, call.descriptor())];
    apply(file, file.covered);
  }
  return Answer::result(0);
}

void Disk::apply(File& file, std::size_t changes) {
  for (std::size_t i = 0; i < changes; ++i) {
    const Change& change = file.pending[i];
    if (change.cut) {
      file.durable.resize(change.offset);
      continue;
    }
    const std::uint64_t end = change.offset + change.data.size();
    if (file.durable.size() < end) file.durable.resize(end);
    file.durable.replace(change.offset, change.data.size(), change.data);
  }
  file.pending.erase(file.pending.begin(),
                     file.pending.begin() + static_cast<std::ptrdiff_t>(changes));
}

void Disk::sync_names(const std::string& directory) {
  std::erase_if(durable_, [&](const auto& one) {
    return fs::path(one.first).parent_path() == fs::path(directory);
  });
  for (const auto& entry : fs::directory_iterator(directory)) {
    durable_[entry.path()] = inode_at(entry.path());
  }
}

bool Disk::keeps_name(const std::string& path) const {
  const auto name = durable_.find(path);
  return name != durable_.end() && name->second == inode_at(path);
}

std::string Disk::kept_bytes(const std::string& path) const {
  const auto file = files_.find(inode_at(path));
  return file == files_.end() ? std::string() : file->second.durable;
}

std::uint64_t Disk::inode_of(const Supervised& program, int descriptor) {
  return inode_at("/proc/" + std::to_string(program.pid()) + "/fd/" + std::to_string(descriptor));
}

}  // namespace sweep
