// Random operations through the portable mmio front end against Contents: the ring procedure
// (unbuffered, and with buffers of odd sizes) and the built-in 'DOS ' procedure. One thread.
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
#include "ringproc/mmio.h"
#include "ringproc/procedure.h"

namespace {

using model::Contents;
using model::Random;
using model::require;
using model::Trace;

constexpr std::uint64_t kCap = 192 * 1024;
constexpr std::size_t kLongest = 3 * 16 * 1024;

enum class Procedure { ring, dos };

// One file; when the handles are unbuffered there may be two.
class Episode {
 public:
  Episode(std::uint64_t seed, Procedure procedure, const std::string& path,
          const model::Noise& noise, Trace& trace)
      : random_(seed),
        procedure_(procedure),
        path_(path),
        noise_(noise),
        trace_(trace),
        expected_(pick_base()),
        buffered_(random_.one_in(2)) {
    ringproc_options options;
    options.size = sizeof options;
    require(ringproc_options_init(&options) == 0, "ringproc_options_init");
    options.ring_bytes = random_.pick<std::uint64_t>({4096, 8192, 65536, 0});
    options.age_ms = random_.pick<std::uint32_t>({1, 20, 1000});
    require(ringproc_set_path_options(path.c_str(), &options) == 0, "ringproc_set_path_options");
    longest_write_ = random_.pick<std::uint64_t>({8, 700, kLongest});
  }

  void run(std::uint64_t steps) {
    open(0, MMIO_READWRITE | MMIO_CREATE);
    on_disk_.emplace(path_);
    for (std::uint64_t i = 0; i < steps; ++i) step();
    close_all();
  }

 private:
  struct Cursor {
    HMMIO handle = nullptr;
    std::uint64_t offset = 0;
  };

  std::uint64_t pick_base() {
    constexpr std::uint64_t kGiB = 1024 * 1024 * 1024;
    if (!random_.one_in(5)) return 0;
    return random_.pick<std::uint64_t>(
        {2 * kGiB - 1, 2 * kGiB, 2 * kGiB - kCap / 2, 4 * kGiB - kCap - 8192});
  }

  void open(std::size_t slot, DWORD flags) {
    MMIOINFO info{};
    if (procedure_ == Procedure::ring) info.pIOProc = ringproc_ioproc;
    if (buffered_) {
      flags |= MMIO_ALLOCBUF;
      info.cchBuffer = random_.pick({0, 1, 5, 127, 1000, 4097, 8192, 65537});
    }
    trace_.add("mmioOpen", slot, static_cast<std::int64_t>(flags), 0);
    auto name = path_;
    cursors_[slot].handle = mmioOpen(name.data(), &info, flags);
    require(cursors_[slot].handle != nullptr,
            "mmioOpen: wErrorRet " + std::to_string(info.wErrorRet));
    cursors_[slot].offset = 0;
    if ((flags & MMIO_CREATE) != 0) expected_.clear();
  }

  void close(std::size_t slot) {
    trace_.add("mmioClose", slot);
    const auto result = mmioClose(cursors_[slot].handle, 0);
    require(result == 0, "mmioClose gave " + std::to_string(result));
    cursors_[slot].handle = nullptr;
  }

  void close_all() {
    for (std::size_t slot = 0; slot < cursors_.size(); ++slot) {
      if (cursors_[slot].handle != nullptr) close(slot);
    }
    on_disk_->compare_all(expected_, "on disk after the last close");
  }

  void step() {
    auto slot = buffered_ ? 0 : random_.below(cursors_.size());
    if (cursors_[slot].handle == nullptr) slot = 1 - slot;
    auto& cursor = cursors_[slot];
    switch (random_.below(24)) {
      case 0:
        return flush(slot, cursor);
      case 1:
        return set_buffer(slot, cursor);
      case 2:
        return message(slot, cursor);
      case 3:
        return random_.one_in(10) ? reopen() : tell(slot, cursor);
      case 4:
        return buffered_ ? advance(slot, cursor) : tell(slot, cursor);
      case 5:
      case 6:
      case 7:
      case 8:
        return seek(slot, cursor);
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
        return read(slot, cursor);
      default:
        return write(slot, cursor);
    }
  }

  void write(std::size_t slot, Cursor& cursor) {
    const auto size = random_.log_uniform(longest_write_);
    make_room(slot, cursor, size);
    trace_.add("mmioWrite", slot, static_cast<std::int64_t>(cursor.offset), size);
    const auto data = noise_.slice(random_, size);
    const auto got = mmioWrite(cursor.handle, reinterpret_cast<const char*>(data.data()),
                               static_cast<LONG>(size));
    require(got == static_cast<LONG>(size), "mmioWrite gave " + std::to_string(got));
    expected_.write(cursor.offset, data);
    cursor.offset += size;
  }

  void make_room(std::size_t slot, Cursor& cursor, std::size_t size) {
    if (cursor.offset < expected_.base() || cursor.offset + size > expected_.base() + kCap) {
      seek_to(slot, cursor, expected_.base() + random_.below(kCap - kLongest + 1));
    }
  }

  void read(std::size_t slot, Cursor& cursor) {
    const auto wanted = random_.log_uniform(random_.one_in(10) ? kLongest : 3000);
    trace_.add("mmioRead", slot, static_cast<std::int64_t>(cursor.offset), wanted);
    bytes_.resize(wanted);
    const auto got =
        mmioRead(cursor.handle, reinterpret_cast<HPSTR>(bytes_.data()), static_cast<LONG>(wanted));
    const auto readable = expected_.readable(cursor.offset, wanted);
    require(got == static_cast<LONG>(readable),
            "mmioRead gave " + std::to_string(got) + ", not " + std::to_string(readable));
    expected_.compare(cursor.offset, std::span(bytes_).first(readable), "mmioRead");
    cursor.offset += readable;
  }

  void seek_to(std::size_t slot, Cursor& cursor, std::uint64_t target) {
    trace_.add("mmioSeek SET", slot, static_cast<std::int64_t>(target));
    const auto low = static_cast<LONG>(static_cast<DWORD>(target));
    require(mmioSeek(cursor.handle, low, SEEK_SET) == low, "mmioSeek SET");
    cursor.offset = target;
  }

  void seek(std::size_t slot, Cursor& cursor) {
    const auto span = expected_.base() == 0 ? kCap : kCap + 8192;
    const auto low = expected_.base() == 0 ? 0 : expected_.base() - 8192;
    const auto target = random_.one_in(3) ? near(cursor.offset) : low + random_.below(span);
    const auto forward = static_cast<std::int64_t>(target - cursor.offset);
    const auto back = static_cast<std::int64_t>(expected_.size() - target);
    switch (random_.below(3)) {
      case 0:
        return seek_to(slot, cursor, target);
      case 1:
        return seek_by(slot, cursor, forward, SEEK_CUR, target);
      default:
        return seek_by(slot, cursor, back, SEEK_END, target);
    }
  }

  std::uint64_t near(std::uint64_t offset) {
    const auto step = random_.below(600);
    return random_.one_in(2) && offset >= step ? offset - step : offset + step;
  }

  void seek_by(std::size_t slot, Cursor& cursor, std::int64_t delta, int origin,
               std::uint64_t target) {
    if (delta < INT32_MIN || delta > INT32_MAX) return seek_to(slot, cursor, target);
    trace_.add(origin == SEEK_CUR ? "mmioSeek CUR" : "mmioSeek END", slot, delta, target);
    const auto got = mmioSeek(cursor.handle, static_cast<LONG>(delta), origin);
    require(got == static_cast<LONG>(static_cast<DWORD>(target)),
            "mmioSeek gave " + std::to_string(static_cast<DWORD>(got)) + ", not " +
                std::to_string(target));
    cursor.offset = target;
  }

  void tell(std::size_t slot, Cursor& cursor) {
    seek_by(slot, cursor, 0, SEEK_CUR, cursor.offset);
    const auto before_start = mmioSeek(cursor.handle, -1, SEEK_SET);
    require(before_start == -1, "mmioSeek to -1 gave " + std::to_string(before_start));
  }

  void flush(std::size_t slot, Cursor& cursor) {
    const UINT flags = random_.one_in(2) ? MMIO_EMPTYBUF : 0;
    trace_.add("mmioFlush", slot, static_cast<std::int64_t>(flags));
    const auto result = mmioFlush(cursor.handle, flags);
    require(result == 0, "mmioFlush gave " + std::to_string(result));
    on_disk_->compare_size(expected_, "after mmioFlush");
    on_disk_->compare(expected_, expected_.base() + random_.below(kCap),
                      random_.log_uniform(32 * 1024), "after mmioFlush");
  }

  // Only the procedure's bytes are covered, so only an unbuffered handle can be checked.
  void message(std::size_t slot, Cursor& cursor) {
    trace_.add("RINGPROC_MSG_FLUSH", slot);
    const auto result = mmioSendMessage(cursor.handle, RINGPROC_MSG_FLUSH, 0, 0);
    require(result == (procedure_ == Procedure::ring ? 1 : 0),
            "RINGPROC_MSG_FLUSH gave " + std::to_string(result));
    if (!buffered_) on_disk_->compare_size(expected_, "after RINGPROC_MSG_FLUSH");
  }

  void set_buffer(std::size_t slot, Cursor& cursor) {
    if (!buffered_) return;
    const LONG size = random_.pick({0, 1, 3, 256, 5000, 65537});
    trace_.add("mmioSetBuffer", slot, size);
    const auto result = mmioSetBuffer(cursor.handle, nullptr, size, 0);
    require(result == 0, "mmioSetBuffer gave " + std::to_string(result));
  }

  // Direct access: bytes put into the buffer by the application, then mmioAdvance(WRITE).
  void advance(std::size_t slot, Cursor& cursor) {
    make_room(slot, cursor, 1);
    MMIOINFO info{};
    require(mmioGetInfo(cursor.handle, &info, 0) == 0, "mmioGetInfo");
    if (info.cchBuffer == 0) return;
    const auto room = static_cast<std::uint64_t>(info.pchEndWrite - info.pchNext);
    const auto space = expected_.base() + kCap - cursor.offset;
    const auto size = std::min({room, space, random_.log_uniform(2000)});
    trace_.add("mmioAdvance WRITE", slot, static_cast<std::int64_t>(cursor.offset), size);
    const auto data = noise_.slice(random_, size);
    std::memcpy(info.pchNext, data.data(), size);
    info.pchNext += size;
    info.dwFlags |= MMIO_DIRTY;
    const auto result = mmioAdvance(cursor.handle, &info, MMIO_WRITE);
    require(result == 0, "mmioAdvance gave " + std::to_string(result));
    require(mmioSetInfo(cursor.handle, &info, 0) == 0, "mmioSetInfo");
    expected_.write(cursor.offset, data);
    cursor.offset += size;
  }

  void reopen() {
    const auto slot = buffered_ ? 0 : random_.below(cursors_.size());
    if (cursors_[slot].handle != nullptr) close(slot);
    const bool last = cursors_[0].handle == nullptr && cursors_[1].handle == nullptr;
    if (last) on_disk_->compare_all(expected_, "on disk after mmioClose");
    open(slot, random_.one_in(8) ? MMIO_READWRITE | MMIO_CREATE : MMIO_READWRITE);
  }

  Random random_;
  Procedure procedure_;
  const std::string& path_;
  const model::Noise& noise_;
  Trace& trace_;
  Contents expected_;
  bool buffered_;
  std::uint64_t longest_write_ = 0;
  std::array<Cursor, 2> cursors_;
  std::optional<model::OnDisk> on_disk_;
  std::vector<std::byte> bytes_;
};

void run_episodes(Procedure procedure, const std::string& parent, std::uint64_t steps) {
  const auto seed = model::seed_from_environment();
  const auto first = model::number_from_environment("RINGPROC_EPISODE", 0);
  std::cout << "RINGPROC_SEED=" << seed << " RINGPROC_STEPS=" << steps << std::endl;
  const model::Place place(parent);
  const model::Noise noise(kLongest);
  const auto path = place.file("model.wav");
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t done = 0;
  for (auto episode = first; done < steps; ++episode) {
    Random random(model::mix(model::mix(seed) + episode));
    const auto length = std::min(steps - done, 1 + random.log_uniform(4000));
    Trace trace;
    try {
      Episode(random.next(), procedure, path, noise, trace).run(length);
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

TEST(MmioModel, RandomOperationsOnTheRingProcedureMatchTheModel) {
  run_episodes(Procedure::ring, model::Place::in_memory(),
               model::steps_from_environment(1'000'000) / 2);
}

TEST(MmioModel, RandomOperationsOnTheRingProcedureOnDiskMatchTheModel) {
  run_episodes(Procedure::ring, model::Place::on_disk(),
               model::steps_from_environment(1'000'000) / 40);
}

TEST(MmioModel, RandomOperationsOnTheDosProcedureMatchTheModel) {
  run_episodes(Procedure::dos, model::Place::in_memory(),
               model::steps_from_environment(1'000'000) / 2);
}

}  // namespace
