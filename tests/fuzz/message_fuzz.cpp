// libFuzzer: messages to the I/O procedure, in any order, with arguments an application may get
// wrong: foreign, stale and damaged MMIOINFO, negative and huge counts, NULL, unknown messages and
// flags, names that are not there. Never a crash; and what a handle reads is what was written
// through all of them, as a second file shows that is written with plain calls.
#include <fcntl.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fuzz_check.hpp"
#include "ringproc/procedure.h"

namespace {

using fuzz::check;

constexpr std::size_t kBuffer = 40'000;
constexpr int kMostMessages = 60;
constexpr std::int64_t kLargestSize = (std::int64_t{1} << 32) - 2;

struct Directory {
  std::string path = "/dev/shm/ringproc-fuzz-XXXXXX";
  Directory() {
    if (!::mkdtemp(path.data())) std::abort();
    std::filesystem::create_directory(path + "/files");
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

const Directory& directory() {
  static const Directory one;
  return one;
}

class Play {
 public:
  explicit Play(FuzzedDataProvider& input) : input_(input) {
    std::filesystem::remove_all(files());
    std::filesystem::create_directory(files());
    model_ = ::open(directory().path.c_str(), O_TMPFILE | O_RDWR, 0600);
    check(model_ >= 0, "there is room for the test");
    for (std::size_t i = 0; i < buffer_.size(); ++i)
      buffer_[i] = static_cast<char>(i * 31 + i / 256);
  }
  ~Play() { ::close(model_); }

  void run() {
    for (int i = 0; i < kMostMessages && input_.remaining_bytes() > 0; ++i) one();
    for (MMIOINFO& info : infos_) static_cast<void>(send(&info, MMIOM_CLOSE, 0, 0));
  }

 private:
  static std::string files() { return directory().path + "/files"; }

  LRESULT send(MMIOINFO* info, UINT message, LPARAM first, LPARAM second) {
    return ringproc_ioproc(reinterpret_cast<LPSTR>(info), message, first, second);
  }
  LPARAM at(void* memory) { return reinterpret_cast<LPARAM>(memory); }
  std::string name() { return files() + (input_.ConsumeBool() ? "/a.wav" : "/b.wav"); }
  MMIOINFO& some_info() { return infos_[input_.ConsumeIntegralInRange<std::size_t>(0, 2)]; }

  void one() {
    switch (input_.ConsumeIntegralInRange(0, 12)) {
      case 0:
      case 1:
        return open();
      case 2:
      case 3:
        return write(MMIOM_WRITE);
      case 4:
        return write(MMIOM_WRITEFLUSH);
      case 5:
      case 6:
        return read();
      case 7:
      case 8:
        return seek();
      case 9:
        return static_cast<void>(
            send(&some_info(), MMIOM_CLOSE, input_.ConsumeIntegral<LONG>(), 0));
      case 10:
        return ask();
      case 11:
        return damage();
      default:
        return anything();
    }
  }

  // Which flags make a file's content unknown to the model: another name, another size.
  void open() {
    MMIOINFO& info = some_info();
    static_cast<void>(send(&info, MMIOM_CLOSE, 0, 0));
    const DWORD flags = input_.ConsumeBool()
                            ? DWORD{MMIO_READWRITE}
                            : (input_.ConsumeBool() ? MMIO_READWRITE | MMIO_CREATE
                                                    : input_.ConsumeIntegral<DWORD>());
    info = {};
    info.dwFlags = flags;
    std::array<char, 512> text{};
    const std::string path = compares_ ? files() + "/a.wav" : name();
    path.copy(text.data(), text.size() - 1);
    const bool adopts = input_.ConsumeIntegralInRange(0, 30) == 0;
    if (adopts) info.adwInfo[0] = input_.ConsumeIntegral<DWORD>() | 0x40000000u;  // none of ours
    const LRESULT result = send(&info, MMIOM_OPEN, adopts ? 0 : at(text.data()), 0);
    const bool plain = flags == MMIO_READWRITE || flags == (MMIO_READWRITE | MMIO_CREATE);
    if (!plain || adopts) compares_ = false;
    if (result == 0 && flags & MMIO_CREATE) cut();
  }

  void cut() {
    if (::ftruncate(model_, 0) != 0) std::abort();
  }

  LONG some_count() {
    return input_.ConsumeIntegralInRange(0, 9) == 0
               ? -input_.ConsumeIntegralInRange<LONG>(1, INT32_MAX)
               : input_.ConsumeIntegralInRange<LONG>(0, kBuffer);
  }

  // Where the procedure says that the handle stands; -1: it does not say.
  std::int64_t position(MMIOINFO& info) {
    MMIOINFO copy = info;  // asking must not move anything
    const LRESULT result = send(&copy, MMIOM_SEEK, 0, SEEK_CUR);
    return result == -1 ? -1 : static_cast<std::int64_t>(result);
  }

  void write(UINT message) {
    MMIOINFO& info = some_info();
    const LONG count = some_count();
    const std::int64_t before = position(info);
    buffer_[0] = static_cast<char>(++stamp_);
    const bool null = input_.ConsumeIntegralInRange(0, 20) == 0;
    const LRESULT result = send(&info, message, null ? 0 : at(buffer_.data()), count);
    if (before < 0 || count < 0 || (null && count > 0)) {
      return check(result == -1, "a write that cannot be is refused");
    }
    if (result == -1) {
      compares_ = false;  // beyond the limit, or of a handle that may not
      return;
    }
    check(result == count, "a write takes all or nothing");
    check(position(info) == before + count, "a write moves the position");
    const ssize_t done = ::pwrite(model_, buffer_.data(), static_cast<std::size_t>(count), before);
    check(done == count, "there is room for the model");
  }

  void read() {
    MMIOINFO& info = some_info();
    const LONG count = some_count();
    const std::int64_t before = position(info);
    std::vector<char> got(kBuffer, 'x');
    const LRESULT result = send(&info, MMIOM_READ, at(got.data()), count);
    if (before < 0 || count < 0) return check(result == -1, "a read that cannot be is refused");
    if (result == -1 || !compares_) return;
    std::vector<char> expected(kBuffer);
    const ssize_t readable =
        ::pread(model_, expected.data(), static_cast<std::size_t>(count), before);
    check(result == readable, "a read gives what there is");
    check(std::memcmp(got.data(), expected.data(), static_cast<std::size_t>(readable)) == 0,
          "a read sees everything accepted before it");
    check(position(info) == before + readable, "a read moves the position");
  }

  // Where a seek has to go, if it may.
  std::int64_t destination(LONG to, LPARAM origin, std::int64_t before) {
    if (origin == SEEK_SET) return std::int64_t{static_cast<DWORD>(to)};
    if (origin == SEEK_CUR) return before + to;
    struct stat now {};
    check(origin == SEEK_END && ::fstat(model_, &now) == 0, "an unknown origin is refused");
    return static_cast<std::int64_t>(now.st_size) - to;
  }

  void seek() {
    MMIOINFO& info = some_info();
    const std::int64_t before = position(info);
    const LONG to = input_.ConsumeBool() ? input_.ConsumeIntegral<LONG>()
                                         : input_.ConsumeIntegralInRange<LONG>(-100, 50'000);
    const LPARAM origin = input_.ConsumeIntegralInRange<LPARAM>(-1, 4);
    const LRESULT result = send(&info, MMIOM_SEEK, to, origin);
    if (before < 0) return check(result == -1, "a seek without a handle is refused");
    if (result == -1) return check(position(info) == before, "a refused seek moves nothing");
    check(result >= 0 && result <= kLargestSize, "a position is below 4 GiB less 1");
    check(position(info) == result, "a seek goes where it says");
    const std::int64_t expected = destination(to, origin, before);
    check((!compares_ && origin == SEEK_END) || result == expected, "a seek goes where it is told");
    check(static_cast<DWORD>(info.lDiskOffset) == static_cast<DWORD>(result),
          "lDiskOffset follows");
  }

  void ask() {
    MMIOINFO& info = some_info();
    // Not where the handle stands, so that it is seen if somebody puts it right.
    const LONG offset = std::exchange(info.lDiskOffset, input_.ConsumeIntegral<LONG>());
    const MMIOINFO before = info;
    ringproc_stats stats{};
    ringproc_failure failure{};
    stats.size = input_.ConsumeIntegralInRange<std::size_t>(0, sizeof stats);
    failure.size = input_.ConsumeIntegralInRange<std::size_t>(0, sizeof failure);
    std::array<char, 256> text{};
    const std::string options = input_.ConsumeRandomLengthString(40);
    const std::array<LRESULT, 5> results{
        send(&info, RINGPROC_MSG_FLUSH, 0, 0), send(&info, RINGPROC_MSG_STATS, at(&stats), 0),
        send(&info, RINGPROC_MSG_FAILURE, at(&failure), 0),
        send(&info, RINGPROC_MSG_OPTIONS, reinterpret_cast<LPARAM>(options.c_str()),
             at(text.data())),
        send(&info, RINGPROC_MSG_PLACE, at(text.data()),
             input_.ConsumeIntegralInRange<LPARAM>(-1, 256))};
    for (const LRESULT result : results)
      check(result == 1 || result == -1, "a user message is answered");
    check(std::memcmp(&before, &info, sizeof info) == 0, "a user message never writes MMIOINFO");
    info.lDiskOffset = offset;
  }

  // As an application that writes into the structure, or keeps an old copy.
  void damage() {
    MMIOINFO& info = some_info();
    if (input_.ConsumeBool()) {
      MMIOINFO& other = some_info();
      static_cast<void>(send(&info, MMIOM_CLOSE, 0, 0));
      info = other;  // two structures with one handle
      return;
    }
    static_cast<void>(send(&info, MMIOM_CLOSE, 0, 0));
    for (DWORD i = 0; i < 3; ++i) info.adwInfo[i] = input_.ConsumeIntegralInRange<DWORD>(0, 300);
  }

  void anything() {
    const UINT message =
        input_.ConsumeIntegralInRange<UINT>(0, 40) + (input_.ConsumeBool() ? 0 : MMIOM_USER);
    const bool null = input_.ConsumeBool();
    MMIOINFO& info = some_info();
    if (message == MMIOM_RENAME) {
      compares_ = false;
      const std::string from = name();
      const std::string to = name();
      static_cast<void>(send(null ? nullptr : &info, message,
                             null ? 0 : reinterpret_cast<LPARAM>(from.c_str()),
                             reinterpret_cast<LPARAM>(to.c_str())));
      return;
    }
    const bool known = message == MMIOM_OPEN || message == MMIOM_READ || message == MMIOM_WRITE ||
                       message == MMIOM_WRITEFLUSH || message == MMIOM_CLOSE;
    if (known && !null) return;  // those have their own
    static_cast<void>(send(null ? nullptr : &info, message, input_.ConsumeIntegral<LONG>(), 0));
  }

  FuzzedDataProvider& input_;
  std::array<MMIOINFO, 3> infos_{};
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
  unsigned stamp_ = 0;
  int model_ = -1;
  bool compares_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ::setenv("RINGPROC_REGIONS", directory().path.c_str(), 1);
  ::setenv("RINGPROC_LOG", "off", 1);
  ::setenv("RINGPROC_OPTIONS", "ring=4K,age=1ms,survive=off,close_timeout=none", 1);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  Play(input).run();
  return 0;
}
