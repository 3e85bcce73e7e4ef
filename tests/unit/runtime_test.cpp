// The runtime with real threads and files: bytes reach the disk without anybody asking.
#include "runtime/runtime.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "runtime/handle.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {
namespace {

class RuntimeTest : public testing::Test {
 protected:
  RuntimeTest() {
    request.mode = {true, true, true, false, false};
    request.cut = true;
    request.options = Options{};
  }
  ~RuntimeTest() override { std::filesystem::remove(path); }

  std::unique_ptr<Handle> open() {
    std::error_code error;
    auto handle = Handle::open(path, request, error);
    EXPECT_FALSE(error) << error.message();
    return handle;
  }
  static void wait_written(Handle& handle, std::uint64_t position) {
    while (handle.statistics().written < position) std::this_thread::yield();
  }
  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  const std::string path = testing::TempDir() + "/ringproc-runtime-" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() +
                           std::to_string(::getpid());
  HandleRequest request;
};

TEST_F(RuntimeTest, BytesAreWrittenOutByAge) {
  request.options->age = std::chrono::milliseconds(20);
  const auto handle = open();
  ASSERT_EQ(handle->write(bytes_of("hello")).bytes, 5u);
  wait_written(*handle, 5);
  EXPECT_EQ(content(), "hello");
}

TEST_F(RuntimeTest, APatchAloneIsWrittenOutToo) {
  request.options->age = std::chrono::milliseconds(20);
  const auto handle = open();
  ASSERT_EQ(handle->write_at(bytes_of("patch"), 3).bytes, 5u);
  while (content().size() < 8) std::this_thread::yield();
  EXPECT_EQ(content(), std::string("\0\0\0patch", 8));
}

// Whether a timer of this process fires soon: until then the service looks by itself. (Asio has one
// of five minutes always.)
bool a_timer_is_set() {
  constexpr std::string_view kKey = "it_value: (";
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream facts(file.path());
    for (std::string line; std::getline(facts, line);) {
      if (line.starts_with(kKey) && std::stol(line.substr(kKey.size())) < 100) return true;
    }
  }
  return false;
}

// Some find the service's timer set and do not wake it, some must.
TEST_F(RuntimeTest, TheFirstByteOfEveryFileIsHeard) {
  request.options->age = std::chrono::milliseconds(1);
  for (int i = 0; i < 30; ++i) {
    const auto handle = open();
    while (i % 3 == 0 && a_timer_is_set()) std::this_thread::yield();
    ASSERT_EQ(handle->write(bytes_of("x")).bytes, 1u);
    wait_written(*handle, 1);
  }
}

TEST_F(RuntimeTest, MuchIsWrittenOutLongBeforeItsAge) {
  request.options->age = std::chrono::hours(1);
  const auto handle = open();
  const std::string much(1 << 20, 'm');
  ASSERT_EQ(handle->write(bytes_of(much)).bytes, much.size());
  wait_written(*handle, much.size());
  EXPECT_EQ(content(), much);
}

TEST_F(RuntimeTest, ASmallRingTakesAnyAmount) {
  request.options->ring_bytes = 4096;
  const auto handle = open();
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    const std::string text(static_cast<std::size_t>(1 + i * 37 % 5000),
                           static_cast<char>('a' + i % 26));
    ASSERT_EQ(handle->write(bytes_of(text)).bytes, text.size());
    all += text;
  }
  ASSERT_FALSE(handle->close());
  EXPECT_TRUE(content() == all);
}

TEST_F(RuntimeTest, CloseDrains) {
  auto handle = open();
  ASSERT_EQ(handle->write(bytes_of("hello")).bytes, 5u);
  EXPECT_FALSE(handle->close());
  EXPECT_EQ(content(), "hello");
}

TEST_F(RuntimeTest, FlushWithATimeOutGoesThroughALane) {
  request.options->flush_timeout = std::chrono::minutes(5);
  const auto handle = open();
  ASSERT_EQ(handle->write_flush(bytes_of("hello")).bytes, 5u);
  EXPECT_EQ(handle->statistics().durable, 5u);
}

TEST_F(RuntimeTest, ThreadsDoNotGrowWithFiles) {
  const auto threads = [] {
    std::size_t n = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm"), name);
      n += name.starts_with("ringproc-") ? 1u : 0u;  // sanitizers have threads of their own
    }
    return n;
  };
  std::vector<std::unique_ptr<Handle>> handles;
  request.options->age = std::chrono::milliseconds(20);
  for (int i = 0; i < 100; ++i) {
    std::error_code error;
    handles.push_back(Handle::open(path + std::to_string(i), request, error));
    ASSERT_FALSE(error);
    ASSERT_EQ(handles.back()->write(bytes_of("x")).bytes, 1u);
  }
  for (auto& handle : handles) wait_written(*handle, 1);
  EXPECT_LE(threads(), 1u + Lanes::kThreadsPerLane) << "the service thread and one lane's";
  handles.clear();
  for (int i = 0; i < 100; ++i) std::filesystem::remove(path + std::to_string(i));
}

TEST_F(RuntimeTest, EveryCloseOfATimedOutDrainIsHonest) {
  request.options->close_timeout = std::chrono::milliseconds(1);
  request.options->age = std::chrono::hours(1);
  auto handle = open();
  const std::string much(8 << 20, 'm');
  ASSERT_EQ(handle->write(bytes_of(much)).bytes, much.size());
  const std::error_code error = handle->close();
  // Fast disks make it in time: either is right, a lie is not.
  if (!error) {
    EXPECT_EQ(content().size(), much.size());
  } else {
    EXPECT_EQ(error, Errc::unwritten);
  }
  handle.reset();
  std::error_code again;
  do {
    handle = Handle::open(path, request, again);
  } while (again == Errc::sharing);
  EXPECT_FALSE(again);
}

}  // namespace
}  // namespace ringproc::core
