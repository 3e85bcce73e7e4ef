// What repair decides for each kind of damage, and that it never says more than there is.
#include "repair_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "trailing_zeros.hpp"
#include "wave_bytes.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kStereo{SampleFormat::s32, 2, 48'000};  // frames of 8 bytes
constexpr AudioFormat kOdd{SampleFormat::s24, 1, 48'000};
constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

WaveBytes file(std::string_view form = "RIFF", std::uint32_t riff = 0) {
  WaveBytes bytes(form, riff);
  bytes.junk(kDs64Bytes).format(kStereo);
  return bytes;
}

RepairPlan plan(const WaveBytes& bytes, const RepairWishes& wishes = {}) {
  const MappedWave mapped = map_wave(bytes.reader());
  EXPECT_TRUE(mapped.map) << mapped.error;
  return plan_repair(*mapped.map, bytes.reader(), bytes.size(), wishes);
}

// As repair writes it.
void apply(const RepairPlan& plan, WaveBytes& to) {
  if (plan.file_bytes) to.bytes().resize(*plan.file_bytes);
  for (const HeaderPatch& patch : plan.patches.list) {
    ASSERT_LE(patch.offset + patch.bytes.size(), to.size());
    std::ranges::copy(patch.bytes, to.bytes().begin() + static_cast<std::ptrdiff_t>(patch.offset));
  }
}

// Mends the file and returns its plan; what results is right, and was before is not.
RepairPlan mend(WaveBytes& bytes, const RepairWishes& wishes = {}) {
  const RepairPlan made = plan(bytes, wishes);
  EXPECT_EQ(made.verdict, RepairVerdict::mend);
  apply(made, bytes);
  EXPECT_EQ(plan(bytes, wishes).verdict, RepairVerdict::sound);
  const auto map = map_wave(bytes.reader()).map;
  EXPECT_EQ(map->data_bytes, made.data_bytes);
  EXPECT_LE(map->data_offset + map->data_bytes, bytes.size());
  return made;
}

void expect_sound(const WaveBytes& bytes) {
  const RepairPlan made = plan(bytes);
  EXPECT_EQ(made.verdict, RepairVerdict::sound);
  EXPECT_TRUE(made.patches.list.empty() && made.changes.empty() && !made.file_bytes);
}

bool noted(const RepairPlan& plan, std::string_view words) {
  return std::ranges::any_of(
      plan.notes, [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST(RepairPlan, ARightFileIsLeftAlone) {
  expect_sound(file().data(80).samples(80).right_riff_size());
  expect_sound(file().fact(10).data(80).samples(80).right_riff_size());
  expect_sound(file().data(0).right_riff_size());
}

TEST(RepairPlan, ChunksBehindTheSamplesAreLeftAlone) {
  expect_sound(file().data(80).samples(80).id("LIST").number(4).zeros(4).right_riff_size());
  expect_sound(file().data(0).id("LIST").number(4).zeros(4).right_riff_size());
}

TEST(RepairPlan, HabitsOfOthersAreLeftAlone) {
  // `fact` counts all channels' samples.
  expect_sound(file().fact(20).data(80).samples(80).right_riff_size());
  WaveBytes no_pad("RIFF", 0);
  expect_sound(no_pad.format(kOdd).data(9).samples(9).right_riff_size());
  WaveBytes no_pad_before_chunk("RIFF", 0);
  no_pad_before_chunk.format(kOdd).data(9).samples(9).id("LIST").number(4).zeros(4);
  expect_sound(no_pad_before_chunk.right_riff_size());
  WaveBytes uncounted_pad("RIFF", 0);
  expect_sound(uncounted_pad.format(kOdd).data(9).samples(9).right_riff_size().zeros(1));
}

TEST(RepairPlan, SizesThatWereNeverWritten) {
  for (const std::uint32_t riff : {0U, 8U, 0x8000'0024U, 0x7FFF'F024U, kIn64Bits}) {
    for (const std::uint32_t data : {0U, 0x8000'0000U, 0x7FFF'F000U, kIn64Bits}) {
      WaveBytes bytes = file("RIFF", riff).fact(0).data(data).samples(80);
      const RepairPlan made = mend(bytes);
      EXPECT_EQ(made.data_bytes, 80U);
      EXPECT_EQ(made.frames, 10U);
    }
  }
}

TEST(RepairPlan, WhatIsChangedIsTold) {
  const RepairPlan made = plan(file("RIFF", 8).fact(0).data(0).samples(80));
  ASSERT_EQ(made.changes.size(), 3U);
  EXPECT_EQ(made.changes[0].what, "RIFF size");
  EXPECT_EQ(made.changes[0].from, 8U);
  EXPECT_EQ(made.changes[0].to, 12U + 36 + 48 + 12 + 8 + 80 - 8);
  EXPECT_EQ(made.changes[1].what, "data size");
  EXPECT_EQ(made.changes[1].to, 80U);
  EXPECT_EQ(made.changes[2].what, "frames in fact");
  EXPECT_EQ(made.changes[2].to, 10U);
}

TEST(RepairPlan, AFileThatWasCutIsSaidToBeShorter) {
  WaveBytes bytes = file().data(160).samples(160).right_riff_size();
  bytes.bytes().resize(bytes.size() - 80);
  EXPECT_EQ(mend(bytes).data_bytes, 80U);
}

TEST(RepairPlan, OurOwnIsCompleteToItsEnd) {
  WaveBytes bytes("RIFF", 0);
  bytes.ours(kStereo, 80).samples(80).right_riff_size().samples(40);
  EXPECT_EQ(mend(bytes).data_bytes, 120U);
}

TEST(RepairPlan, WhatFollowsOthersSamplesIsTakenOnRequestOnly) {
  WaveBytes bytes = file().data(80).samples(80).right_riff_size().samples(40);
  expect_sound(bytes);
  EXPECT_TRUE(noted(plan(bytes), "--to-end"));
  EXPECT_EQ(mend(bytes, {.to_end = true}).data_bytes, 120U);
}

TEST(RepairPlan, AFrameThatIsNotWholeIsNotStated) {
  WaveBytes bytes = file().data(0).samples(83);
  const RepairPlan made = mend(bytes);
  EXPECT_EQ(made.data_bytes, 80U);
  EXPECT_FALSE(made.file_bytes);
  EXPECT_TRUE(noted(made, "--cut"));
  const auto length = mend(bytes, {.cut = true}).file_bytes;
  EXPECT_EQ(length, bytes.size());
  EXPECT_EQ(length, made.data_bytes + 12 + 36 + 48 + 8);
}

TEST(RepairPlan, TheMissingPadByteIsAdded) {
  WaveBytes bytes("RIFF", 0);
  bytes.format(kOdd).data(0).samples(9);
  const std::size_t before = bytes.size();
  EXPECT_EQ(mend(bytes).file_bytes, before + 1);
}

TEST(RepairPlan, ZerosAtTheEndAreTakenAwayOnRequestOnly) {
  WaveBytes bytes = file().data(0).samples(80).zeros(8000);
  WaveBytes trimmed = bytes;
  const RepairPlan made = mend(bytes);
  EXPECT_EQ(made.data_bytes, 8080U);
  EXPECT_TRUE(noted(made, "--trim-zeros"));
  EXPECT_EQ(mend(trimmed, {.trim_zeros = true}).data_bytes, 80U);
  EXPECT_EQ(mend(bytes, {.trim_zeros = true}).data_bytes, 80U);
  EXPECT_EQ(bytes.size(), trimmed.size());
}

TEST(RepairPlan, FewZerosAreSamples) {
  WaveBytes bytes = file().data(0).samples(80).zeros(4000);
  EXPECT_EQ(mend(bytes, {.trim_zeros = true}).data_bytes, 4080U);
}

TEST(RepairPlan, AWrongFactIsMended) {
  WaveBytes bytes = file().fact(7).data(80).samples(80).right_riff_size();
  EXPECT_EQ(mend(bytes).changes.size(), 1U);
}

TEST(RepairPlan, BlocksThatAreNotFramesAreNotCounted) {
  WaveBytes bytes("RIFF", 0);
  bytes.format(kStereo).fact(7).data(0).samples(83);
  const std::uint16_t adpcm = 2;
  std::memcpy(bytes.bytes().data() + 20, &adpcm, sizeof(adpcm));
  const RepairPlan made = mend(bytes);
  EXPECT_EQ(made.data_bytes, 83U);
  EXPECT_FALSE(made.frames);
  EXPECT_TRUE(noted(made, "`fact` is left"));
}

TEST(RepairPlan, Rf64SizesAreMended) {
  for (const char* form : {"RF64", "BW64"}) {
    WaveBytes bytes(form, kIn64Bits);
    bytes.ds64(0, 0, 0).format(kStereo).fact(0).data(kIn64Bits).samples(80);
    const RepairPlan made = mend(bytes);
    EXPECT_EQ(made.data_bytes, 80U);
    EXPECT_EQ(made.form, form);
    EXPECT_FALSE(made.new_form);
  }
}

TEST(RepairPlan, Rf64WithoutAUsableDs64BecomesRiff) {
  WaveBytes cut("RF64", kIn64Bits);
  cut.id("ds64").number(16).zeros(16).format(kStereo).data(kIn64Bits).samples(80);
  EXPECT_EQ(mend(cut).form, "RIFF");
  WaveBytes missing("RF64", kIn64Bits);
  missing.format(kStereo).data(kIn64Bits).samples(80);
  EXPECT_EQ(mend(missing).form, "RIFF");
}

// A file of that many bytes, of which only the header is in memory; the rest is 0x81.
struct LongFile {
  WaveBytes header;
  std::uint64_t file_bytes;
  WaveBytes tail{"", 0};

  [[nodiscard]] ReadAt reader() const {
    return [this](std::uint64_t offset, std::span<std::byte> into) {
      std::ranges::fill(into, std::byte{0x81});
      const std::uint64_t tail_offset = file_bytes - tail.size();
      if (offset < header.size()) return header.reader()(offset, into);
      if (offset >= tail_offset) return tail.reader()(offset - tail_offset, into);
      return static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), file_bytes - offset));
    };
  }
  [[nodiscard]] RepairPlan plan() const {
    return plan_repair(*map_wave(reader()).map, reader(), file_bytes);
  }
};

LongFile long_file(WaveBytes header, std::uint64_t data_bytes) {
  LongFile made{std::move(header), 0};
  made.tail.bytes().clear();
  made.file_bytes = made.header.size() + data_bytes;
  return made;
}

TEST(RepairPlan, BeyondFourGiBRiffBecomesRf64) {
  const std::uint64_t data = 5 * kFourGiB + 800;
  for (const std::uint32_t stated : {0U, 800U, kIn64Bits, 0x7FFF'F000U, 0xFFFF'FFF0U}) {
    LongFile bytes = long_file(file().fact(0).data(stated), data);
    const RepairPlan made = bytes.plan();
    EXPECT_EQ(made.verdict, RepairVerdict::mend);
    EXPECT_EQ(made.data_bytes, data);
    EXPECT_EQ(made.form, "RF64");
    apply(made, bytes.header);
    EXPECT_EQ(bytes.plan().verdict, RepairVerdict::sound);
  }
}

TEST(RepairPlan, ASizeModuloFourGiBLeavesTheChunksBehind) {
  LongFile bytes = long_file(file().data(800), 2 * kFourGiB + 800 + 12);
  bytes.tail.id("LIST").number(4).zeros(4);
  const RepairPlan made = bytes.plan();
  EXPECT_EQ(made.data_bytes, 2 * kFourGiB + 800);
  apply(made, bytes.header);
  EXPECT_EQ(bytes.plan().verdict, RepairVerdict::sound);
}

TEST(RepairPlan, WithoutRoomALongFileIsRefusedWithAdvice) {
  WaveBytes header("RIFF", 0);
  header.format(kStereo).data(0);
  const RepairPlan made = long_file(std::move(header), 2 * kFourGiB).plan();
  EXPECT_EQ(made.verdict, RepairVerdict::impossible);
  EXPECT_TRUE(made.patches.list.empty());
  EXPECT_NE(made.reason.find("tail -c +69 FILE | ringproc record --source stdin -c 2 -r 48000 "
                             "-f s32 -o NEW.wav"),
            std::string::npos)
      << made.reason;
}

TEST(RepairPlan, OurLongRecordingIsCompleteToItsEnd) {
  WaveBytes header("RIFF", 0);
  LongFile bytes = long_file(std::move(header.ours(kStereo, 800)), kFourGiB);
  const RepairPlan made = bytes.plan();
  EXPECT_EQ(made.data_bytes, kFourGiB);
  EXPECT_TRUE(made.patches.becomes_rf64);
}

TEST(TrailingZeros, AreCountedAcrossBlocks) {
  WaveBytes bytes("RIFF", 0);
  bytes.samples(300'000).zeros(600'001);
  EXPECT_EQ(trailing_zero_bytes(bytes.reader(), 0, bytes.size()), 600'001U);
  EXPECT_EQ(trailing_zero_bytes(bytes.reader(), 500'000, bytes.size()), bytes.size() - 500'000);
  EXPECT_EQ(trailing_zero_bytes(bytes.reader(), 0, 100'000), 0U);
  EXPECT_EQ(trailing_zero_bytes(bytes.reader(), 5, 5), 0U);
}

// Any header, any length: no crash, no claim of more than there is, and the second repair finds
// nothing to do.
TEST(RepairPlan, GarbledHeadersNeverClaimMoreThanThereIs) {
  const char* given = std::getenv("RINGPROC_SEED");
  const auto seed = given != nullptr ? std::strtoul(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE("RINGPROC_SEED=" + std::to_string(seed));
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  const auto below = [&](std::size_t limit) { return random() % limit; };
  constexpr std::uint32_t kNumbers[] = {0, 1, 7, 8, 28, 80, 0x7FFF'F000, 0x8000'0000, kIn64Bits};
  for (int round = 0; round < 20'000; ++round) {
    WaveBytes bytes =
        below(2) == 0 ? file("RIFF", kNumbers[below(9)]) : WaveBytes("RF64", kIn64Bits);
    if (below(2) == 0) bytes.ds64(below(200), below(200), below(20)).format(kOdd);
    if (below(2) == 0) bytes.fact(kNumbers[below(9)]);
    bytes.data(kNumbers[below(9)]);
    if (below(4) == 0) {
      bytes = WaveBytes("RIFF", kNumbers[below(9)]);
      bytes.ours(below(2) == 0 ? kOdd : kStereo, kNumbers[below(9)]);
    }
    const std::size_t header = bytes.size();
    bytes.samples(below(100));
    if (below(3) == 0) bytes.id("LIST").number(kNumbers[below(6)]).zeros(below(20));
    for (std::size_t i = below(4); i > 0; --i) {
      bytes.bytes()[below(header)] = static_cast<std::byte>(below(256));
    }
    if (below(4) == 0) bytes.bytes().resize(below(bytes.size()));
    if (!map_wave(bytes.reader()).map) continue;
    const RepairWishes wishes{below(2) == 0, below(2) == 0, below(4) == 0};
    const RepairPlan made = plan(bytes, wishes);
    ASSERT_NE(made.verdict, RepairVerdict::impossible);
    apply(made, bytes);
    const auto map = map_wave(bytes.reader()).map;
    ASSERT_TRUE(map);
    ASSERT_LE(map->data_offset + map->data_bytes, bytes.size());
    ASSERT_LE(map->riff_bytes + 8, bytes.size() + map->data_bytes % 2);
    const RepairPlan again = plan(bytes, wishes);
    ASSERT_EQ(again.verdict, RepairVerdict::sound) << "round " << round;
  }
}

}  // namespace
}  // namespace ringproc::tool
