#include "file/producer_lock.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ringproc::core {
namespace {

TEST(ProducerLock, IsTakenOverFromAThreadThatDied) {
  ProducerLock lock;
  std::thread([&] { static_cast<void>(lock.lock()); }).join();

  EXPECT_TRUE(lock.lock());

  lock.unlock();
  EXPECT_FALSE(lock.lock());
}

TEST(ProducerLock, LetsOneThreadInAtATime) {
  ProducerLock lock;
  int counter = 0;  // not atomic on purpose
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        EXPECT_FALSE(lock.lock());
        ++counter;
        lock.unlock();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter, 80'000);
}

}  // namespace
}  // namespace ringproc::core
