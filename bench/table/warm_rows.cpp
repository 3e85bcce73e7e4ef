// What a long capture at full speed does to the page cache of others: a file that was warm before
// it, page by page (mincore) after it; ours against the built-in 'DOS ' procedure. In files of just
// under 4 GiB, where the mmio functions end.
#include <sys/mman.h>
#include <sys/stat.h>

#include <filesystem>

#include "bench/table/group.hpp"
#include "bench/table/mmio_file.hpp"
#include "bench/table/plain_file.hpp"

namespace bench {
namespace {

class Mapped {
 public:
  Mapped(const PlainFile& file, std::size_t bytes)
      : bytes_(bytes), at_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.fd(), 0)) {
    if (at_ == MAP_FAILED) throw std::runtime_error("mmap failed");
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { ::munmap(at_, bytes_); }

  [[nodiscard]] double cached_percent() const {
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages((bytes_ + page - 1) / page);
    if (::mincore(at_, bytes_, pages.data()) != 0) throw std::runtime_error("mincore failed");
    std::size_t cached = 0;
    for (const unsigned char one : pages) cached += one & 1u;
    return 100.0 * static_cast<double>(cached) / static_cast<double>(pages.size());
  }

 private:
  std::size_t bytes_;
  void* at_;
};

// Read twice, so that the kernel takes it for one that is used.
void warm_up(const PlainFile& file, std::size_t bytes) {
  std::vector<std::byte> to(kMiB);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at < bytes; at += to.size()) {
      if (::pread(file.fd(), to.data(), to.size(), static_cast<off_t>(at)) <= 0) {
        throw std::runtime_error("reading failed");
      }
    }
  }
}

void capture(const Context& context, By by, int files, std::size_t bytes_each) {
  static const std::vector<std::byte> data(kMiB, std::byte{0x5a});
  for (int i = 0; i < files; ++i) {
    MmioFile file(context.path("capture-" + std::to_string(i) + ".dat"), by);
    for (std::size_t done = 0; done < bytes_each; done += data.size()) file.write(data);
    file.close();
  }
}

void remove_captures(const Context& context, int files) {
  for (int i = 0; i < files; ++i) {
    std::filesystem::remove(context.path("capture-" + std::to_string(i) + ".dat"));
  }
}

Results measure(const Context& context) {
  const std::size_t warm = context.pick(2 * kGiB, 64 * kMiB);
  const std::size_t each = context.pick(4 * kGiB, 64 * kMiB) - kMiB;
  constexpr int kFiles = 5;
  context.say("warming up");
  prepare_file(context.path("warm.dat"), warm);
  const PlainFile file(context.path("warm.dat"), O_RDONLY);
  nlohmann::json before = nlohmann::json::array();
  const auto arm = [&](By by) {
    warm_up(file, warm);
    {
      const Mapped mapped(file, warm);
      before.push_back(mapped.cached_percent());
    }
    capture(context, by, kFiles, each);
    // Mapped anew: pages that a process has mapped are kept longer.
    const double kept = Mapped(file, warm).cached_percent();
    remove_captures(context, kFiles);
    return kept;
  };
  Measured measured;
  measured.turns = alternate(
      context, 1, [&] { return arm(By::ring); }, [&] { return arm(By::dos); });
  measured.raw = {
      {"warm_bytes", warm}, {"capture_bytes", kFiles * each}, {"cached_percent_before", before}};
  return {{"warm_pages", measured}};
}

}  // namespace

std::vector<Group> warm_groups() {
  return {
      {"warm_pages",
       {{"warm_pages", "a warm 2 GiB file during a 20 GiB capture: cached pages kept",
         "the same with the built-in 'DOS '", ">= 99 %", "%", Judged::ours, Bound::at_least, 99}},
       22 * kGiB,
       512 * kMiB,
       measure}};
}

}  // namespace bench
