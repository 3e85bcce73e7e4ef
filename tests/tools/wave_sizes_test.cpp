// What is written where so that a header says another size, and in which order.
#include "wave_sizes.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "support/fake_backend.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kStereo{SampleFormat::s16, 2, 48'000};
constexpr AudioFormat kFloat{SampleFormat::f32, 2, 48'000};
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

SizeFields fields_of(const AudioFormat& format) { return size_fields(wave_layout(format), format); }

// Headers of zeros with the patches in them.
std::vector<std::byte> applied(const HeaderPatches& patches) {
  std::vector<std::byte> header(kHeaderBytes);
  for (const HeaderPatch& patch : patches.list) {
    std::memcpy(header.data() + patch.offset, patch.bytes.data(), patch.bytes.size());
  }
  return header;
}

template <class T>
T number(const std::vector<std::byte>& header, std::uint64_t offset) {
  T value{};
  std::memcpy(&value, header.data() + offset, sizeof(value));
  return value;
}

std::string text(const std::vector<std::byte>& header, std::uint64_t offset) {
  return {reinterpret_cast<const char*>(header.data() + offset), 4};
}

TEST(WaveSizes, SmallFilesStayPlainRiff) {
  const HeaderPatches patches = size_patches(fields_of(kStereo), 400);
  const auto header = applied(patches);
  EXPECT_FALSE(patches.becomes_rf64);
  EXPECT_EQ(number<std::uint32_t>(header, 4), 4096U + 400 - 8);
  EXPECT_EQ(number<std::uint32_t>(header, wave_layout(kStereo).data_size_offset), 400U);
  EXPECT_EQ(number<std::uint32_t>(header, kDs64Offset), 0U);
}

TEST(WaveSizes, FactCountsFrames) {
  const auto header = applied(size_patches(fields_of(kFloat), 800));
  EXPECT_EQ(number<std::uint32_t>(header, wave_layout(kFloat).fact_offset), 100U);
}

TEST(WaveSizes, PadByteAndTailAreInTheRiffSize) {
  const auto header = applied(size_patches(fields_of({SampleFormat::s24, 1, 8'000}), 9, 100));
  EXPECT_EQ(number<std::uint32_t>(header, 4), 4096U + 10 + 100 - 8);
}

TEST(WaveSizes, TheLastByteOfRiffIsUsed) {
  const std::uint64_t most = kMaxFileBytes - kHeaderBytes - 2;  // whole frames of 4
  EXPECT_FALSE(size_patches(fields_of(kStereo), most).becomes_rf64);
  EXPECT_TRUE(size_patches(fields_of(kStereo), most + 4).becomes_rf64);
}

TEST(WaveSizes, BeyondItTheReservedChunkBecomesDs64) {
  const HeaderPatches patches = size_patches(fields_of(kFloat), 80 * kGiB);
  const auto header = applied(patches);
  EXPECT_EQ(text(header, 0) + text(header, 8) + text(header, 12), "RF64WAVEds64");
  EXPECT_EQ(number<std::uint32_t>(header, 4), kIn64Bits);
  EXPECT_EQ(number<std::uint32_t>(header, 16), kDs64Bytes);
  EXPECT_EQ(number<std::uint64_t>(header, 20), kHeaderBytes + 80 * kGiB - 8);
  EXPECT_EQ(number<std::uint64_t>(header, 28), 80 * kGiB);
  EXPECT_EQ(number<std::uint64_t>(header, 36), 10 * kGiB);
  EXPECT_EQ(number<std::uint32_t>(header, 44), 0U);
  const WaveLayout layout = wave_layout(kFloat);
  EXPECT_EQ(number<std::uint32_t>(header, layout.data_size_offset), kIn64Bits);
  EXPECT_EQ(number<std::uint32_t>(header, layout.fact_offset), kIn64Bits);
}

TEST(WaveSizes, TheStepToRf64IsOneWriteAndComesFirst) {
  const HeaderPatches patches = size_patches(fields_of(kStereo), 5 * kGiB);
  ASSERT_TRUE(patches.becomes_rf64);
  EXPECT_EQ(patches.list.front().offset, 0U);
  EXPECT_EQ(patches.list.front().bytes.size(), kDs64Offset + kDs64Bytes);
}

TEST(WaveSizes, Rf64StaysWhatItIsAndKeepsItsTable) {
  SizeFields fields = fields_of(kStereo);
  fields.ds64 = true;
  const HeaderPatches patches = size_patches(fields, 400);
  const auto header = applied(patches);
  EXPECT_FALSE(patches.becomes_rf64);
  EXPECT_EQ(text(header, 0), std::string(4, '\0'));  // RF64 or BW64, as it was
  EXPECT_EQ(number<std::uint32_t>(header, 4), kIn64Bits);
  EXPECT_EQ(number<std::uint64_t>(header, 28), 400U);
  for (const HeaderPatch& patch : patches.list) {
    EXPECT_TRUE(patch.offset + patch.bytes.size() <= 44 || patch.offset >= 48) << patch.offset;
  }
}

TEST(WaveSizes, FramesThatAreNotCountedAreNotStated) {
  SizeFields fields = fields_of(kStereo);
  fields.ds64 = true;
  fields.frame_bytes = 0;
  const HeaderPatches patches = size_patches(fields, 400);
  EXPECT_EQ(number<std::uint64_t>(applied(patches), 28), 400U);
  EXPECT_EQ(patches.list.at(1).bytes.size(), 16U);
}

TEST(WaveSizes, WithoutRoomALongFileCannotBeDescribed) {
  SizeFields fields = fields_of(kStereo);
  fields.reserved_bytes = kDs64Bytes - 1;
  EXPECT_TRUE(fits_header(fields, 400));
  EXPECT_FALSE(fits_header(fields, 5 * kGiB));
  EXPECT_FALSE(fits_header(fields, 3 * kGiB, 2 * kGiB));
  EXPECT_TRUE(fits_header(fields_of(kStereo), 5 * kGiB));
  fields.ds64 = true;
  EXPECT_TRUE(fits_header(fields, 5 * kGiB));
}

TEST(WaveSizes, NothingFollowsTheStepToRf64BeforeItIsDurable) {
  core::FakeDisk disk;
  disk.bytes.resize(kHeaderBytes);
  disk.on_sync = [&](int call) {
    EXPECT_EQ(disk.writes.size(), call == 1 ? 1U : 2U);
    return std::error_code();
  };
  core::FakeBackend file(disk);
  EXPECT_FALSE(write_patches(file, size_patches(fields_of(kStereo), 5 * kGiB)));
  EXPECT_EQ(disk.syncs, 2);
  EXPECT_EQ(disk.durable, disk.bytes);
}

TEST(WaveSizes, AfterAFailureNothingMoreIsWritten) {
  core::FakeDisk disk;
  disk.bytes.resize(kHeaderBytes);
  disk.on_sync = [](int) { return core::io_error(); };
  core::FakeBackend file(disk);
  EXPECT_EQ(write_patches(file, size_patches(fields_of(kStereo), 5 * kGiB)), core::io_error());
  EXPECT_EQ(disk.writes.size(), 1U);
}

TEST(WaveSizes, ShortWritesAreContinued) {
  core::FakeDisk disk;
  disk.bytes.resize(kHeaderBytes);
  disk.most_per_write = 3;
  core::FakeBackend file(disk);
  const HeaderPatches patches = size_patches(fields_of(kStereo), 5 * kGiB);
  EXPECT_FALSE(write_patches(file, patches));
  EXPECT_EQ(disk.durable, applied(patches));
}

}  // namespace
}  // namespace ringproc::tool
