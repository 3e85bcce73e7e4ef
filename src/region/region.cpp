#include "region/region.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "probe/probe.hpp"

namespace ringproc::core {
namespace {

constexpr std::uint64_t kStep =
    256 * 1024;  // how much the ring grows by at least, once it is so large
constexpr std::uint64_t kSpareMemory = 4 * 1024 * 1024;  // what growing leaves to others
constexpr std::uint64_t kGivenBackAtOnce = 2 * 1024 * 1024;
constexpr std::int64_t kAskAgainAfterNs = 1'000'000'000;
constexpr std::uint64_t kPlenty = 256 * 1024 * 1024;
constexpr std::int64_t kPlentyForNs = 20'000'000;

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::uint64_t round_to_pages(std::uint64_t bytes) {
  const std::uint64_t page = os::page_size();
  return (bytes + page - 1) / page * page;
}

// Whether so much may be taken. Asking the system costs more than growing a small ring: where it
// had plenty a moment ago, less what all rings took since, it is not asked again.
bool memory_allows(std::uint64_t bytes) noexcept {
  static std::atomic<std::uint64_t> left{0};
  static std::atomic<std::int64_t> asked_ns{0};
  const std::int64_t now = steady_ns();
  std::uint64_t before = left.load();
  const bool plenty =
      now - asked_ns.load() < kPlentyForNs && before >= kPlenty && before / 2 >= bytes;
  // Whoever loses against another ring asks.
  if (plenty && left.compare_exchange_strong(before, before - bytes)) return true;
  const std::uint64_t available = os::available_memory();
  left.store(available - std::min(available, bytes));
  asked_ns.store(now);
  return available >= bytes + kSpareMemory;
}

// So much ring memory that it ends with a large page, once it is worth one.
std::uint64_t round_to_huge_pages(std::uint64_t ring_bytes) noexcept {
  const std::uint64_t huge = os::huge_page_size();
  const std::uint64_t end = kRingStart + ring_bytes;
  return end < huge ? ring_bytes : (end + huge - 1) / huge * huge - kRingStart;
}

}  // namespace

Region::Sizes Region::check_sizes(std::uint64_t ring_bytes, bool populate_all,
                                  std::uint64_t limit_bytes, std::error_code& error) noexcept {
  const std::uint64_t ring = round_to_pages(ring_bytes);
  const std::uint64_t range = std::max(ring, round_to_pages(limit_bytes));
  error = {};
  // Populating more than there is would call the kernel's out-of-memory killer, not fail.
  constexpr std::uint64_t kWorthALook = 8 * 1024 * 1024;
  if (ring == 0 || range > std::numeric_limits<std::size_t>::max() - kRingStart ||
      (populate_all && ring > kWorthALook && ring > os::available_memory())) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
  return {ring, range, populate_all};
}

std::unique_ptr<Region> Region::create(std::uint64_t ring_bytes, bool populate_all,
                                       std::error_code& error, std::uint64_t limit_bytes) {
  const Sizes sizes = check_sizes(ring_bytes, populate_all, limit_bytes, error);
  if (error) return nullptr;
  os::Memory memory =
      os::Memory::reserve(static_cast<std::size_t>(sizes.range) + kRingStart, error);
  if (error) return nullptr;
  return finish({}, std::move(memory), sizes, error);
}

std::unique_ptr<Region> Region::create_shared(std::shared_ptr<Place> place,
                                              std::uint64_t ring_bytes, bool populate_all,
                                              std::error_code& error, std::uint64_t limit_bytes) {
  const Sizes sizes = check_sizes(ring_bytes, populate_all, limit_bytes, error);
  if (error) return nullptr;
  const std::size_t size = static_cast<std::size_t>(sizes.range) + kRingStart;
  RegionFile file = place->create(error);
  if (!error) error = file.resize(size);
  if (error) return nullptr;
  os::Memory memory = os::Memory::share(file.native(), size, error);
  if (error) return nullptr;
  auto region = finish(std::move(file), std::move(memory), sizes, error);
  if (region) region->place_ = std::move(place);
  return region;
}

std::unique_ptr<Region> Region::finish(RegionFile file, os::Memory memory, const Sizes& sizes,
                                       std::error_code& error) {
  const auto ring_end = static_cast<std::size_t>(kRingStart + sizes.ring);
  const std::size_t present = sizes.populate_all ? ring_end : std::min(ring_end, kFirstBytes);
  // The first pages of a ring that grows are few, and not all of them are used at once: they are
  // mapped when they are.
  error = sizes.populate_all ? memory.populate(0, present) : memory.reserve_pages(0, present);
  if (error) return nullptr;
  std::unique_ptr<Region> region(new Region(std::move(file), std::move(memory), sizes.range));
  region->ring_bytes_ = sizes.ring;
  region->header().populated = present - kRingStart;
  region->least_ = region->backed_ = present - kRingStart;
  return region;
}

std::unique_ptr<Region> Region::create_copy(const RegionHeader& of, std::error_code& error) {
  os::Memory memory =
      os::Memory::reserve(static_cast<std::size_t>(of.ring_range) + kRingStart, error);
  // Its ring's memory is reserved where bytes are fetched to.
  if (!error) error = memory.reserve_pages(0, kRingStart);
  if (error) return nullptr;
  std::unique_ptr<Region> copy(new Region({}, std::move(memory), of.ring_range));
  // Nobody else knows either of them, and the atomics are plain words (see layout.hpp).
  std::memcpy(static_cast<void*>(copy->header_), &of, sizeof of);
  return copy;
}

Region::Region(RegionFile file, os::Memory memory, std::uint64_t range_bytes) noexcept
    : file_(std::move(file)),
      memory_(std::move(memory)),
      header_(new (memory_.bytes().data()) RegionHeader),
      ring_(memory_.bytes().subspan(kRingStart, static_cast<std::size_t>(range_bytes))),
      patch_ring_(header_->patch_data) {
  // The memory is zeroed, and storing zeros would only touch pages.
  header_->magic = kRegionMagic;
  header_->version = kRegionVersion;
  header_->header_bytes = sizeof(RegionHeader);
  header_->ring_range = range_bytes;
  header_->run_rows = kRunRows;
  header_->patch_rows = kPatchRows;
  header_->patch_bytes = kPatchBytes;
}

Region::~Region() {
  memory_ = {};
  if (remove_when_unmapped_ && process_ == os::process_id()) {
    static_cast<void>(place_->remove(name_));  // else whoever recovers finds nothing pending
  }
  file_ = {};  // gives up the lock; only then may the process open that name
  // In a forked child the name is the parent's.
  if (published() && !removed_ && process_ == os::process_id()) OwnRegions::release(name_);
}

void Region::map_first_pages() noexcept {
  const std::lock_guard lock(grow_);
  memory_.map_pages(0, std::min(memory_.bytes().size(), kFirstBytes));
}

bool Region::grow(std::uint64_t wanted) noexcept {
  const std::uint64_t range = header_->ring_range;
  const std::lock_guard lock(grow_);
  // relaxed: stored under grow_ only.
  const std::uint64_t populated = header_->populated.load(std::memory_order_relaxed);
  if (populated >= std::min(wanted, range)) return true;
  const std::int64_t refused = refused_until_ns_.load();
  if (refused != 0 && steady_ns() < refused) return false;
  const std::uint64_t more = std::min(populated, kStep);
  std::uint64_t to =
      std::min(range, round_to_pages(std::max(std::min(wanted, range), populated + more)));
  if (const std::uint64_t backed = backed_.load(); to > backed) {
    const std::uint64_t rounded = std::min(range, round_to_huge_pages(to));
    bool allowed = memory_allows(rounded - backed);
    if (allowed) {
      to = rounded;
    } else {
      allowed = memory_allows(to - backed);
    }
    const auto from = static_cast<std::size_t>(kRingStart + backed);
    const auto end = static_cast<std::size_t>(kRingStart + to);
    if (!allowed || memory_.populate(from, end)) {
      refusals_.fetch_add(1);
      refused_until_ns_.store(steady_ns() + kAskAgainAfterNs);
      return false;
    }
    backed_.store(to);
  }
  refused_until_ns_.store(0);
  // release: pairs with the acquire in Producer::place; the pages are there.
  header_->populated.store(to, std::memory_order_release);
  probe::stored();
  return true;
}

void Region::lower(std::uint64_t keep) noexcept {
  const std::lock_guard lock(grow_);
  // relaxed: stored under grow_ only.
  if (keep >= header_->populated.load(std::memory_order_relaxed)) return;
  // release: pairs with the acquire in Producer::find_another_spot; only the producer lock orders
  // it before the next writer. Recovery finds all that is pending below it.
  header_->populated.store(keep, std::memory_order_release);
  probe::stored();
}

bool Region::give_back() noexcept {
  const std::lock_guard lock(grow_);
  const std::uint64_t populated = header_->populated.load(std::memory_order_relaxed);  // as above
  const std::uint64_t backed = backed_.load();
  if (backed <= populated) return false;
  // Down to where a large page begins: what is left of one would stay small.
  const std::uint64_t wanted = backed - std::min(backed, kGivenBackAtOnce);
  const std::uint64_t whole = std::min(round_to_huge_pages(wanted), backed);
  const std::uint64_t to = std::max(populated, whole < backed ? whole : wanted);
  // First: a process may be ending here, and then go on by itself.
  backed_.store(to);
  const bool given = memory_.give_back(static_cast<std::size_t>(kRingStart + to),
                                       static_cast<std::size_t>(kRingStart + backed));
  probe::stored();
  if (!given) backed_.store(backed);  // refused: it is still there
  return given && to > populated;
}

std::uint64_t Region::capacity() const noexcept {
  return refused_until_ns_.load() == 0 ? header_->ring_range
                                       : header_->populated.load(std::memory_order_acquire);
}

std::error_code Region::publish() {
  std::error_code error;
  const FileId id{header_->identity.device, header_->identity.inode};
  name_ = place_->link(file_, id, error);
  process_ = os::process_id();
  return error;
}

void Region::remove() noexcept {
  if (!published() || removed_ || process_ != os::process_id()) return;
  // Windows keeps a file that is mapped; then the name stays ours until it is closed.
  const std::error_code error = place_->remove(name_);
  remove_when_unmapped_ = error && error != std::errc::no_such_file_or_directory;
  // Another process may take the name from now on, and die: what it leaves is not ours, although
  // this region may be kept for a while.
  removed_ = !remove_when_unmapped_;
  if (removed_) OwnRegions::release(name_);
}

std::string Region::path() const { return published() ? place_->path_of(name_) : std::string(); }

}  // namespace ringproc::core
