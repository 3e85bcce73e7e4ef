#include "base/options_text.hpp"

#include <gtest/gtest.h>

namespace ringproc::core {
namespace {

TEST(OptionsText, SetsEveryKeyOfTheTable) {
  Options options;

  const std::string problem = apply_options(
      "ring=64M,memory_limit=1G,age=250ms,on_full=fail,write_timeout=2s,flush_timeout=1.5,flush=os,"
      "close=device,close_timeout=none,exit_timeout=5s,wait_for_space=on,direct=off,"
      "preallocate=written,survive=off,recover=off",
      options);

  EXPECT_EQ(problem, "");
  Options expected;
  expected.ring_bytes = 64u << 20;
  expected.memory_limit_bytes = 1u << 30;
  expected.age = std::chrono::milliseconds(250);
  expected.on_full = OnFull::fail;
  expected.write_timeout = std::chrono::seconds(2);
  expected.flush_timeout = std::chrono::milliseconds(1500);
  expected.flush = Until::os;
  expected.close = Until::device;
  expected.close_timeout = std::chrono::milliseconds(0);
  expected.exit_timeout = std::chrono::seconds(5);
  expected.wait_for_space = true;
  expected.direct = Direct::off;
  expected.preallocate = Preallocate::written;
  expected.survive = Survive::off;
  expected.recover = Recover::off;
  EXPECT_EQ(options, expected);
}

TEST(OptionsText, RefusesAndNamesWhatIsWrong) {
  for (const std::string text :
       {"rings=1M", "ring=", "ring=1", "ring=2000G", "ring=-4M", "ring=4MB", "ring=nan", "age=0",
        "age=none", "on_full=drop", "flush=disk", "write_timeout=5m", "ring", "close_timeout=0",
        "wait_for_space=1", "direct=yes", "ring=64M,memory_limit=1M", "=", "ring=1e99"}) {
    Options options;
    const std::string problem = apply_options(text, options);
    EXPECT_NE(problem, "") << text;
    EXPECT_EQ(options, Options{}) << text;
  }
}

TEST(OptionsText, NamesKeyAndValueInTheMessage) {
  Options options;
  EXPECT_EQ(apply_options("speed=9", options), "unknown option 'speed'");
  EXPECT_EQ(apply_options("on_full=drop", options), "option on_full: 'drop' is not block or fail");
  for (const std::string age : {"2h", "0", "3601"}) {
    EXPECT_EQ(apply_options("age=" + age, options),
              "option age: '" + age + "' is not a time from 1ms to one hour, such as 250ms or 2s");
  }
}

TEST(OptionsText, ChangesNothingWhenALaterItemIsBad) {
  Options options;
  EXPECT_NE(apply_options("ring=8M,age=x", options), "");
  EXPECT_EQ(options.ring_bytes, 0u);
}

TEST(OptionsText, TakesAnEmptyText) {
  Options options;
  EXPECT_EQ(apply_options("", options), "");
}

}  // namespace
}  // namespace ringproc::core
