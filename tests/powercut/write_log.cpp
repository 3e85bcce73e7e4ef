#include "powercut/write_log.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "powercut/guest_calls.hpp"

namespace powercut {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kMagic = 0x6a736677736872;

struct Superblock {
  std::uint64_t magic;
  std::uint64_t version;
  std::uint64_t entries;
  std::uint32_t sector_bytes;
};

struct Header {
  std::uint64_t sector;
  std::uint64_t sectors;
  std::uint64_t flags;
  std::uint64_t data_bytes;  // of a mark: its text stands in the header's own sector
};

}  // namespace

WriteLog::WriteLog(const std::string& device) {
  fd_ = ::open(device.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) give_up(device.c_str());
  Superblock super{};
  read_exactly(fd_, &super, sizeof super, 0);
  errno = EINVAL;
  if (super.magic != kMagic || super.sector_bytes != kSector) give_up("a log of writes");
  std::uint64_t at = kSector;
  for (std::uint64_t i = 0; i < super.entries; ++i) {
    std::array<char, kSector> block;
    read_exactly(fd_, block.data(), block.size(), at);
    at += kSector;
    Header header{};
    std::memcpy(&header, block.data(), sizeof header);
    Entry entry{header.sector, header.sectors, header.flags, at, {}};
    if (header.flags & kMark) {
      const auto room = std::min<std::uint64_t>(header.data_bytes, kSector - sizeof header);
      entry.mark.assign(block.data() + sizeof header, static_cast<std::size_t>(room));
    } else if (!(header.flags & kDiscard)) {
      at += header.sectors * kSector;
    }
    entries_.push_back(std::move(entry));
  }
}

WriteLog::~WriteLog() { static_cast<void>(::close(fd_)); }

std::size_t WriteLog::durable_before(std::size_t cut) const {
  while (cut > 0 && !(entries_[cut - 1].flags & kFlush)) --cut;
  return cut;
}

void WriteLog::apply(int device, std::size_t from, std::size_t to) const {
  for (std::size_t i = from; i < to; ++i) apply_one(device, entries_[i]);
}

std::size_t WriteLog::apply_some(int device, std::size_t cut, model::Random& random) const {
  // Each seed loses another share, from next to nothing to all; some writes arrive in part, because
  // only a sector is written whole.
  const std::uint64_t lost_of_8 = 1 + random.below(8);
  std::size_t lost = 0;
  for (std::size_t i = durable_before(cut); i < cut; ++i) {
    const bool is_write = entries_[i].sectors != 0 && !(entries_[i].flags & (kMark | kDiscard));
    if (is_write && !(entries_[i].flags & kFua) && random.below(8) < lost_of_8) {
      ++lost;
      if (random.one_in(4)) apply_part(device, entries_[i], random);
    } else {
      apply_one(device, entries_[i]);
    }
  }
  return lost;
}

void WriteLog::apply_part(int device, const Entry& entry, model::Random& random) const {
  std::array<char, kSector> sector;
  for (std::uint64_t i = 0; i < entry.sectors; ++i) {
    if (random.one_in(2)) continue;
    read_exactly(fd_, sector.data(), sector.size(), entry.data_at + i * kSector);
    write_all(device, sector.data(), sector.size(), (entry.sector + i) * kSector);
  }
}

void WriteLog::apply_one(int device, const Entry& entry) const {
  // A discard promises nothing about what is there afterwards: it is left as it was.
  if (entry.sectors == 0 || (entry.flags & (kMark | kDiscard))) return;
  std::vector<char> data(static_cast<std::size_t>(entry.sectors * kSector));
  read_exactly(fd_, data.data(), data.size(), entry.data_at);
  write_all(device, data.data(), data.size(), entry.sector * kSector);
}

}  // namespace powercut
