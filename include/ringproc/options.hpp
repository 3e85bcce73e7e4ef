// Options of a file; the table in README says what each is for. Plain data: any thread may copy it.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringproc {

enum class OnFull : std::uint32_t { block, fail };
// What a flush or a close waits for: stable storage, or the operating system.
enum class Until : std::uint32_t { device, os };
enum class Direct : std::uint32_t { automatic, on, off };
enum class Preallocate : std::uint32_t { automatic, written, off };
enum class Survive : std::uint32_t { automatic, on, off };
enum class Recover : std::uint32_t { automatic, off };

struct Options {
  std::uint64_t ring_bytes =
      0;  // 0: 16 MiB (1 MiB in 32 bits), pages on demand; else all populated at open
  // What the ring may grow to while the disk is slower than the writer; 0: = ring.
  std::uint64_t memory_limit_bytes = 0;
  std::chrono::milliseconds age{1000};
  OnFull on_full = OnFull::block;
  std::chrono::milliseconds write_timeout{0};  // time-outs: 0 is none
  std::chrono::milliseconds flush_timeout{0};
  Until flush = Until::device;
  Until close = Until::os;
  std::chrono::milliseconds close_timeout{30'000};
  std::chrono::milliseconds exit_timeout{30'000};
  bool wait_for_space = false;
  Direct direct = Direct::automatic;
  Preallocate preallocate = Preallocate::automatic;
  Survive survive = Survive::automatic;
  Recover recover = Recover::automatic;

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace ringproc
