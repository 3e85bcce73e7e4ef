// Memory of the process: reserving, populating, and how much of it there is.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <string_view>
#include <utility>

#include "os/os.hpp"
#include "probe/probe.hpp"

namespace ringproc::core::os {
namespace {

std::error_code last_error(int error) { return {error, std::system_category()}; }

constexpr std::size_t kHugePage = 2 * 1024 * 1024;
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1
#endif

// Where a mapping of that size may go, if it is worth its own large pages: nullptr elsewhere.
// Nothing else can come there before it, as it is reserved.
void* reserve_aligned(std::size_t bytes) noexcept {
  if (bytes < 2 * kHugePage) return nullptr;
  void* const all = mmap(nullptr, bytes + kHugePage, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(all);
  const std::size_t before = (kHugePage - begin % kHugePage) % kHugePage;
  std::byte* const at = static_cast<std::byte*>(all) + before;
  if (before > 0) munmap(all, before);
  const std::size_t page = page_size();
  const std::size_t end = (bytes + page - 1) / page * page;
  munmap(at + end, kHugePage - before);
  return at;
}

// Large pages where [from, to) has room for them and holds nothing yet. Two MiB cost a ninth of
// what small pages do, and a device takes them in fewer pieces: direct writing became 1.4 times as
// fast. Whatever is refused is left to small pages. Of a shared file one page is enough to begin
// with: whatever the system's setting for tmpfs is, collapsing then fills the rest.
void take_huge_pages(int file, std::byte* data, std::size_t from, std::size_t to) noexcept {
  static std::atomic<bool> unknown{false};  // to this kernel
  if (reinterpret_cast<std::uintptr_t>(data) % kHugePage != 0) return;
  std::size_t at = (from + kHugePage - 1) / kHugePage * kHugePage;
  if (file < 0 && at + kHugePage <= to) {
    static_cast<void>(madvise(data + at, (to - at) / kHugePage * kHugePage, MADV_HUGEPAGE));
    return;
  }
  for (; at + kHugePage <= to && !unknown.load(); at += kHugePage) {
    if (::fallocate(file, 0, static_cast<off_t>(at), static_cast<off_t>(page_size())) != 0) return;
    if (madvise(data + at, kHugePage, MADV_COLLAPSE) == 0) continue;
    if (errno == EINVAL) unknown.store(true);
    return;
  }
}

// A small file of the kernel's, in a buffer of the caller's.
std::string_view read_text(const char* path, std::span<char> into) noexcept {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::size_t size = 0;
  for (ssize_t n = 1; n > 0 && size < into.size(); size += static_cast<std::size_t>(n)) {
    n = ::read(file, into.data() + size, into.size() - size);
    if (n < 0) break;
  }
  static_cast<void>(::close(file));  // read-only: has nothing to report
  return {into.data(), size};
}

// The number behind `key` at the start of a line; `otherwise` if there is none ("max" too).
std::uint64_t number_after(std::string_view text, std::string_view key,
                           std::uint64_t otherwise) noexcept {
  for (std::size_t line = 0; line < text.size();) {
    std::string_view rest = text.substr(line);
    if (rest.starts_with(key)) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t", key.size()), rest.size()));
      std::uint64_t number = 0;
      const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
      return read.ec == std::errc{} ? number : otherwise;
    }
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    line += end + 1;
  }
  return otherwise;
}

// One file of a control group: ROOT GROUP NAME joined in a fixed buffer.
std::string_view read_group(std::string_view root, std::string_view group, std::string_view name,
                            std::span<char> into) noexcept {
  std::array<char, 512> path{};
  if (root.size() + group.size() + name.size() >= path.size()) return {};
  std::size_t at = 0;
  for (const std::string_view part : {root, group, name}) at += part.copy(path.data() + at, 512);
  return read_text(path.data(), into);
}

struct GroupFiles {
  std::string_view line, root, limit, used, reclaimable;
};
constexpr GroupFiles kVersion2{"0::", "/sys/fs/cgroup", "/memory.max", "/memory.current",
                               "inactive_file"};
constexpr GroupFiles kVersion1{":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes",
                               "/memory.usage_in_bytes", "total_inactive_file"};

// What the control group still allows. Pages of the page cache that nobody uses count as free: a
// program that writes to a disk fills its group with them.
std::uint64_t available_in_group(const GroupFiles& files) noexcept {
  std::array<char, 2048> groups;
  std::array<char, 8192> text;
  const std::string_view all = read_text("/proc/self/cgroup", groups);
  const std::size_t found = all.find(files.line);
  if (found == std::string_view::npos) return UINT64_MAX;
  std::string_view group = all.substr(found + files.line.size());
  group = group.substr(0, group.find('\n'));
  if (group == "/") group = {};
  const std::uint64_t limit =
      number_after(read_group(files.root, group, files.limit, text), "", UINT64_MAX);
  if (limit >= UINT64_MAX / 4) return UINT64_MAX;  // how version 1 says that there is none
  const std::uint64_t used = number_after(read_group(files.root, group, files.used, text), "", 0);
  const std::uint64_t idle =
      number_after(read_group(files.root, group, "/memory.stat", text), files.reclaimable, 0);
  return limit - std::min(limit, used - std::min(used, idle));
}

}  // namespace

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      file_(std::exchange(other.file_, kNoHandle)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(file_, other.file_);
  return *this;
}

Memory::~Memory() {
  if (data_) munmap(data_, size_);
}

Memory Memory::reserve(std::size_t bytes, std::error_code& error) noexcept {
  return map(-1, bytes, error);
}

Memory Memory::share(NativeHandle file, std::size_t bytes, std::error_code& error) noexcept {
  return map(file, bytes, error);
}

Memory Memory::map(NativeHandle file, std::size_t bytes, std::error_code& error) noexcept {
  Memory memory;
  const int kind = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
  void* const there = reserve_aligned(bytes);
  void* const at = mmap(there, bytes, PROT_READ | PROT_WRITE, kind | (there ? MAP_FIXED : 0),
                        static_cast<int>(file), 0);
  if (at == MAP_FAILED) {
    error = last_error(errno);
    if (there) munmap(there, bytes);
    return memory;
  }
  error = {};
  memory.data_ = static_cast<std::byte*>(at);
  memory.size_ = bytes;
  memory.file_ = file;
  return memory;
}

std::error_code Memory::populate(std::size_t from, std::size_t to) noexcept {
  if (!probe::mutant(probe::Mutant::reserve_nothing_ahead)) {
    take_huge_pages(static_cast<int>(file_), data_, from, to);
  }
  if (auto error = reserve_pages(from, to)) return error;
  if (madvise(data_ + from, to - from, MADV_POPULATE_WRITE) == 0) return {};
  // Reserved pages are there, mapped or not. Kernels before 5.14 do not know the call.
  return file_ >= 0 || errno == EINVAL ? std::error_code{} : last_error(errno);
}

void Memory::map_pages(std::size_t from, std::size_t to) noexcept {
  static_cast<void>(madvise(data_ + from, to - from, MADV_POPULATE_WRITE));
}

std::error_code Memory::reserve_pages(std::size_t from, std::size_t to) noexcept {
  // Small enough that a signal, which makes the kernel undo a piece, does not undo it all.
  constexpr std::size_t kPiece = 16 * 1024 * 1024;
  const bool reserve = !probe::mutant(probe::Mutant::reserve_nothing_ahead);
  for (std::size_t at = from; file_ >= 0 && reserve && at < to;) {
    const std::size_t n = std::min(kPiece, to - at);
    if (::fallocate(static_cast<int>(file_), 0, static_cast<off_t>(at), static_cast<off_t>(n)) ==
        0) {
      at += n;
    } else if (errno != EINTR) {
      return last_error(errno);
    }
  }
  return {};
}

bool Memory::give_back(std::size_t from, std::size_t to) noexcept {
  if (file_ < 0) return madvise(data_ + from, to - from, MADV_DONTNEED) == 0;
  int result = 0;
  do {
    result = ::fallocate(static_cast<int>(file_), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                         static_cast<off_t>(from), static_cast<off_t>(to - from));
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t huge_page_size() noexcept { return kHugePage; }

std::uint64_t available_memory() noexcept {
  std::array<char, 4096> text;
  const std::uint64_t kib =
      number_after(read_text("/proc/meminfo", text), "MemAvailable:", UINT64_MAX);
  const std::uint64_t machine = kib == UINT64_MAX ? kib : kib * 1024;
  return std::min({machine, available_in_group(kVersion2), available_in_group(kVersion1)});
}

}  // namespace ringproc::core::os
