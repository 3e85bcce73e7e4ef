// Options: text, defaults, per path, of an open file, from the environment.
#include <ostream>

#include "api/support.hpp"

namespace {

using namespace std::chrono_literals;

TEST(OptionsText, SetsEveryKey) {
  api::Options options;
  EXPECT_EQ(ringproc::parse_options(
                "ring=64M,memory_limit=1G,age=250ms,on_full=fail,write_timeout=2,"
                "flush_timeout=3s,flush=os,close=device,close_timeout=4s,exit_timeout=5s,"
                "wait_for_space=on,direct=off,preallocate=off,survive=off,recover=off",
                options),
            "");
  EXPECT_EQ(options.ring_bytes, 64U << 20);
  EXPECT_EQ(options.memory_limit_bytes, 1U << 30);
  EXPECT_EQ(options.age, 250ms);
  EXPECT_EQ(options.on_full, ringproc::OnFull::fail);
  EXPECT_EQ(options.write_timeout, 2s);
  EXPECT_EQ(options.flush_timeout, 3s);
  EXPECT_EQ(options.flush, ringproc::Until::os);
  EXPECT_EQ(options.close, ringproc::Until::device);
  EXPECT_EQ(options.close_timeout, 4s);
  EXPECT_EQ(options.exit_timeout, 5s);
  EXPECT_TRUE(options.wait_for_space);
  EXPECT_EQ(options.direct, ringproc::Direct::off);
  EXPECT_EQ(options.survive, ringproc::Survive::off);
}

TEST(OptionsText, AnEmptyTextChangesNothing) {
  api::Options options;
  EXPECT_EQ(ringproc::parse_options("", options), "");
  EXPECT_EQ(options, api::Options());
}

TEST(OptionsText, TimeoutsTakeNone) {
  api::Options options;
  options.flush_timeout = 5s;
  EXPECT_EQ(ringproc::parse_options("flush_timeout=none", options), "");
  EXPECT_EQ(options.flush_timeout, 0ms);
}

struct BadText {
  const char* text;
  const char* word;  // that its message must name
  // Else the test's name would hold addresses, and be another one in every build.
  friend void PrintTo(const BadText& bad, std::ostream* out) { *out << bad.text; }
};

class BadOptionsText : public testing::TestWithParam<BadText> {};

TEST_P(BadOptionsText, IsRefusedWithAMessageThatNamesIt) {
  api::Options options;
  const auto message = ringproc::parse_options(GetParam().text, options);
  EXPECT_NE(message.find(GetParam().word), std::string::npos)
      << GetParam().text << " gave \"" << message << "\"";
  EXPECT_EQ(options, api::Options());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadOptionsText,
    testing::Values(
        BadText{"colour=red", "colour"}, BadText{"ring", "ring"}, BadText{"ring=", "ring"},
        BadText{"ring=x", "ring"}, BadText{"ring=-1", "ring"}, BadText{"ring=1", "ring"},
        BadText{"ring=4095", "ring"}, BadText{"ring=2000G", "ring"},
        BadText{"ring=99999999999999999999", "ring"}, BadText{"ring=17179869184G", "ring"},
        BadText{"ring=64Q", "ring"}, BadText{"ring=64MM", "ring"}, BadText{"ring=64M x", "ring"},
        BadText{"age=0", "age"}, BadText{"age=3601s", "age"}, BadText{"age=none", "age"},
        BadText{"age=soon", "age"}, BadText{"age=1s,on_full=maybe", "on_full"},
        BadText{"age=5s,colour=red", "colour"}, BadText{"flush=disk", "flush"},
        BadText{"close=never", "close"}, BadText{"wait_for_space=perhaps", "wait_for_space"},
        BadText{"direct=1", "direct"}, BadText{"preallocate=some", "preallocate"},
        BadText{"survive=yes", "survive"}, BadText{"recover=on", "recover"},
        BadText{"write_timeout=-1s", "write_timeout"},
        BadText{"flush_timeout=1h", "flush_timeout"}));

TEST(OptionsText, ShortMessageBuffersAreFilledSafely) {
  ringproc_options options;
  options.size = sizeof options;
  ASSERT_EQ(ringproc_options_init(&options), 0);
  char message[8] = "1234567";
  EXPECT_EQ(ringproc_options_parse(&options, "colour=red", message, 4), RINGPROC_E_OPTION);
  EXPECT_EQ(message[3], '\0');
  EXPECT_EQ(message[4], '5');
  EXPECT_EQ(ringproc_options_parse(&options, "colour=red", message, 0), RINGPROC_E_OPTION);
  EXPECT_EQ(ringproc_options_parse(&options, "colour=red", nullptr, 100), RINGPROC_E_OPTION);
}

class OpenOptions : public testing::Test {
 protected:
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
};

// The large values cannot be mapped either, so that a missing check does not eat the machine.
TEST_F(OpenOptions, ARingOutsideItsRangeIsRefused) {
  using Sizes = std::initializer_list<std::uint64_t>;
  for (const auto ring : Sizes{1, 4095, 1ULL << 50, UINT64_MAX}) {
    api::Options options;
    options.ring_bytes = ring;
    EXPECT_EQ(api::open_error(path_, api::kCreate, &options), RINGPROC_E_OPTION) << ring;
    EXPECT_FALSE(std::filesystem::exists(path_)) << "a refused open made the file";
  }
}

TEST_F(OpenOptions, AnAgeOutsideItsRangeIsRefused) {
  for (const auto age : {0ms, -1ms, 3600001ms}) {
    api::Options options;
    options.age = age;
    EXPECT_EQ(api::open_error(path_, api::kCreate, &options), RINGPROC_E_OPTION) << age.count();
  }
}

TEST_F(OpenOptions, ValuesOutsideAnEnumerationAreRefused) {
  ringproc_options good;
  good.size = sizeof good;
  ASSERT_EQ(ringproc_options_init(&good), 0);
  for (const auto member :
       {&ringproc_options::on_full, &ringproc_options::flush, &ringproc_options::close,
        &ringproc_options::wait_for_space, &ringproc_options::direct,
        &ringproc_options::preallocate, &ringproc_options::survive, &ringproc_options::recover}) {
    auto options = good;
    options.*member = 77;
    ringproc_file* file = nullptr;
    EXPECT_EQ(ringproc_open(path_.c_str(), RINGPROC_CREATE, &options, &file), RINGPROC_E_OPTION);
  }
}

TEST_F(OpenOptions, ARingIsRoundedUpToWholePages) {
  api::Options options;
  options.ring_bytes = 5000;
  auto file = api::open(path_, api::kCreate, &options);
  EXPECT_EQ(file.stats().ring_capacity_bytes, 8192U);
}

TEST_F(OpenOptions, OfThePathAreUsedAndRemovable) {
  ringproc_options options;
  options.size = sizeof options;
  ASSERT_EQ(ringproc_options_init(&options), 0);
  options.ring_bytes = 8192;
  ASSERT_EQ(ringproc_set_path_options(path_.c_str(), &options), 0);
  EXPECT_EQ(api::open(path_, api::kCreate).stats().ring_capacity_bytes, 8192U);
  EXPECT_NE(api::open(directory_.file("g"), api::kCreate).stats().ring_capacity_bytes, 8192U);
  ASSERT_EQ(ringproc_set_path_options(path_.c_str(), nullptr), 0);
  EXPECT_NE(api::open(path_, api::kCreate).stats().ring_capacity_bytes, 8192U);
}

TEST_F(OpenOptions, DefaultsAreUsedAndGoBack) {
  ringproc_options options;
  options.size = sizeof options;
  ASSERT_EQ(ringproc_options_init(&options), 0);
  options.ring_bytes = 12288;
  ASSERT_EQ(ringproc_set_defaults(&options), 0);
  EXPECT_EQ(api::open(path_, api::kCreate).stats().ring_capacity_bytes, 12288U);
  ASSERT_EQ(ringproc_set_defaults(nullptr), 0);
  EXPECT_EQ(api::open(path_, api::kCreate).stats().ring_capacity_bytes, 16U << 20);
}

TEST_F(OpenOptions, OfAnOpenFileMayChangeInPart) {
  api::Options options;
  options.ring_bytes = 4096;
  auto file = api::open(path_, api::kCreate, &options);
  options.on_full = ringproc::OnFull::fail;
  EXPECT_FALSE(file.set_options(options));
  EXPECT_EQ(file.write(api::bytes(std::string(5000, 'x'))).error.value(), RINGPROC_E_OVERRUN);
  options.on_full = ringproc::OnFull::block;
  EXPECT_FALSE(file.set_options(options));
  EXPECT_FALSE(file.write(api::bytes(std::string(5000, 'x'))).error);
}

TEST_F(OpenOptions, TheRingOfAnOpenFileMayNotChange) {
  api::Options options;
  options.ring_bytes = 4096;
  auto file = api::open(path_, api::kCreate, &options);
  options.ring_bytes = 8192;
  EXPECT_EQ(file.set_options(options).value(), RINGPROC_E_OPTION);
  EXPECT_EQ(file.stats().ring_capacity_bytes, 4096U);
}

TEST_F(OpenOptions, SurviveOnFailsWhereItIsNotInForce) {
  api::Options options;
  options.survive = ringproc::Survive::on;
  std::error_code error;
  const auto file = api::File::open(path_, api::kCreate, error, &options);
  if (file) {
    EXPECT_NE(file.stats().capabilities & RINGPROC_CAN_SURVIVE, 0U);
  } else {
    EXPECT_EQ(error.value(), RINGPROC_E_OPTION);
  }
}

TEST_F(OpenOptions, ComeFromTheEnvironment) {
  EXPECT_EQ(api::child({"environment", path_}, "RINGPROC_OPTIONS=ring=64K,on_full=fail,age=250ms"),
            0);
}

TEST_F(OpenOptions, BadOnesInTheEnvironmentAreRefused) {
  EXPECT_EQ(api::child({"bad-environment", path_}, "RINGPROC_OPTIONS=age=5s,colour=red"), 0);
}

}  // namespace
