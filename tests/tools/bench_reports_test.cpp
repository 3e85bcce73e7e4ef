// The files of --json and --html.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench_case.hpp"
#include "measure/report_files.hpp"

namespace ringproc::tool::measure {
namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class BenchReports : public testing::Test {
 protected:
  core::TemporaryDirectory directory_{quick_directory()};
  const std::string json_ = directory_.file("a.json");
  const std::string html_ = directory_.file("a\xff.html");
};

TEST_F(BenchReports, AreThereFromTheBeginningAndWrittenAtTheEnd) {
  {
    ReportFiles reports({json_, html_}, false);
    EXPECT_EQ(reports.error(), "");
    EXPECT_TRUE(fs::exists(json_));
    EXPECT_TRUE(reports.write(json_, "{}\n"));
    EXPECT_TRUE(reports.write(html_, "<p>\n"));
  }
  EXPECT_EQ(content(json_), "{}\n");
  EXPECT_EQ(content(html_), "<p>\n");
}

TEST_F(BenchReports, ThatAreNotWrittenAreGone) {
  {
    ReportFiles reports({json_, html_}, false);
    EXPECT_TRUE(reports.write(json_, "{}\n"));
  }
  EXPECT_TRUE(fs::exists(json_));
  EXPECT_FALSE(fs::exists(html_));
}

TEST_F(BenchReports, OneThatIsThereIsRefusedAndTheOtherIsNotLeft) {
  std::ofstream(html_) << "mine";
  {
    const ReportFiles reports({json_, html_}, false);
    EXPECT_NE(reports.error().find("exists already"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(json_));
  EXPECT_EQ(content(html_), "mine");
}

TEST_F(BenchReports, OneToBeReplacedStaysUntilItIs) {
  std::ofstream(json_) << "mine, and longer";
  {
    const ReportFiles reports({json_, ""}, true);
    EXPECT_EQ(reports.error(), "");
  }
  EXPECT_EQ(content(json_), "mine, and longer");
  ReportFiles reports({json_, "-"}, true);
  EXPECT_TRUE(reports.write(json_, "{}\n"));
  EXPECT_EQ(content(json_), "{}\n");
}

TEST_F(BenchReports, ADirectoryThatIsNotThereIsTold) {
  const ReportFiles reports({directory_.file("no/a.json")}, false);
  EXPECT_TRUE(reports.error().starts_with("cannot create ")) << reports.error();
}

}  // namespace
}  // namespace ringproc::tool::measure
