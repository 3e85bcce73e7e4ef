// libFuzzer: hostile regions into recovery. Whatever a region file holds, it is refused, or
// replayed within bounds to the end; never a crash, a wild access or an endless loop.
//
// An input is either a whole header, or (far more fruitful) a list of words to be changed in a good
// one: see make_header().
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "drain/replay.hpp"
#include "recover/identity.hpp"
#include "recover/image.hpp"
#include "region/journal.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kRange = 128 * 1024;
constexpr std::uint64_t kPopulated = 64 * 1024;
constexpr std::uint64_t kMostBytes = 1 << 20;  // that a replay may write here
constexpr int kMostWrites = 2000;

// Looks at every byte, keeps none; full after a while, so that huge hostile rings end.
class Abyss final : public Backend {
 public:
  IoResult write_at(std::span<const std::span<const std::byte>> parts,
                    std::uint64_t offset) noexcept override {
    std::size_t bytes = 0;
    for (const auto& part : parts) {
      for (const std::byte byte : part) sum_ += static_cast<unsigned>(byte);
      bytes += part.size();
    }
    if (bytes == 0 || offset > kLargestOffset - bytes) std::abort();  // such a call is never made
    written_ += bytes;
    if (written_ > kMostBytes || ++calls_ > kMostWrites) return {0, full_disk()};
    return {bytes, {}};
  }
  IoResult read_at(std::span<std::byte> to, std::uint64_t) noexcept override {
    std::fill(to.begin(), to.end(), std::byte{});
    return {to.size(), {}};
  }
  std::error_code sync() noexcept override { return {}; }
  std::error_code sync_name() noexcept override { return {}; }
  std::error_code truncate(std::uint64_t) noexcept override { return {}; }
  FileState state(std::error_code& error) noexcept override {
    error = {};
    return {{3, 4}, 100, 5, 6, 7};
  }
  void set_path(std::string) override {}
  std::string path() const override { return {}; }
  std::string findable_path() const override { return {}; }
  std::error_code share(const OpenRequest&) noexcept override { return {}; }
  void abandon() noexcept override {}
  bool locks() const noexcept override { return true; }
  std::intptr_t native() const noexcept override { return -1; }
  void release(std::uint64_t) noexcept override {}
  std::error_code close() noexcept override { return {}; }

 private:
  std::uint64_t written_ = 0;
  int calls_ = 0;
  unsigned sum_ = 0;
};

class Fetching final : public ReplayObserver {
 public:
  Fetching(const RegionFile& file, Region& copy) : file_(file), copy_(copy) {}
  std::error_code before(const Batch& batch) noexcept override {
    begin_change(copy_.header(), batch.file_offset, batch.length, batch.position);
    return fetch(file_, copy_, batch) ? std::error_code{} : io_error();
  }
  void after(const Batch&) noexcept override {
    static_cast<void>(copy_.memory().give_back(kRingStart, copy_.memory().bytes().size()));
  }

 private:
  const RegionFile& file_;
  Region& copy_;
};

// Three runs, one of them empty, two patches, a begun change.
void fill_good(RegionHeader& h) {
  h.magic = kRegionMagic;
  h.version = kRegionVersion;
  h.header_bytes = sizeof h;
  h.ring_range = kRange;
  h.run_rows = kRunRows;
  h.patch_rows = kPatchRows;
  h.patch_bytes = kPatchBytes;
  h.accepted = 5000;
  h.written = 500;
  h.durable = 100;
  h.populated = kPopulated;
  h.runs_retired = 1;
  h.runs_pushed = 4;
  h.runs[1] = {400, 1000, 60'000};
  h.runs[2] = {2000, 50, kRange + 100};
  h.runs[3] = {2000, 70, kRange + 100};
  h.patches_pushed = 3;
  h.patches_retired = 1;
  h.patches[1] = {600, 10, 8000, 300};
  h.patches[2] = {5000, 20, 8300, 4};
  h.identity.device = 3;
  h.identity.inode = 4;
  std::memcpy(h.identity.paths[0].data(), "/f", 3);
  h.journal.begun = 8;
  h.journal.settled = 7;
  h.journal.file_offset = 1100;
  h.journal.length = 100;
}

void make_header(std::span<const std::uint8_t> input, RegionHeader& header) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(&header);
  if (input.size() > sizeof header / 2) {
    std::memcpy(bytes, input.data(), std::min(input.size(), sizeof header));
    return;
  }
  fill_good(header);
  // Each ten bytes: which word, and what it becomes.
  for (; input.size() >= 10; input = input.subspan(10)) {
    std::uint16_t word = 0;
    std::memcpy(&word, input.data(), sizeof word);
    std::memcpy(bytes + word % (sizeof header / 8) * 8, input.data() + 2, 8);
  }
}

void recover(const RegionFile& file) {
  Image image = load_image(file);
  if (image.state != ImageState::good) {
    if (image.problem.empty()) std::abort();
    return;
  }
  Region& copy = *image.region;
  static_cast<void>(pending_bytes(copy.header()));
  if (path_of(copy.header()).empty()) std::abort();
  static_cast<void>(other_path_of(copy.header()));
  Abyss target;
  std::error_code error;
  const FileState now = target.state(error);
  static_cast<void>(why_another_file(copy.header(), now));
  Batch first;
  if (claim(copy, first) && fetch(file, copy, first)) {
    static_cast<void>(why_changed(copy.header(), now, false, first, target));
  }
  Fetching fetching(file, copy);
  const bool ended = !replay(copy, target, &fetching);
  // All of it is written, or it stopped for a reason.
  if (ended && pending_bytes(copy.header()) != 0) std::abort();
}

}  // namespace
}  // namespace ringproc::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringproc::core;
  static RegionHeader header;
  std::memset(static_cast<void*>(&header), 0, sizeof header);
  make_header({data, size}, header);
  static const int fd = ::memfd_create("region", MFD_CLOEXEC);
  const std::uint64_t range = std::min<std::uint64_t>(header.ring_range, std::uint64_t{1} << 30);
  if (::ftruncate(fd, 0) != 0 || ::ftruncate(fd, static_cast<off_t>(kRingStart + range)) != 0 ||
      ::pwrite(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    std::abort();
  }
  // Memory for the ring, as far as a test can afford it: else every pending byte is refused.
  static_cast<void>(::posix_fallocate(
      fd, 0, static_cast<off_t>(kRingStart + std::min<std::uint64_t>(range, kRange))));
  recover(RegionFile(::dup(fd)));
  return 0;
}
