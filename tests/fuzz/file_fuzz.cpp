// libFuzzer: calls of one file, its drain stepped by hand, on a disk that falls short or fails,
// against a string. Every read sees what was accepted; a flush that returns covers it; the first
// error stays. Rings are tiny, so that everything wraps soon.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz_check.hpp"
#include "support/stepped_file.hpp"

namespace ringproc::core {
namespace {

using fuzz::check;

constexpr std::uint64_t kLargestFile = 400'000;
constexpr int kMostSteps = 400;

Options options_from(FuzzedDataProvider& input) {
  Options options;
  options.ring_bytes = input.PickValueInArray<std::uint64_t>({4096, 8192, 12'288, 131'072, 0});
  options.memory_limit_bytes = input.ConsumeBool() ? 0 : 65'536;
  if (options.memory_limit_bytes < options.ring_bytes) options.memory_limit_bytes = 0;
  options.on_full = input.ConsumeBool() ? OnFull::fail : OnFull::block;
  options.direct = input.PickValueInArray({Direct::automatic, Direct::on, Direct::off});
  options.preallocate =
      input.PickValueInArray({Preallocate::automatic, Preallocate::written, Preallocate::off});
  return options;
}

class Play {
 public:
  explicit Play(FuzzedDataProvider& input) : input_(input), options_(options_from(input)) {
    subject_.disk.can_reserve = input.ConsumeBool();
    subject_.scheduler.helpful = true;  // else a write that waits waits for ever
    subject_.disk.on_write = [this](int) { return give(write_error_); };
    subject_.disk.on_sync = [this](int) { return give(sync_error_); };
    subject_.disk.can_direct = true;
    file_ = std::make_shared<File>(std::make_unique<FakeBackend>(subject_.disk), FileId{1, 1},
                                   subject_.scheduler, options_);
    usable_ = !file_->make_writable(nullptr, nullptr);
  }

  void run() {
    for (int step = 0; usable_ && step < kMostSteps && input_.remaining_bytes() > 0; ++step) {
      one();
      const FileStatistics now = file_->statistics();
      check(now.durable <= now.written && now.written <= now.accepted, "the watermarks' order");
      check(failed() || now.logical_size == content_.size(), "the logical size");
      check(failed() || !disk_failed_, "an error of the disk is told");
    }
    if (usable_) end();
  }

 private:
  struct World {
    FakeDisk disk;
    SteppedScheduler scheduler;
  };

  [[nodiscard]] bool failed() const { return static_cast<bool>(file_->failure().error); }

  // Once, as a disk that is well again the next time.
  std::error_code give(std::error_code& error) {
    disk_failed_ |= static_cast<bool>(error);
    return std::exchange(error, {});
  }

  std::vector<std::byte> some_bytes(std::size_t size) {
    std::vector<std::byte> data(size);
    for (std::byte& one : data) one = static_cast<std::byte>(noise_ = noise_ * 1'103'515'245 + 1);
    return data;
  }

  void apply(std::uint64_t offset, std::span<const std::byte> data) {
    if (data.empty()) return;
    if (content_.size() < offset + data.size()) content_.resize(offset + data.size());
    std::copy(data.begin(), data.end(), content_.begin() + static_cast<std::ptrdiff_t>(offset));
  }

  void one() {
    switch (input_.ConsumeIntegralInRange(0, 15)) {
      case 0:
      case 1:
      case 2:
        return write(false);
      case 3:
        return write(true);
      case 4:
        return patch();
      case 5:
        return read();
      case 6:
        return seek();
      case 7:
        return flush();
      case 8:
        return static_cast<void>(file_->drain().write_step());
      case 9:
        return static_cast<void>(file_->drain().sync_step());
      case 10:
        return static_cast<void>(file_->drain().work(input_.ConsumeIntegral<std::uint32_t>()));
      case 11:
        subject_.disk.most_per_write = input_.ConsumeIntegralInRange<std::size_t>(1, 9000);
        return;
      case 12:
        return fail_next();
      case 13:
        return cut();
      case 14:
        static_cast<void>(file_->grow(input_.ConsumeIntegralInRange<std::uint64_t>(0, 1 << 20)));
        return;
      default:
        if (file_->lower(file_->region().least())) static_cast<void>(file_->give_back());
    }
  }

  void write(bool flushed) {
    const auto size = input_.ConsumeIntegralInRange<std::size_t>(0, 20'000);
    const std::uint64_t at = cursor_.offset;
    if (at + size > kLargestFile) return;
    const auto data = some_bytes(size);
    const bool failed_before = failed();
    const IoResult result =
        flushed ? file_->write_flush(cursor_, data) : file_->write(cursor_, data);
    check(!failed_before || result.error, "a write after a failure fails");
    const bool accepted = cursor_.offset != at;
    check(result.error || cursor_.offset == at + size, "the cursor moves by what is accepted");
    if (accepted && !failed()) apply(at, data);
    if (!result.error && flushed && !failed()) must_be_durable();
  }

  void patch() {
    const auto data = some_bytes(input_.ConsumeIntegralInRange<std::size_t>(0, kMaxPatch + 1));
    const auto at = input_.ConsumeIntegralInRange<std::uint64_t>(0, kLargestFile - data.size());
    const IoResult result = file_->write_at(data, at);
    check(!result.error || result.bytes == 0, "a refused patch takes nothing");
    if (!result.error) apply(at, data);
  }

  void read() {
    Cursor at{input_.ConsumeIntegralInRange<std::uint64_t>(0, kLargestFile)};
    std::vector<std::byte> got(input_.ConsumeIntegralInRange<std::size_t>(0, 30'000));
    const std::uint64_t begin = std::min<std::uint64_t>(at.offset, content_.size());
    const std::size_t readable = std::min<std::size_t>(got.size(), content_.size() - begin);
    const IoResult result = file_->read(at, got);
    if (failed()) return check(static_cast<bool>(result.error), "a read after a failure fails");
    check(!result.error && result.bytes == readable, "a read gives what there is");
    check(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(readable),
                     content_.begin() + static_cast<std::ptrdiff_t>(begin)),
          "a read sees everything accepted before it");
  }

  void seek() {
    const auto to = input_.ConsumeIntegralInRange<std::int64_t>(-5, kLargestFile);
    check(file_->seek(cursor_, to, Whence::set) == (to >= 0), "a seek before the start is refused");
  }

  void flush() {
    const bool failed_before = failed();
    const std::error_code error = file_->flush();
    check(!failed_before || error, "a flush after a failure fails");
    if (!error) must_be_durable();
  }

  void must_be_durable() {
    const auto& durable = subject_.disk.durable;
    check(durable.size() >= content_.size(), "a flush covers the size");
    check(std::equal(content_.begin(), content_.end(), durable.begin()),
          "a flush covers the bytes");
  }

  void fail_next() {
    if (input_.ConsumeIntegralInRange(0, 7) != 0) return;  // most of the time it goes on
    const std::error_code error = input_.ConsumeBool() ? io_error() : full_disk();
    (input_.ConsumeBool() ? write_error_ : sync_error_) = error;
  }

  void cut() {
    if (file_->cut()) return;
    content_.clear();
  }

  void end() {
    const bool failed_before = failed();
    const std::error_code error = file_->flush();
    if (error || failed_before) return check(failed(), "an error that is told stays");
    bool lost = false;
    check(file_->retire_steps(lost) && !lost, "everything accepted is written");
    check(!file_->give_back_space(), "space is given back");
    check(subject_.disk.bytes == content_, "the file is what was accepted");
    check(!subject_.disk.misaligned, "direct writes are of whole blocks");
  }

  FuzzedDataProvider& input_;
  World subject_;
  const Options options_;
  std::shared_ptr<File> file_;
  Cursor cursor_;
  std::vector<std::byte> content_;
  std::error_code write_error_;
  std::error_code sync_error_;
  std::uint32_t noise_ = 1;
  bool disk_failed_ = false;
  bool usable_ = false;
};

}  // namespace
}  // namespace ringproc::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  ringproc::core::Play(input).run();
  return 0;
}
