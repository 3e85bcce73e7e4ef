#include "procedure/slots.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace ringproc::core {
namespace {

TEST(Slots, FindsWhatWasAddedAndNothingElse) {
  Slots slots;
  const auto key = slots.add(nullptr);
  ASSERT_TRUE(key);
  EXPECT_TRUE(slots.enter(*key));
  EXPECT_FALSE(slots.enter({key->slot, key->generation + 1}));
  EXPECT_FALSE(slots.enter({key->slot + 1, key->generation}));
  EXPECT_FALSE(slots.enter({0, 0}));
  EXPECT_FALSE(slots.enter({UINT32_MAX, key->generation}));
}

TEST(Slots, RetiresOnce) {
  Slots slots;
  const auto key = slots.add(nullptr);
  EXPECT_TRUE(slots.retire(*key));
  EXPECT_FALSE(slots.retire(*key));
  EXPECT_FALSE(slots.enter(*key));
}

TEST(Slots, GivesOutManyMoreThanOneChunkHolds) {
  Slots slots;
  std::vector<Slots::Key> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back(*slots.add(nullptr));
  for (const auto& key : keys) EXPECT_TRUE(slots.enter(key));
}

TEST(Slots, StaleKeysDisturbNobody) {
  Slots slots;
  const Slots::Key stale = *slots.add(nullptr);
  ASSERT_TRUE(slots.retire(stale));
  std::atomic<bool> stop{false};
  std::thread stranger([&] {
    while (!stop) EXPECT_FALSE(slots.enter(stale));
  });
  for (int i = 0; i < 20'000; ++i) {
    const auto key = slots.add(nullptr);
    EXPECT_TRUE(slots.enter(*key));
    EXPECT_TRUE(slots.retire(*key));
  }
  stop = true;
  stranger.join();
}

}  // namespace
}  // namespace ringproc::core
