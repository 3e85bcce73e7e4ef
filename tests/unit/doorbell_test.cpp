#include "file/doorbell.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace ringproc::core {
namespace {

TEST(Doorbell, RingsOnceWhenTheMarkIsPassed) {
  Doorbell bell;
  bell.arm(100);
  EXPECT_FALSE(bell.crossed(100));
  EXPECT_TRUE(bell.crossed(101));
  EXPECT_FALSE(bell.crossed(102)) << "somebody is on the way";
}

TEST(Doorbell, IsSilentWhileTheDrainWorks) {
  Doorbell bell;
  EXPECT_TRUE(bell.take());
  EXPECT_FALSE(bell.crossed(1u << 30));
  EXPECT_FALSE(bell.take());
}

// A writer publishes and looks at the bell; the drain arms it and looks at what is published. Never
// may both miss.
TEST(Doorbell, NoWakeUpIsLost) {
  constexpr std::uint64_t kRounds = 2'000;
  Doorbell bell;
  bell.take();
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> rings{0};
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kRounds; ++i) {
      accepted.exchange(i);
      if (bell.crossed(i)) {
        rings.fetch_add(1);
        rings.notify_one();
      }
      // The next byte comes only after this one was seen: a lost wake-up would stop both for ever.
      accepted.wait(i);
    }
  });
  // A writer may ring late, for a byte that was seen already: so bytes are counted, not rings.
  for (std::uint64_t seen = 0; seen < kRounds;) {
    bell.arm(0);
    if (accepted.load() == 0 || !bell.take()) {
      // Idle: only a ring wakes the drain.
      rings.wait(0);
      rings.fetch_sub(1);
    }
    seen = std::max(seen, accepted.exchange(0));
    accepted.notify_one();
  }
  writer.join();
}

}  // namespace
}  // namespace ringproc::core
