// What stands in the page of a run, as far as no browser is needed to see it.
#include "measure/page.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "measure/page_template.hpp"

namespace ringproc::tool::measure {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDataBegins = R"(<script type="application/json" id="data">)";

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// As a browser takes it: up to the first end of a script.
std::string data_in(const std::string& page) {
  const std::size_t begin = page.find(kDataBegins) + kDataBegins.size();
  return page.substr(begin, page.find("</script", begin) - begin);
}

TEST(PageTemplate, HasOnePlaceForTheRun) {
  EXPECT_EQ(count_of(page_template(), kRunPlaceholder), 1u);
  EXPECT_EQ(count_of(page_template(), kDataBegins), 1u);
}

TEST(PageTemplate, IsWhole) {
  EXPECT_TRUE(page_template().starts_with("<!doctype html>"));
  EXPECT_TRUE(page_template().ends_with("</html>\n"));
  EXPECT_LT(page_template().size(), 60'000u);
}

TEST(PageTemplate, NamesNoPlaceInAnyNetwork) {
  EXPECT_EQ(count_of(page_template(), "://"), 0u);
  EXPECT_EQ(count_of(page_template(), "@import"), 0u);
  EXPECT_EQ(count_of(page_template(), "innerHTML"), 0u);
}

TEST(Page, HoldsTheRun) {
  const Json run = {{"durable", true},
                    {"cases", Json::array({{{"name", "flush raw growing 4K"}}})}};
  EXPECT_EQ(Json::parse(data_in(page_of(run))), run);
}

TEST(Page, LeavesNoPlaceholder) {
  EXPECT_EQ(count_of(page_of(Json::object()), kRunPlaceholder), 0u);
}

TEST(Page, KeepsAPlaceholderInTheRunAsItIs) {
  const Json run = {{"command", std::string(kRunPlaceholder)}};
  EXPECT_EQ(Json::parse(data_in(page_of(run))), run);
}

TEST(Page, LetsNoTextEndTheScript) {
  const Json run = {{"</script>", "</script><img src=x><!--<script>"}};
  const std::string page = page_of(run);
  EXPECT_EQ(Json::parse(data_in(page)), run);
  EXPECT_EQ(count_of(data_in(page), "<"), 0u);
  EXPECT_EQ(count_of(page, "<"), count_of(page_template(), "<"));
}

TEST(Page, BearsNamesThatAreNoUtf8) {
  const Json run = {{"directory", "caf\xe9"}};
  EXPECT_EQ(Json::parse(data_in(page_of(run)))["directory"], "caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace ringproc::tool::measure
