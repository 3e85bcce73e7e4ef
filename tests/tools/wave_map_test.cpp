// Finding the chunks of files that may be damaged.
#include "wave_map.hpp"

#include <gtest/gtest.h>

#include "wave_bytes.hpp"

namespace ringproc::tool {
namespace {

constexpr AudioFormat kStereo{SampleFormat::s32, 2, 48'000};
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

MappedWave map_of(const WaveBytes& file) { return map_wave(file.reader()); }

TEST(WaveMap, FindsThePlacesOfTheSizes) {
  WaveBytes file("RIFF", 8);
  file.junk(40).format(kStereo).fact(7).data(56).samples(56);
  const auto map = map_of(file).map;
  ASSERT_TRUE(map);
  EXPECT_EQ(map->form, "RIFF");
  EXPECT_FALSE(map->rf64 || map->ds64 || map->ours);
  EXPECT_EQ(map->riff_bytes, 8U);
  EXPECT_EQ(map->reserved_bytes, 40U);
  EXPECT_EQ(map->fact_frames, 7U);
  EXPECT_EQ(map->data_bytes, 56U);
  EXPECT_EQ(map->data_offset, file.size() - 56);
  EXPECT_EQ(map->data_size_offset, file.size() - 60);
  EXPECT_EQ(map->fact_offset, file.size() - 68);
  EXPECT_EQ(recorded_format(*map), kStereo);
  EXPECT_EQ(map->size_fields().frame_bytes, 8U);
}

TEST(WaveMap, LaterChunksAreNoRoomForDs64) {
  WaveBytes file("RIFF", 8);
  file.format(kStereo).junk(28).data(0);
  EXPECT_EQ(map_of(file).map.value().reserved_bytes, 0U);
}

TEST(WaveMap, Ds64SaysTheSizesThatAreReferredToIt) {
  for (const char* form : {"RF64", "BW64"}) {
    WaveBytes file(form, kIn64Bits);
    file.ds64(9 * kGiB, 8 * kGiB, kGiB).format(kStereo).data(kIn64Bits);
    const auto map = map_of(file).map;
    ASSERT_TRUE(map);
    EXPECT_TRUE(map->rf64 && map->ds64);
    EXPECT_EQ(map->riff_bytes, 9 * kGiB);
    EXPECT_EQ(map->data_bytes, 8 * kGiB);
    EXPECT_EQ(map->samples, kGiB);
  }
}

TEST(WaveMap, Ds64SaysNoSizeThatStandsInItsPlace) {
  WaveBytes file("RF64", 100);
  file.ds64(9 * kGiB, 8 * kGiB, kGiB).format(kStereo).data(16);
  const auto map = map_of(file).map;
  ASSERT_TRUE(map);
  EXPECT_EQ(map->riff_bytes, 100U);
  EXPECT_EQ(map->data_bytes, 16U);
}

TEST(WaveMap, ADs64WithoutItsTableIsUsableAShorterOneIsNot) {
  WaveBytes usable("RF64", kIn64Bits);
  usable.id("ds64").number(24).zeros(24).format(kStereo).data(kIn64Bits);
  EXPECT_TRUE(map_of(usable).map.value().ds64);
  WaveBytes cut("RF64", kIn64Bits);
  cut.id("ds64").number(16).zeros(16).format(kStereo).data(kIn64Bits);
  EXPECT_FALSE(map_of(cut).map.value().ds64);
  EXPECT_EQ(map_of(cut).map.value().data_bytes, kIn64Bits);
}

TEST(WaveMap, KnowsOurOwn) {
  WaveBytes file("RIFF", 0);
  file.ours(kStereo, 0);
  EXPECT_TRUE(map_of(file).map.value().ours);
  EXPECT_EQ(map_of(file).map.value().data_offset, kHeaderBytes);
  const std::size_t originator = kDs64Offset + kDs64Bytes + 8 + offsetof(BextChunk, originator);
  file.bytes()[originator] = std::byte{'R'};
  EXPECT_FALSE(map_of(file).map.value().ours);
}

TEST(WaveMap, BlocksThatAreNotFramesAreNotCounted) {
  WaveBytes file("RIFF", 0);
  file.format(kStereo).fact(7).data(0);
  const std::uint16_t adpcm = 2;
  std::memcpy(file.bytes().data() + 20, &adpcm, sizeof(adpcm));
  const auto map = map_of(file).map;
  ASSERT_TRUE(map);
  EXPECT_FALSE(recorded_format(*map));
  EXPECT_EQ(map->size_fields().frame_bytes, 0U);
  EXPECT_EQ(map->size_fields().fact_offset, 0U);
}

TEST(WaveMap, OtherFilesAreToldFromDamagedOnes) {
  EXPECT_TRUE(map_of(WaveBytes("FORM", 8)).foreign);
  EXPECT_TRUE(map_of(WaveBytes("RIFX", 8)).foreign);
  WaveBytes short_one("RIFF", 8);
  short_one.bytes().resize(11);
  EXPECT_TRUE(map_of(short_one).foreign);
  EXPECT_FALSE(map_of(WaveBytes("RIFF", 8)).foreign);
}

TEST(WaveMap, SaysWhatIsMissing) {
  WaveBytes no_format("RIFF", 8);
  no_format.data(0);
  EXPECT_EQ(map_of(no_format).error, "there is no `fmt ` chunk before the `data` chunk");
  WaveBytes no_data("RIFF", 8);
  no_data.format(kStereo);
  EXPECT_EQ(map_of(no_data).error, "the file ends before its `data` chunk");
  WaveBytes cut("RIFF", 8);
  cut.format(kStereo).bytes().resize(30);
  EXPECT_EQ(map_of(cut).error, "the `fmt ` chunk is cut");
  WaveBytes garbled("RIFF", 8);
  garbled.format(kStereo).zeros(8);
  EXPECT_NE(map_of(garbled).error.find("there is no chunk at offset 60"), std::string::npos);
}

TEST(WaveMap, ChunksBehindTheSamplesAreFollowedToTheEnd) {
  WaveBytes file("RIFF", 8);
  const std::size_t none = file.size();
  file.id("LIST").number(3).zeros(4).id("id3 ").number(1).zeros(1);
  EXPECT_TRUE(chunks_reach_end(file.reader(), none, file.size()));
  EXPECT_TRUE(chunks_reach_end(file.reader(), file.size(), file.size()));
  EXPECT_FALSE(chunks_reach_end(file.reader(), none + 2, file.size()));
  file.zeros(9);
  EXPECT_FALSE(chunks_reach_end(file.reader(), none, file.size()));
}

}  // namespace
}  // namespace ringproc::tool
