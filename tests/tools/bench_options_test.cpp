// What was typed after `ringproc bench`, in numbers and back in words.
#include "measure/bench_options.hpp"

#include <gtest/gtest.h>
#include <wordexp.h>

#include <CLI/CLI.hpp>

#include "usage_error.hpp"

namespace ringproc::tool::measure {
namespace {

struct Typed {
  BenchArguments arguments;
  std::string words;  // as words_of() has them
};

Typed typed(std::vector<std::string> words) {
  Typed result;
  CLI::App app;
  add_bench_arguments(app, result.arguments);
  std::ranges::reverse(words);  // as the library wants them
  app.parse(words);
  result.words = words_of(app);
  return result;
}

// As a shell takes them apart.
std::vector<std::string> split(const std::string& text) {
  wordexp_t found{};
  EXPECT_EQ(wordexp(text.c_str(), &found, WRDE_NOCMD), 0) << text;
  std::vector<std::string> words(found.we_wordv, found.we_wordv + found.we_wordc);
  wordfree(&found);
  return words;
}

TEST(BenchOptions, SizesAreBytesOrHaveAUnit) {
  EXPECT_EQ(parse_size("--size", "0"), 0U);
  EXPECT_EQ(parse_size("--size", "4097"), 4097U);
  EXPECT_EQ(parse_size("--size", "4K"), 4096U);
  EXPECT_EQ(parse_size("--size", "64M"), 64U << 20);
  EXPECT_EQ(parse_size("--size", "3G"), std::uint64_t{3} << 30);
  EXPECT_EQ(parse_size("--size", "18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_size("--size", "17179869183G"), std::uint64_t{17'179'869'183} << 30);
}

TEST(BenchOptions, WhatIsNoSizeIsRefusedByTheNameOfItsOption) {
  for (const char* text : {"", "K", "-1", "+1", " 1", "1 ", "4k", "1T", "1.5M", "4KK", "0x10",
                           "18446744073709551616", "17179869184G", "99999999999999999999K"}) {
    try {
      static_cast<void>(parse_size("--block", text));
      ADD_FAILURE() << text;
    } catch (const UsageError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("--block: ")) << error.what();
    }
  }
}

TEST(BenchOptions, WordsComeBackAsTheyWereTyped) {
  const std::vector<std::string> words = {
      "it's a \"disk\" $HOME `x` \\ *",
      "--proc",
      "raw,ring",
      "--op",
      "flush,stream",
      "--block",
      "512,64K",
      "--callers",
      "1,16",
      "--file",
      "growing,prepared",
      "--rate",
      "12.5",
      "--arrival",
      "poisson",
      "--options",
      "ring=64M,preallocate=written",
      "--json",
      "-",
      "--html",
      "a b.html",
      "--seed",
      "7",
      "-y",
      "--details",
  };
  const Typed once = typed(words);
  const Typed twice = typed(split(once.words));
  EXPECT_EQ(twice.words, once.words);
  EXPECT_EQ(twice.arguments.directory, words[0]);
  EXPECT_EQ(twice.arguments.blocks, (std::vector<std::string>{"512", "64K"}));
  EXPECT_EQ(twice.arguments.callers, (std::vector<std::int64_t>{1, 16}));
  EXPECT_EQ(twice.arguments.options, "ring=64M,preallocate=written");
  EXPECT_EQ(twice.arguments.html, "a b.html");
  EXPECT_TRUE(twice.arguments.overwrite);
  EXPECT_FALSE(twice.arguments.quiet);
}

TEST(BenchOptions, WhatIsNoSeedIsToldInAFewWords) {
  for (const std::string seed : {"x", "-1", "1.5"}) {
    try {
      static_cast<void>(typed({"--seed", seed}));
      ADD_FAILURE() << seed;
    } catch (const CLI::ParseError& error) {
      EXPECT_EQ(error.what(), "--seed: '" + seed + "' is not a whole number");
    }
  }
}

TEST(BenchOptions, NothingTypedIsNoWords) { EXPECT_EQ(typed({}).words, ""); }

TEST(BenchOptions, TheDirectoryMayStandBehindAList) {
  for (const char* option : {"--proc=raw", "--op=flush", "--block=4K", "--callers=1,2",
                             "--file=growing", "--size=1M", "-q"}) {
    std::string name = option;
    std::vector<std::string> words{name.substr(0, name.find('='))};
    if (name != words[0]) words.push_back(name.substr(name.find('=') + 1));
    words.emplace_back("/data");
    EXPECT_EQ(typed(words).arguments.directory, "/data") << option;
  }
}

TEST(BenchOptions, ARateAloneIsFixed) {
  const Plan plan = checked(typed({"--rate", "10"}).arguments).plan;
  EXPECT_EQ(plan.cases.back().arrival.kind, Arrival::Kind::fixed);
  EXPECT_EQ(plan.cases.back().arrival.per_second, 10);
}

TEST(BenchOptions, OptionsThatChangeTheFiguresAreWarnedOf) {
  ASSERT_EQ(unsetenv("RINGPROC_OPTIONS"), 0);
  EXPECT_TRUE(option_warnings("").empty());
  EXPECT_TRUE(option_warnings("ring=64M").empty());
  EXPECT_EQ(option_warnings("ring=64M,flush=os").size(), 1U);
  ASSERT_EQ(setenv("RINGPROC_OPTIONS", "flush=os", 1), 0);
  EXPECT_EQ(option_warnings("").size(), 2U);
  EXPECT_EQ(option_warnings("flush=device").size(), 1U);
  ASSERT_EQ(unsetenv("RINGPROC_OPTIONS"), 0);
}

TEST(BenchOptions, ReportsThatDoNotGoTogetherAreRefused) {
  const auto check = [](const std::vector<std::string>& words) {
    check_reports(typed(words).arguments);
  };
  EXPECT_THROW(check({"--compare", "a", "b", "--html", "c"}), UsageError);
  EXPECT_THROW(check({"--json", "-", "--html", "-"}), UsageError);
  EXPECT_THROW(check({"--json", "a", "--html", "./x/../a"}), UsageError);
  EXPECT_NO_THROW(check({"--compare", "a", "b", "--json", "c"}));
  EXPECT_NO_THROW(check({"--json", "a", "--html", "b"}));
  EXPECT_NO_THROW(check({}));
}

TEST(BenchOptions, WhatDoesNotGoTogetherIsRefusedByName) {
  const auto refusal = [](const std::vector<std::string>& words) -> std::string {
    try {
      static_cast<void>(checked(typed(words).arguments));
    } catch (const UsageError& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_TRUE(refusal({"--arrival", "poisson"}).find("--rate") != std::string::npos);
  EXPECT_TRUE(refusal({"--arrival", "closed", "--rate", "1"}).find("--rate") != std::string::npos);
  EXPECT_TRUE(refusal({"--options", "ring=much"}).starts_with("--options: "));
  EXPECT_TRUE(refusal({"--callers", "-1"}).starts_with("--callers "));
  EXPECT_TRUE(refusal({"--callers", "99999999999"}).starts_with("--callers "));
  EXPECT_TRUE(refusal({"--block", "8G"}).starts_with("--block "));
  EXPECT_TRUE(refusal({"--size", "many"}).starts_with("--size: "));
  EXPECT_TRUE(refusal({"--rounds", "-3"}).starts_with("--rounds "));
}

}  // namespace
}  // namespace ringproc::tool::measure
