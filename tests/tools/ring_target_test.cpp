// Recording through the ring, where the file grows beyond what mmio can name.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "mmio/temp_file.hpp"
#include "target.hpp"

namespace ringproc::tool {
namespace {

constexpr std::size_t kPeriod = 1'000;

std::vector<std::byte> period(char letter) { return std::vector(kPeriod, std::byte(letter)); }

std::unique_ptr<Target> opened(const std::string& path, std::uint64_t ring_bytes) {
  TargetOptions options;
  options.path = path;
  options.ring_bytes = ring_bytes;
  options.refuse_when_full = true;
  options.mmio_bytes = 2'500;
  OpenedTarget target = open_ring_target(options);
  EXPECT_EQ(target.error, "");
  target.target->start_data(0);
  return std::move(target.target);
}

TEST(RingTarget, GoesOnThroughThe64BitApiBeyondTheLimitOfMmio) {
  const test::TempFile file;
  const auto target = opened(file.path(), 1 << 20);
  std::string expected;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    EXPECT_EQ(target->write(period(letter)), Accept::accepted);
    expected.append(kPeriod, letter);
  }
  EXPECT_EQ(target->marks().accepted, 4 * kPeriod);
  EXPECT_EQ(target->stats().bytes_beyond_mmio, 2 * kPeriod);
  EXPECT_TRUE(target->flush());
  EXPECT_EQ(target->marks().durable, 4 * kPeriod);
  EXPECT_EQ(file.get(), expected);
  EXPECT_EQ(target->close(), 0U);
  EXPECT_EQ(file.get(), expected);
}

// Silence: what is jumped over is a hole.
TEST(RingTarget, SkipsAlsoOverAndBeyondTheLimit) {
  const test::TempFile file;
  const auto target = opened(file.path(), 1 << 20);
  std::string expected;
  for (const char letter : {'a', 'b', 'c'}) {
    EXPECT_EQ(target->write(period(letter)), Accept::accepted);
    EXPECT_TRUE(target->skip(kPeriod));
    expected.append(kPeriod, letter).append(kPeriod, '\0');
  }
  EXPECT_EQ(target->write(period('d')), Accept::accepted);
  EXPECT_EQ(target->close(), 0U);
  EXPECT_EQ(file.get(), expected.append(kPeriod, 'd'));
}

// Otherwise the marks would be ahead of the samples.
TEST(RingTarget, PatchesGoToTheirPlaceAndAreNotCounted) {
  const test::TempFile file;
  const auto target = opened(file.path(), 1 << 20);
  const std::vector<std::byte> patch(4, std::byte('x'));
  EXPECT_EQ(target->write(period('a')), Accept::accepted);
  EXPECT_TRUE(target->patch(patch, 10));
  EXPECT_TRUE(target->flush());
  EXPECT_EQ(target->marks().durable, kPeriod);
  EXPECT_EQ(file.get().substr(8, 8), "aaxxxxaa");
  EXPECT_EQ(target->close(), 0U);
}

TEST(RingTarget, RefusesBeyondTheLimitAsBeforeIt) {
  const test::TempFile file;
  const auto target = opened(file.path(), 64 << 10);
  const std::vector<std::byte> large(60'000);
  const std::vector<std::byte> larger(128 << 10);
  EXPECT_EQ(target->write(large), Accept::accepted);
  EXPECT_EQ(target->write(larger), Accept::refused) << "more than the ring can ever hold";
  EXPECT_FALSE(target->failure());
  EXPECT_TRUE(target->flush());
  EXPECT_EQ(target->write(period('a')), Accept::accepted);
  static_cast<void>(target->close());  // tells of the refused write
  EXPECT_EQ(file.get().size(), 60'000 + kPeriod);
}

}  // namespace
}  // namespace ringproc::tool
