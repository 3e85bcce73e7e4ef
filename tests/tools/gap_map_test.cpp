// The list of what is missing: what it says, when it is written, and that it is replaced as a
// whole.
#include "gap_map.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "replace_file.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::tool {
namespace {

using Kind = Gap::Kind;
using Json = nlohmann::json;

TEST(Gaps, AreWhereTheFileIsCut) {
  EXPECT_EQ(gaps_of({{100, 10}, {200, 5}}, {}, OnOverrun::drop),
            (std::vector<Gap>{{100, 10, Kind::lost, 100}, {200, 5, Kind::lost, 190}}));
}

TEST(Gaps, AreWhereTheFileIsSilent) {
  EXPECT_EQ(gaps_of({{100, 10}, {200, 5}}, {}, OnOverrun::silence),
            (std::vector<Gap>{{100, 10, Kind::lost, 100}, {200, 5, Kind::lost, 200}}));
}

// The source's clock goes on in its gaps; captured frames are numbered without them.
TEST(Gaps, OfTheSourceShiftWhatIsLostAfterThem) {
  EXPECT_EQ(gaps_of({{100, 10}}, {{50, 7}, {200, 3}}, OnOverrun::drop),
            (std::vector<Gap>{
                {50, 7, Kind::gap, 50}, {107, 10, Kind::lost, 100}, {200, 3, Kind::gap, 183}}));
  EXPECT_EQ(gaps_of({{100, 10}}, {{50, 7}, {200, 3}}, OnOverrun::silence),
            (std::vector<Gap>{
                {50, 7, Kind::gap, 50}, {107, 10, Kind::lost, 100}, {200, 3, Kind::gap, 193}}));
}

TEST(Gaps, OfTheSourceCutALossInTwo) {
  EXPECT_EQ(gaps_of({{100, 10}}, {{104, 6}}, OnOverrun::drop),
            (std::vector<Gap>{
                {100, 4, Kind::lost, 100}, {104, 6, Kind::gap, 100}, {110, 6, Kind::lost, 100}}));
}

TEST(Gaps, OfTheSourceBeforeALossStayBeforeIt) {
  EXPECT_EQ(gaps_of({{100, 10}}, {{100, 6}}, OnOverrun::drop),
            (std::vector<Gap>{{100, 6, Kind::gap, 100}, {106, 10, Kind::lost, 100}}));
}

class GapMaps : public testing::Test {
 protected:
  [[nodiscard]] GapMap make(bool always = false, const LossList* gaps = nullptr) {
    return GapMap({path, always, "/somewhere/take.wav", 48'000, OnOverrun::silence}, lost, gaps);
  }
  [[nodiscard]] bool exists() const { return std::filesystem::exists(path); }
  [[nodiscard]] Json read() const {
    std::ifstream file(path);
    return Json::parse(file);
  }

  core::TemporaryDirectory directory{std::filesystem::temp_directory_path()};
  std::string path = directory.file("take.wav.gaps.json");
  LossList lost;
};

TEST_F(GapMaps, AreNotWrittenWhenNothingIsMissing) {
  GapMap map = make();
  map.update();
  EXPECT_FALSE(map.finish());
  EXPECT_FALSE(exists());
  EXPECT_FALSE(map.written());
}

TEST_F(GapMaps, AreWrittenAnywayWhenAskedFor) {
  GapMap map = make(true);
  map.update();
  EXPECT_EQ(read()["gaps"], Json::array());
  EXPECT_EQ(read()["finished"], false);
  EXPECT_FALSE(map.finish());
  EXPECT_EQ(read()["finished"], true);
}

TEST_F(GapMaps, AreWrittenAtTheEndAtTheLatest) {
  EXPECT_FALSE(make(true).finish());
  EXPECT_EQ(read()["gaps"].size(), 0U);
  lost.add(0, 1);
  EXPECT_FALSE(make().finish());
  EXPECT_EQ(read()["gaps"].size(), 1U);
}

TEST_F(GapMaps, SayWhatIsMissingWhileItGoesOn) {
  LossList gaps;
  GapMap map = make(false, &gaps);
  lost.add(64, 128);
  gaps.add(10, 5);
  map.update();
  const Json expected = Json::parse(R"({
    "file": "take.wav", "rate": 48000, "on_overrun": "silence", "lost_are_silent": true,
    "finished": false, "complete": true,
    "gaps": [{"start": 10, "length": 5, "kind": "gap", "file_frame": 10},
             {"start": 69, "length": 128, "kind": "lost", "file_frame": 64}]})");
  EXPECT_EQ(read(), expected);
  lost.add(1'000, 1);
  EXPECT_FALSE(map.finish());
  EXPECT_EQ(read()["gaps"].size(), 3U);
  EXPECT_EQ(read()["finished"], true);
}

TEST_F(GapMaps, ThatCannotBeWrittenSayWhy) {
  std::filesystem::create_directories(path + "/occupied");
  lost.add(64, 128);
  GapMap map = make();
  map.update();
  EXPECT_TRUE(map.finish());
  EXPECT_FALSE(map.written());
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

// Who has the old one open keeps it: it was not written into.
TEST(ReplacedFile, IsAnotherFile) {
  const core::TemporaryDirectory directory(std::filesystem::temp_directory_path());
  const std::string path = directory.file("small");
  ASSERT_FALSE(replace_file(path, "old and longer"));
  std::ifstream old(path);
  std::ofstream(path + ".new") << "what a crash left, which is longer";
  ASSERT_FALSE(replace_file(path, "new"));
  const auto text = [](std::ifstream& file) {
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::ifstream fresh(path);
  EXPECT_EQ(text(fresh), "new");
  EXPECT_EQ(text(old), "old and longer");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

}  // namespace
}  // namespace ringproc::tool
