// Programs for tests that need more than one failure: each brings about one moment in which a wrong
// library could claim something, and tells what it was told. The supervisor decides when the disk
// answers.
#include <unistd.h>

#include <cstring>
#include <thread>

#include "ringproc/procedure.h"
#include "sweep/marks.hpp"
#include "sweep/subject.hpp"

namespace sweep {
namespace {

void tell(long op, std::int64_t result) { mark(Mark::returned, op, result); }

ringproc_file* open(const std::string& path) {
  ringproc_file* file = nullptr;
  const unsigned flags = RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE;
  tell(0, ringproc_open(path.c_str(), flags, nullptr, &file));
  return file;
}

std::int64_t write(ringproc_file* file, std::uint64_t op, std::uint64_t offset,
                   std::uint32_t size) {
  const std::string data = bytes_of(op, offset, size);
  return ringproc_write(file, data.data(), data.size());
}

// While a sync runs for one caller's bytes, another caller writes and flushes.
void flush_during_a_sync(const std::string& path) {
  ringproc_file* const file = open(path);
  tell(1, write(file, 1, 0, 100));
  std::thread other([&] { tell(2, ringproc_flush(file)); });
  mark(Mark::step, 1);  // the sync has begun
  tell(3, write(file, 3, 100, 100));
  mark(Mark::step, 2);
  tell(4, ringproc_flush(file));
  other.join();
  tell(5, ringproc_close(file));
}

// A few bytes, and nobody who flushes: they are written when they are of age.
void wait_for_age(const std::string& path) {
  ringproc_file* const file = open(path);
  tell(1, write(file, 1, 0, 100));
  mark(Mark::step, 1);  // they are written
  tell(2, ringproc_close(file));
}

// The ring is full and its bytes are being written: there is no room for more.
void write_into_a_full_ring(const std::string& path) {
  ringproc_file* const file = open(path);
  tell(1, write(file, 1, 0, 4096));
  mark(Mark::step, 1);  // the disk has been asked to write them
  tell(2, write(file, 2, 4096, 4096));
  mark(Mark::step, 2);  // the disk writes them
  tell(3, ringproc_flush(file));
  tell(4, ringproc_close(file));
}

// A write that is larger than the ring waits for the drain again and again.
void write_through_a_small_ring(const std::string& path) {
  ringproc_file* const file = open(path);
  tell(1, write(file, 1, 0, 65'536));
  tell(2, ringproc_close(file));
}

// Another thread's flush must not move the writer's position: MMIOINFO is not locked. The first
// result is of the user message, the second of a flush without bytes: 1 if it was left alone.
void flush_beside_a_writer(const std::string& path) {
  MMIOINFO info{};
  info.dwFlags = MMIO_CREATE | MMIO_READWRITE;
  const auto send = [&](UINT message, LPARAM first, LPARAM second) {
    return ringproc_ioproc(reinterpret_cast<LPSTR>(&info), message, first, second);
  };
  std::string name = path;
  tell(0, send(MMIOM_OPEN, reinterpret_cast<LPARAM>(name.data()), 0));
  char data[100] = {};
  tell(1, send(MMIOM_WRITE, reinterpret_cast<LPARAM>(data), sizeof data));
  constexpr LONG kWriters = 4711;  // as if the writer were about to store it
  for (const UINT message : {UINT{RINGPROC_MSG_FLUSH}, UINT{MMIOM_WRITEFLUSH}}) {
    info.lDiskOffset = kWriters;
    const LRESULT result = send(message, 0, 0);
    tell(message == RINGPROC_MSG_FLUSH ? 2 : 3, result >= 0 && info.lDiskOffset == kWriters);
  }
  tell(4, send(MMIOM_CLOSE, 0, 0));
}

}  // namespace

int scenario(const std::string& name, const std::string& path) {
  mark(Mark::begin);
  if (name == "flush_during_a_sync") {
    flush_during_a_sync(path);
  } else if (name == "wait_for_age") {
    wait_for_age(path);
  } else if (name == "write_into_a_full_ring") {
    write_into_a_full_ring(path);
  } else if (name == "write_through_a_small_ring") {
    write_through_a_small_ring(path);
  } else if (name == "flush_beside_a_writer") {
    flush_beside_a_writer(path);
  } else {
    return 2;
  }
  mark(Mark::end);
  return 0;
}

}  // namespace sweep
