// libFuzzer: producer and drain of a region whose counters do not begin at 0 but just below 2^32,
// 2^63, or wherever the input says: a file that has been written for years. What comes out is what
// went in; the ring and both tables wrap again and again. (Positions count bytes in 64 bits: 2^64
// itself is two centuries of the fastest disk away, and not promised.)
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>
#include <vector>

#include "drain/drain.hpp"
#include "drain/replay.hpp"
#include "file/producer.hpp"
#include "fuzz_check.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {
namespace {

using fuzz::check;

constexpr std::uint64_t kLargestFile = 100'000;

struct Nobody final : Drain::Helper {
  void want_steps() noexcept override {}
};

// Just below a power of two, or anything up to 2^63.
std::uint64_t some_count(FuzzedDataProvider& input) {
  const auto power = input.ConsumeIntegralInRange<unsigned>(0, 63);
  const std::uint64_t below = input.ConsumeIntegralInRange<std::uint64_t>(0, 40'000);
  const std::uint64_t count = std::uint64_t{1} << power;
  return count > below ? count - below : count;
}

// As a region is after a long life: everything written, one row, no patch pending.
void age(FuzzedDataProvider& input, RegionHeader& header) {
  const std::uint64_t position = some_count(input);
  const std::uint64_t row = some_count(input);
  const std::uint64_t patches = some_count(input);
  const std::uint64_t ring_offset = some_count(input);
  header.accepted = header.written = header.durable = position;
  header.runs_retired = row;
  header.runs_pushed = row + 1;
  header.runs[row % kRunRows] = {position, 0, ring_offset};
  header.freed = ring_offset;
  header.patches_pushed = header.patches_retired = header.patches_durable = patches;
  header.patches[(patches - 1) % kPatchRows] = {position, 0, some_count(input), 10};
}

class Play {
 public:
  explicit Play(FuzzedDataProvider& input) : input_(input) {
    std::error_code error;
    const auto ring = input.PickValueInArray<std::uint64_t>({4096, 12'288, 131'072});
    region_ = Region::create(ring, input.ConsumeBool(), error);
    check(!error, "a region can be made");
    age(input, region_->header());
    producer_.emplace(*region_, floors_, 0);
    producer_->resume();
    drain_.emplace(*region_, backend_, backend_, nobody_);
    drain_->begin(Direct::off, Preallocate::off, 0);
    start_ = region_->header().accepted;
  }

  void run() {
    while (input_.remaining_bytes() > 0) one();
    if (input_.ConsumeBool()) {
      check(!replay(*region_, backend_, nullptr), "a replay writes all");
    } else {
      while (drain_->write_step() == Step::progressed) {
      }
    }
    const RegionHeader& header = region_->header();
    check(header.written == header.accepted && header.accepted == start_ + accepted_,
          "every accepted byte is counted and written");
    check(disk_.bytes == content_, "the file is what was accepted");
  }

 private:
  void one() {
    switch (input_.ConsumeIntegralInRange(0, 5)) {
      case 0:
      case 1:
      case 2:
        return write();
      case 3:
        return patch();
      case 4:
        disk_.most_per_write = input_.ConsumeIntegralInRange<std::size_t>(1, 5000);
        return;
      default:
        check(drain_->write_step() != Step::failed, "nothing fails");
        if (input_.ConsumeBool()) check(drain_->sync_step() != Step::failed, "nothing fails");
    }
  }

  std::vector<std::byte> some_bytes(std::size_t size) {
    std::vector<std::byte> data(size);
    for (std::byte& one : data) one = static_cast<std::byte>(noise_ = noise_ * 1'103'515'245 + 1);
    return data;
  }

  void apply(std::uint64_t at, const std::vector<std::byte>& data) {
    if (content_.size() < at + data.size()) content_.resize(at + data.size());
    std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void write() {
    const auto data = some_bytes(input_.ConsumeIntegralInRange<std::size_t>(1, 5000));
    if (input_.ConsumeBool()) offset_ = input_.ConsumeIntegralInRange(0U, 90'000U);
    if (offset_ + data.size() > kLargestFile) offset_ = 0;
    while (!producer_->try_accept(data, offset_)) {
      const std::uint64_t pages = producer_->pages_wanted();
      const bool room =
          pages != 0 ? region_->grow(pages) : drain_->write_step() == Step::progressed;
      if (!room) return check(data.size() > 4096 || pages != 0, "a drained ring has room");
    }
    apply(offset_, data);
    offset_ += data.size();
    accepted_ += data.size();
  }

  void patch() {
    const auto data = some_bytes(input_.ConsumeIntegralInRange<std::size_t>(1, kMaxPatch));
    const auto at = input_.ConsumeIntegralInRange<std::uint64_t>(0, 90'000);
    while (!drain_->try_patch(data, at)) {
      check(drain_->write_step() == Step::progressed, "a drained list of patches has room");
    }
    apply(at, data);
  }

  FuzzedDataProvider& input_;
  FakeDisk disk_;
  FakeBackend backend_{disk_};
  Nobody nobody_;
  ReadFloors floors_;
  std::unique_ptr<Region> region_;
  std::optional<Producer> producer_;
  std::optional<Drain> drain_;
  std::vector<std::byte> content_;
  std::uint64_t start_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t offset_ = 0;
  std::uint32_t noise_ = 1;
};

}  // namespace
}  // namespace ringproc::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  ringproc::core::Play(input).run();
  return 0;
}
