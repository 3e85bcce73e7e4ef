// powercut_bad_block DIRECTORY DEVICE SEED: in the guest, on a file system whose device-mapper
// device DEVICE is linear over /dev/ubda. Makes one block of a file bad and holds the procedure to
// what it promises then: the first flush of it fails, so does everything after it, `durable` stays,
// and a fresh open says that the file is suspect (if it was a sync that failed). Prints one line
// for the seed and one per broken promise.
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/random.hpp"
#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"
#include "powercut/job.hpp"
#include "powercut/procedure_file.hpp"

namespace {

constexpr std::uint32_t kBlock = 4096;
constexpr std::uint32_t kBlocks = 256;
constexpr std::uint64_t kSectors = kBlock / 512;

// Different for each block and seed.
std::vector<char> content_of(std::uint64_t seed, std::uint32_t block) {
  std::vector<char> bytes(kBlock);
  for (std::uint32_t at = 0; at < kBlock; at += sizeof seed) {
    const std::uint64_t word = model::mix(seed << 32 ^ block << 16 ^ at);
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  return bytes;
}

// The file, its blocks on the device, where they stay: writing to them allocates nothing.
void prepare(const std::string& path, std::uint64_t seed) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) powercut::give_up(path.c_str());
  // An error of the last seed's that nobody has asked for would be told below.
  static_cast<void>(::syscall(SYS_fsync, fd));
  int flags = 0;
  // For btrfs, where each write goes to a new place else. Others refuse.
  if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
    flags |= FS_NOCOW_FL;
    static_cast<void>(::ioctl(fd, FS_IOC_SETFLAGS, &flags));
  }
  for (std::uint32_t block = 0; block < kBlocks; ++block) {
    powercut::write_all(fd, content_of(seed, block).data(), kBlock, std::uint64_t{block} * kBlock);
  }
  // Past what is preloaded: the blocks must have their places.
  if (::syscall(SYS_fsync, fd) < 0) powercut::give_up("fsync");
  static_cast<void>(::close(fd));
}

// Where the file system says the block is. btrfs tells an address of its own, which is the device's
// in its first chunk only, where this file is: see below.
std::uint64_t sector_of(const std::string& path, std::uint32_t block) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::vector<std::uint64_t> room((sizeof(fiemap) + sizeof(fiemap_extent)) / 8 + 1);
  fiemap& map = *reinterpret_cast<fiemap*>(room.data());
  map.fm_start = std::uint64_t{block} * kBlock;
  map.fm_length = kBlock;
  map.fm_extent_count = 1;
  if (fd < 0 || ::ioctl(fd, FS_IOC_FIEMAP, &map) < 0 || map.fm_mapped_extents != 1) {
    powercut::give_up("FIEMAP");
  }
  static_cast<void>(::close(fd));
  const fiemap_extent& extent = *reinterpret_cast<fiemap_extent*>(&map + 1);
  return (extent.fe_physical + (std::uint64_t{block} * kBlock - extent.fe_logical)) / 512;
}

// Ends the program unless the block's content is there on the device.
void check_place(std::uint64_t sector, const std::vector<char>& content) {
  const int fd = ::open("/dev/ubda", O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (fd < 0) powercut::give_up("/dev/ubda");
  alignas(kBlock) static std::array<char, kBlock> there;
  powercut::read_exactly(fd, there.data(), there.size(), sector * 512);
  static_cast<void>(::close(fd));
  errno = ENXIO;
  if (!std::equal(content.begin(), content.end(), there.begin())) {
    powercut::give_up("the block is not where the file system says");
  }
}

void make_bad(const std::string& device, std::uint64_t sector) {
  const std::uint64_t all = powercut::sectors_of("/dev/ubda");
  const std::uint64_t after = sector + kSectors;
  const powercut::Target table[] = {
      {0, sector, "linear", "/dev/ubda 0"},
      {sector, kSectors, "error", ""},
      {after, all - after, "linear", "/dev/ubda " + std::to_string(after)}};
  powercut::replace_table(device, table, 3);
}

void mend(const std::string& device) {
  const powercut::Target table{0, powercut::sectors_of("/dev/ubda"), "linear", "/dev/ubda 0"};
  powercut::replace_table(device, &table, 1);
}

class Trial {
 public:
  Trial(std::string path, std::uint64_t seed)
      : path_(std::move(path)), seed_(seed), block_(kBlock, 'y') {
    if (const char* const text = std::getenv("RINGPROC_OPTIONS")) options_ = text;
  }

  std::vector<std::string> run(const std::string& device, std::uint32_t bad, std::uint32_t good) {
    if (file_.open(path_, MMIO_READWRITE) != 0) return {"cannot be opened"};
    const bool direct = options_.find("direct=on") != std::string::npos;
    const ringproc_stats before = file_.stats();
    expect(direct == ((before.capabilities & RINGPROC_CAN_DIRECT) != 0), "direct as asked for");
    expect(before.suspect == 0, "a file not suspect to begin with");
    expect(write_flush(good) == kBlock, "a flush of a good block returns its count");
    const std::uint64_t sector = sector_of(path_, bad);
    check_place(sector, content_of(seed_, bad));
    make_bad(device, sector);
    expect(write_flush(bad) == -1, "the first flush of the bad block returns -1");
    mend(device);  // the disk is well again: what was promised before it must still hold
    expect(write_flush(good) == -1, "a later flush of a good block returns -1");
    expect(write_flush(bad) == -1, "a later flush of that block returns -1");
    expect(file_.write_flush(nullptr, 0) == -1, "an empty flush returns -1");
    expect(file_.flush_message() == -1, "a flush message returns -1");
    expect(file_.write(block_.data(), kBlock) == -1, "a write returns -1");
    expect(file_.read(block_.data(), kBlock) == -1, "a read returns -1");
    look_at_failure(direct, bad);
    expect(file_.close() != MMSYSERR_NOERROR, "close fails");
    if (!direct) look_at_fresh_open();
    return std::move(broken_);
  }

 private:
  LRESULT write_flush(std::uint32_t block) {
    static_cast<void>(file_.seek(block * kBlock));
    return file_.write_flush(block_.data(), kBlock);
  }

  void look_at_failure(bool direct, std::uint32_t bad) {
    const ringproc_failure failure = file_.failure();
    expect(failure.code == -EIO, "the failure is EIO");
    expect(failure.operation == (direct ? RINGPROC_OP_WRITE : RINGPROC_OP_SYNC),
           "the failure names the operation");
    if (direct) {
      expect(failure.file_offset == std::uint64_t{bad} * kBlock, "the failure names the place");
    }
    expect(failure.durable == kBlock, "the failure tells what was durable");
    expect(file_.stats().durable == kBlock, "what is durable stays as it was");
  }

  void look_at_fresh_open() {
    powercut::ProcedureFile fresh;
    expect(fresh.open(path_, MMIO_READWRITE) == 0, "a fresh open works");
    expect(fresh.stats().suspect == 1, "a fresh open says that the file is suspect");
    static_cast<void>(fresh.close());
  }

  void expect(bool kept, const char* promise) {
    if (!kept) broken_.push_back(std::string("not kept: ") + promise);
  }

  std::string path_;
  const std::uint64_t seed_;
  std::string options_;
  std::vector<char> block_;
  powercut::ProcedureFile file_;
  std::vector<std::string> broken_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::uint64_t seed = std::strtoull(argv[3], nullptr, 10);
  model::Random random(model::mix(seed));
  const auto bad = static_cast<std::uint32_t>(random.below(kBlocks));
  const auto good = static_cast<std::uint32_t>((bad + 1 + random.below(kBlocks - 1)) % kBlocks);
  const std::string path = std::string(argv[1]) + "/file";
  prepare(path, seed);
  Trial trial(path, seed);
  powercut::report(seed, "bad=" + std::to_string(bad), trial.run(argv[2], bad, good));
  return 0;
}
