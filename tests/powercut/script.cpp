#include "powercut/script.hpp"

#include <algorithm>

#include "model/random.hpp"

namespace powercut {
namespace {

constexpr std::size_t kOps = 64;
constexpr unsigned kFiles = 4;
constexpr std::uint32_t kLargestFile = 1'500'000;  // the file systems are small
constexpr std::uint32_t kLargestGap = 40'000;

class Maker {
 public:
  Maker(std::uint64_t seed, Style style) : style_(style), random_(model::mix(seed)) {}

  std::vector<Op> make() {
    open_next();
    while (ops_.size() < kOps) {
      style_ == Style::flush ? flush_step() : close_step();
    }
    return std::move(ops_);
  }

 private:
  struct File {
    std::uint32_t end = 0;
    std::uint32_t at = 0;
    bool closed = false;
  };

  void flush_step() {
    const auto dice = random_.below(100);
    const auto file = static_cast<unsigned>(random_.below(files_.size()));
    if (dice < 50) return write(Kind::write, file);
    if (dice < 74) return write(Kind::write_flush, file);
    if (dice < 82) return ops_.push_back({Kind::flush, file});
    if (dice < 88) return ops_.push_back({Kind::message, file});
    if (dice < 94) return ops_.push_back({Kind::rename, file});
    if (files_.size() < kFiles) open_next();
  }

  void close_step() {
    const auto file = static_cast<unsigned>(files_.size() - 1);
    const auto dice = random_.below(100);
    if (dice < 60) return write(Kind::write, file);
    if (dice < 75) return write(Kind::write_flush, file);
    if (dice < 82) return ops_.push_back({Kind::rename, file});
    if (files_[file].end == 0) return;
    ops_.push_back({Kind::close, file});
    open_next();
  }

  void open_next() {
    ops_.push_back({Kind::open, static_cast<unsigned>(files_.size())});
    files_.emplace_back();
  }

  // Appends mostly; patches what is there; leaves a gap of zeros sometimes.
  void write(Kind kind, unsigned index) {
    File& file = files_[index];
    const std::uint32_t size = draw_size();
    const auto dice = random_.below(10);
    if ((dice < 3 && file.end > 0) || file.end + kLargestGap + size > kLargestFile) {
      file.at = static_cast<std::uint32_t>(random_.below(std::max(file.end, size) - size / 2 + 1));
      file.at = std::min(file.at, kLargestFile - size);
    } else {
      file.at = file.end;
      if (dice == 3) file.at += static_cast<std::uint32_t>(random_.below(kLargestGap));
    }
    ops_.push_back({kind, index, file.at, size});
    file.at += size;
    file.end = std::max(file.end, file.at);
  }

  // Sizes of all kinds: headers, whole blocks, pieces that go past the page cache.
  std::uint32_t draw_size() {
    const auto dice = random_.below(10);
    if (dice < 3) return static_cast<std::uint32_t>(1 + random_.below(600));
    if (dice < 5) return 4096 * static_cast<std::uint32_t>(1 + random_.below(8));
    if (dice < 7) return static_cast<std::uint32_t>(1 + random_.below(60'000));
    if (dice < 9) return 65536 * static_cast<std::uint32_t>(1 + random_.below(3));
    return static_cast<std::uint32_t>(65536 + random_.below(200'000));
  }

  const Style style_;
  model::Random random_;
  std::vector<File> files_;
  std::vector<Op> ops_;
};

}  // namespace

std::vector<Op> make_script(std::uint64_t seed, Style style) { return Maker(seed, style).make(); }

std::string name_of(std::uint64_t seed, unsigned file, unsigned renames) {
  return std::string(kDirectories[renames / 2 % 2]) + "/" + std::to_string(seed) + "-" +
         std::to_string(file) + "-" + std::to_string(renames);
}

std::uint8_t byte_of(std::uint64_t seed, unsigned file, std::size_t op, std::uint32_t offset) {
  const std::uint64_t word =
      model::mix(seed << 40 ^ std::uint64_t{file} << 36 ^ std::uint64_t{op} << 24 ^ offset / 8);
  const auto byte = static_cast<std::uint8_t>(word >> (offset % 8 * 8));
  return byte != 0 ? byte : std::uint8_t{0xa5};
}

}  // namespace powercut
