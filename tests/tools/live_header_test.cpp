// What the header of a growing file says, after every single patch and flush: always valid, never
// more than was durable when the step began.
#include "live_header.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace ringproc::tool {
namespace {

constexpr AudioFormat kStereo{SampleFormat::s16, 2, 48'000};
constexpr AudioFormat kOdd{SampleFormat::s24, 1, 48'000};

// The first bytes of the file, as they are in the page cache and as they are on the disk.
class HeaderTarget final : public Target {
 public:
  HeaderTarget() : Target(nullptr), bytes(kHeaderBytes, char{0}) {
    put("RIFF", 0);
    put("WAVEJUNK", 8);
    put(std::string("\x1c\0\0\0", 4), 16);
    put("data", kHeaderBytes - 8);
    durable = bytes;
  }

  void start_data(std::uint64_t) override {}
  [[nodiscard]] Accept write(std::span<const std::byte>) override { return Accept::accepted; }
  [[nodiscard]] bool patch(std::span<const std::byte> data, std::uint64_t offset) override {
    if (fail_at_step > 0 && --fail_at_step == 0) return false;
    if (offset >= kHeaderBytes) {
      pad_at = offset;
      return true;
    }
    put({reinterpret_cast<const char*>(data.data()), data.size()}, offset);
    log += "p";
    steps.push_back(bytes);
    return true;
  }
  [[nodiscard]] bool flush() override {
    if (fail_at_step > 0 && --fail_at_step == 0) return false;
    durable = bytes;
    log += "F";
    return true;
  }
  [[nodiscard]] TargetMarks marks() override { return {}; }
  [[nodiscard]] TargetStats stats() override { return {}; }
  [[nodiscard]] std::optional<TargetFailure> failure() override { return std::nullopt; }

  std::string bytes;
  std::string durable;
  std::vector<std::string> steps;
  std::string log;
  std::uint64_t pad_at = 0;
  int fail_at_step = 0;

 private:
  void put(const std::string& text, std::uint64_t offset) {
    bytes.replace(offset, text.size(), text);
  }
};

std::uint64_t number(const std::string& bytes, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + offset, size);
  return value;
}

// As a reader understands it: the 64-bit size counts only where the 32-bit one refers to it.
std::uint64_t data_bytes(const std::string& header) {
  const std::uint64_t stated = number(header, kHeaderBytes - 4, 4);
  const bool rf64 = header.starts_with("RF64");
  EXPECT_TRUE(rf64 ? header.substr(12, 4) == "ds64" : header.starts_with("RIFF")) << "not valid";
  EXPECT_TRUE(rf64 || stated != 0xFFFF'FFFF) << "refers to sizes that are not there";
  return rf64 && stated == 0xFFFF'FFFF ? number(header, 28, 8) : stated;
}

TEST(LiveHeader, SaysTheFramesOnceTheyAreTold) {
  HeaderTarget target;
  LiveHeader header(target, kStereo);
  ASSERT_TRUE(header.state(100));
  EXPECT_EQ(data_bytes(target.durable), 400U);
  EXPECT_EQ(number(target.durable, 4, 4), kHeaderBytes + 400 - 8);
  EXPECT_EQ(target.log, "ppF");
}

TEST(LiveHeader, IsNeverAheadOfWhatIsDurable) {
  HeaderTarget target;
  LiveHeader header(target, kStereo, 10'000);
  for (const std::uint64_t frames : {1U, 100U, 1'476U, 1'477U, 1'478U, 100'000U}) {
    target.steps.clear();
    ASSERT_TRUE(header.state(frames));
    for (const std::string& step : target.steps) EXPECT_LE(data_bytes(step), frames * 4);
    EXPECT_EQ(data_bytes(target.durable), frames * 4);
  }
}

// With sectors in any order, what makes it RF64 has to be on the disk before the rest stands for
// more.
TEST(LiveHeader, BecomesRf64InTwoDurableSteps) {
  HeaderTarget target;
  LiveHeader header(target, kStereo, kHeaderBytes + 400);
  ASSERT_TRUE(header.state(100));
  EXPECT_FALSE(header.is_rf64());
  target.log.clear();
  ASSERT_TRUE(header.state(101));
  EXPECT_TRUE(header.is_rf64());
  EXPECT_EQ(target.log, "pFpF");
  EXPECT_EQ(number(target.durable, 20, 8), kHeaderBytes + 404 - 8) << "RIFF";
  EXPECT_EQ(number(target.durable, 28, 8), 404U) << "data";
  EXPECT_EQ(number(target.durable, 36, 8), 101U) << "frames";
  EXPECT_EQ(number(target.durable, 4, 4), 0xFFFF'FFFF);
  EXPECT_EQ(number(target.durable, kHeaderBytes - 4, 4), 0xFFFF'FFFF);
}

// One byte more than the file has would be claimed for the pad byte.
TEST(LiveHeader, LeavesOutAnOddFrameUntilThereIsAPadByte) {
  HeaderTarget target;
  LiveHeader header(target, kOdd);
  ASSERT_TRUE(header.state(3));
  EXPECT_EQ(data_bytes(target.durable), 6U);
  ASSERT_TRUE(header.finish(3));
  EXPECT_EQ(data_bytes(target.durable), 9U);
  EXPECT_EQ(target.pad_at, kHeaderBytes + 9);
  EXPECT_EQ(number(target.durable, 4, 4), kHeaderBytes + 10 - 8);
}

TEST(LiveHeader, TellsEveryFailure) {
  for (int step = 1; step <= 4; ++step) {
    HeaderTarget target;
    target.fail_at_step = step;
    LiveHeader header(target, kStereo, kHeaderBytes);
    EXPECT_FALSE(header.state(100)) << "step " << step;
  }
}

}  // namespace
}  // namespace ringproc::tool
