// Random operations on ringproc::File against Contents. One thread; the drain runs beside it as in
// life. An episode is one file from creation to its last close, with up to three handles.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "model/contents.hpp"
#include "model/random.hpp"
#include "model/trace.hpp"
#include "ringproc/ringproc.hpp"

namespace {

using model::Contents;
using model::Random;
using model::require;
using model::Trace;
using ringproc::Mode;
using ringproc::Origin;

constexpr std::uint64_t kCap = 256 * 1024;  // how far above the base a file grows
constexpr std::size_t kLongest = 3 * 64 * 1024;

// How often each operation comes, of their sum.
struct Weights {
  unsigned write, jump, patch, read, seek, flush, write_flush, stats, reopen;
};
constexpr Weights kMixed{40, 10, 5, 20, 15, 1, 1, 3, 2};
constexpr Weights kAppending{90, 0, 1, 6, 1, 1, 0, 1, 1};
constexpr Weights kJumping{2, 900, 2, 5, 1, 1, 0, 1, 1};     // fills the table of runs (512)
constexpr Weights kPatching{20, 5, 900, 10, 5, 1, 0, 1, 1};  // fills the list of patches (16)
constexpr Weights kReading{30, 10, 3, 80, 40, 1, 0, 1, 1};
constexpr Weights kFlushing{30, 5, 5, 10, 5, 20, 20, 5, 2};

std::string told(const std::error_code& error) {
  return error.message() + " (" + std::to_string(error.value()) + ")";
}

class Episode {
 public:
  Episode(std::uint64_t seed, const std::string& path, const model::Noise& noise, Trace& trace)
      : random_(seed), path_(path), noise_(noise), trace_(trace), expected_(pick_base()) {
    options_.ring_bytes = random_.pick<std::uint64_t>({4096, 4096, 8192, 65536, 0});
    options_.age = std::chrono::milliseconds(random_.pick({1, 1, 20, 1000}));
    weights_ = random_.pick({kMixed, kAppending, kJumping, kPatching, kReading, kFlushing});
    const auto ring = options_.ring_bytes == 0 ? 65536 : options_.ring_bytes;
    longest_write_ = random_.pick<std::uint64_t>({16, 512, ring, 3 * ring});
  }

  void run(std::uint64_t steps) {
    open(0, Mode::read | Mode::write | Mode::create);
    on_disk_.emplace(path_);
    for (std::uint64_t i = 0; i < steps; ++i) step();
    close_all();
  }

 private:
  struct Cursor {
    ringproc::File file;
    std::uint64_t offset = 0;
    bool reads = false;
    bool writes = false;
  };

  std::uint64_t pick_base() {
    constexpr std::uint64_t kGiB = 1024 * 1024 * 1024;
    if (!random_.one_in(6)) return 0;
    return random_.pick<std::uint64_t>({2 * kGiB - 1, 2 * kGiB, 2 * kGiB + 1, 4 * kGiB - kCap / 2,
                                        4 * kGiB - 2, 4 * kGiB, 5 * kGiB + 3});
  }

  void open(std::size_t slot, Mode mode) {
    const auto bits = static_cast<unsigned>(mode);
    trace_.add("open", slot, static_cast<std::int64_t>(bits));
    std::error_code error;
    auto& cursor = cursors_[slot];
    cursor.file = ringproc::File::open(path_, mode, error, &options_);
    require(!error && cursor.file, "open: " + told(error));
    cursor.offset = 0;
    cursor.reads = (bits & RINGPROC_READ) != 0;
    cursor.writes = (bits & (RINGPROC_WRITE | RINGPROC_CREATE)) != 0;
    if ((bits & RINGPROC_CREATE) != 0) expected_.clear();
  }

  void close(std::size_t slot) {
    trace_.add("close", slot);
    const auto error = cursors_[slot].file.close();
    require(!error, "close: " + told(error));
    require(!cursors_[slot].file, "a closed handle is still there");
  }

  void close_all() {
    for (std::size_t slot = 0; slot < cursors_.size(); ++slot) {
      if (cursors_[slot].file) close(slot);
    }
    on_disk_->compare_all(expected_, "on disk after the last close");
  }

  void step() {
    const auto slot = open_slot();
    auto& cursor = cursors_[slot];
    const auto& w = weights_;
    auto n = random_.below(w.write + w.jump + w.patch + w.read + w.seek + w.flush + w.write_flush +
                           w.stats + w.reopen);
    const auto is = [&n](unsigned weight) { return n < weight || (n -= weight, false); };
    if (is(w.write)) return write(slot, cursor, random_.log_uniform(longest_write_), false);
    if (is(w.jump)) return jump(slot, cursor);
    if (is(w.patch)) return patch(slot, cursor);
    if (is(w.read)) return read(slot, cursor);
    if (is(w.seek)) return seek(slot, cursor);
    if (is(w.flush)) return flush(slot, cursor);
    if (is(w.write_flush)) return write(slot, cursor, random_.log_uniform(longest_write_), true);
    if (is(w.stats)) return stats(slot, cursor);
    reopen();
  }

  std::size_t open_slot() {
    auto slot = random_.one_in(4) ? random_.below(cursors_.size()) : 0;
    while (!cursors_[slot].file) slot = (slot + 1) % cursors_.size();
    return slot;
  }

  void write(std::size_t slot, Cursor& cursor, std::size_t size, bool flushed) {
    if (cursor.offset < expected_.base() || cursor.offset + size > expected_.base() + kCap) {
      set_offset(slot, cursor, expected_.base() + random_.below(kCap - kLongest + 1));
    }
    trace_.add(flushed ? "write_flush" : "write", slot, static_cast<std::int64_t>(cursor.offset),
               size);
    const auto data = noise_.slice(random_, size);
    const auto count = flushed ? cursor.file.write_flush(data) : cursor.file.write(data);
    if (!cursor.writes) {
      require(count.error.value() == RINGPROC_E_ACCESS && count.bytes == 0,
              "write on a handle for reading: " + told(count.error));
      return;
    }
    require(!count.error && count.bytes == size, "write: " + told(count.error));
    expected_.write(cursor.offset, data);
    cursor.offset += size;
    if (flushed) flushed_to_disk("after write_flush");
  }

  // Seek somewhere else, write a few bytes: one row of the run table.
  void jump(std::size_t slot, Cursor& cursor) {
    set_offset(slot, cursor, expected_.base() + random_.below(kCap - 64));
    write(slot, cursor, 1 + random_.below(random_.one_in(20) ? 64 : 4), false);
  }

  void set_offset(std::size_t slot, Cursor& cursor, std::uint64_t offset) {
    trace_.add("seek begin", slot, static_cast<std::int64_t>(offset));
    std::error_code error;
    const auto got = cursor.file.seek(static_cast<std::int64_t>(offset), Origin::begin, error);
    require(!error && got == offset, "seek gave " + std::to_string(got));
    cursor.offset = offset;
  }

  void patch(std::size_t slot, Cursor& cursor) {
    const auto size = random_.log_uniform(random_.pick<std::uint64_t>({8, 64, RINGPROC_PATCH_MAX}));
    const auto offset = expected_.base() + random_.below(random_.one_in(2) ? 4096 : kCap - size);
    trace_.add("write_at", slot, static_cast<std::int64_t>(offset), size);
    const auto data = noise_.slice(random_, size);
    const auto count = cursor.file.write_at(data, offset);
    if (!cursor.writes) {
      require(count.error.value() == RINGPROC_E_ACCESS, "write_at on a handle for reading");
      return;
    }
    require(!count.error && count.bytes == size, "write_at: " + told(count.error));
    expected_.write(offset, data);
  }

  void read(std::size_t slot, Cursor& cursor) {
    const auto wanted = random_.log_uniform(random_.one_in(10) ? kLongest : 4096);
    trace_.add("read", slot, static_cast<std::int64_t>(cursor.offset), wanted);
    buffer_.resize(wanted);
    const auto count = cursor.file.read(buffer_);
    if (!cursor.reads) {
      require(count.error.value() == RINGPROC_E_ACCESS, "read on a handle for writing");
      return;
    }
    require(!count.error, "read: " + told(count.error));
    const auto readable = expected_.readable(cursor.offset, wanted);
    require(count.bytes == readable,
            "read gave " + std::to_string(count.bytes) + " bytes, not " + std::to_string(readable));
    expected_.compare(cursor.offset, std::span(buffer_).first(count.bytes), "read");
    cursor.offset += count.bytes;
  }

  void seek(std::size_t slot, Cursor& cursor) {
    const auto origin = random_.pick({Origin::begin, Origin::current, Origin::end});
    const auto from = origin == Origin::begin     ? 0
                      : origin == Origin::current ? cursor.offset
                                                  : expected_.size();
    const auto lowest = random_.one_in(8) || expected_.base() < 8192 ? 0 : expected_.base() - 8192;
    const auto target = static_cast<std::int64_t>(lowest + random_.below(kCap)) -
                        (random_.one_in(50) ? 2 * static_cast<std::int64_t>(kCap) : 0);
    const auto delta = target - static_cast<std::int64_t>(from);
    trace_.add(origin == Origin::begin ? "seek begin" : "seek current or end", slot, delta, from);
    std::error_code error;
    const auto got = cursor.file.seek(delta, origin, error);
    if (target < 0) return require(!!error, "a seek before 0 was granted");
    require(!error && got == static_cast<std::uint64_t>(target),
            "seek gave " + std::to_string(got) + ", not " + std::to_string(target));
    cursor.offset = got;
  }

  // Covers the whole file, also through a handle for reading.
  void flush(std::size_t slot, Cursor& cursor) {
    trace_.add("flush", slot);
    const auto error = cursor.file.flush();
    require(!error, "flush: " + told(error));
    flushed_to_disk("after flush");
  }

  void flushed_to_disk(const char* where) {
    on_disk_->compare_size(expected_, where);
    on_disk_->compare(expected_, expected_.base() + random_.below(kCap),
                      random_.log_uniform(64 * 1024), where);
  }

  void stats(std::size_t slot, Cursor& cursor) {
    trace_.add("stats", slot);
    const auto written_before = cursor.file.stats();
    const auto stats = cursor.file.stats();
    require(stats.logical_size == expected_.size(),
            "logical_size is " + std::to_string(stats.logical_size) + ", expected " +
                std::to_string(expected_.size()));
    require(stats.accepted == written_before.accepted, "accepted moved by itself");
    require(stats.written >= written_before.written, "written went back");
    require(stats.durable <= stats.written && stats.written <= stats.accepted,
            "accepted >= written >= durable does not hold");
    require(stats.refused_writes == 0 && stats.suspect == 0, "refused or suspect");
  }

  void reopen() {
    const auto slot = random_.below(cursors_.size());
    const auto kind = random_.below(20);
    if (cursors_[slot].file) close(slot);
    bool any = false;
    for (const auto& cursor : cursors_) any = any || cursor.file;
    if (!any) on_disk_->compare_all(expected_, "on disk after close");
    if (any && slot != 0 && random_.one_in(2)) return;
    if (kind == 0) return open(slot, Mode::create | Mode::read);
    if (any && kind < 4) return open(slot, Mode::read);
    if (kind == 4) return open(slot, Mode::write);
    open(slot, Mode::read | Mode::write);
  }

  Random random_;
  const std::string& path_;
  const model::Noise& noise_;
  Trace& trace_;
  Contents expected_;
  ringproc::Options options_;
  Weights weights_{};
  std::uint64_t longest_write_ = 0;
  std::array<Cursor, 3> cursors_;
  std::optional<model::OnDisk> on_disk_;
  std::vector<std::byte> buffer_;
};

void run_episodes(const std::string& parent, std::uint64_t steps) {
  const auto seed = model::seed_from_environment();
  const auto first = model::number_from_environment("RINGPROC_EPISODE", 0);
  std::cout << "RINGPROC_SEED=" << seed << " RINGPROC_STEPS=" << steps << std::endl;
  const model::Place place(parent);
  const model::Noise noise(kLongest);
  const auto path = place.file("model.dat");
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t done = 0;
  for (auto episode = first; done < steps; ++episode) {
    Random random(model::mix(model::mix(seed) + episode));
    const auto length = std::min(steps - done, 1 + random.log_uniform(8000));
    Trace trace;
    try {
      Episode(random.next(), path, noise, trace).run(length);
    } catch (const model::Mismatch& mismatch) {
      FAIL() << mismatch.what() << "\nafter " << done
             << " steps; replay with RINGPROC_SEED=" << seed << " RINGPROC_EPISODE=" << episode
             << " (this episode comes first then)\n"
             << trace.told();
    }
    done += length;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << done << " steps in " << took.count() << " s, "
            << static_cast<std::uint64_t>(static_cast<double>(done) / took.count())
            << " steps per second" << std::endl;
}

TEST(FileModel, RandomOperationsInMemoryMatchTheModel) {
  run_episodes(model::Place::in_memory(), model::steps_from_environment(1'000'000));
}

TEST(FileModel, RandomOperationsOnDiskMatchTheModel) {
  run_episodes(model::Place::on_disk(), model::steps_from_environment(1'000'000) / 20);
}

}  // namespace
