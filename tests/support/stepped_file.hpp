// A file whose drain is stepped by hand: nothing happens behind a test's back.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "file/file.hpp"
#include "support/fake_backend.hpp"

namespace ringproc::core {

class SteppedScheduler final : public Scheduler {
 public:
  std::error_code prepare(File&) override { return prepare_error; }
  void attach(const std::shared_ptr<File>&) override {}
  void detach(File&) noexcept override {}
  void ring(File&) noexcept override { ++rings; }
  void drain_now(File& file) noexcept override {
    ++requests;
    if (helpful) static_cast<void>(file.drain().work(UINT64_MAX));
  }

  std::error_code prepare_error;
  // Counted by whichever thread writes; several do in some tests.
  std::atomic<int> rings = 0;
  std::atomic<int> requests = 0;
  bool helpful = false;  // runs the steps at once when asked for them
};

// A file of one process on a fake disk.
struct SteppedFile {
  // place: NULL: the ring is in process memory.
  explicit SteppedFile(const Options& options = small_ring(), std::string_view content = {},
                       std::shared_ptr<Place> place = nullptr) {
    const auto begin = bytes_of(content);
    disk.bytes.assign(begin.begin(), begin.end());
    file = std::make_shared<File>(std::make_unique<FakeBackend>(disk), FileId{1, 1}, scheduler,
                                  options);
    if (auto error = file->make_writable(nullptr, std::move(place))) throw std::system_error(error);
  }

  static Options small_ring() {
    Options options;
    options.ring_bytes = 4096;
    options.on_full = OnFull::fail;
    return options;
  }

  // Returns: whether it was accepted.
  bool write(std::string_view text) { return !file->write(cursor, bytes_of(text)).error; }
  bool write_at(std::string_view text, std::uint64_t offset) {
    return !file->write_at(bytes_of(text), offset).error;
  }
  bool seek(std::uint64_t offset) {
    return file->seek(cursor, static_cast<std::int64_t>(offset), Whence::set);
  }
  std::string read(std::uint64_t offset, std::size_t size) {
    Cursor at{offset};
    std::string text(size, '?');
    const IoResult result = file->read(at, std::as_writable_bytes(std::span(text)));
    return result.error ? "error: " + result.error.message() : text.substr(0, result.bytes);
  }
  void drain() {
    while (file->drain().write_step() == Step::progressed) {
    }
  }

  FakeDisk disk;
  SteppedScheduler scheduler;
  std::shared_ptr<File> file;
  Cursor cursor;
};

}  // namespace ringproc::core
