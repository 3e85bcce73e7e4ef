// The file being recorded into, behind the mmio functions: the one place that knows which I/O
// procedure is in use and what to ask it for beyond mmioWrite; and, with the ring, what lies beyond
// the offsets that mmio can name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "ringproc/mmio.h"
#include "wave_layout.hpp"

namespace ringproc::tool {

enum class Accept {
  accepted,  // all of it
  refused,   // nothing, for lack of room; the next write may be accepted
  failed     // the file has failed; failure() says how
};

// Bytes of sample data: positions counted from start_data() on.
struct TargetMarks {
  std::uint64_t accepted = 0;
  std::uint64_t written = 0;
  std::uint64_t durable = 0;
};

struct TargetStats {
  std::uint64_t ring_capacity_bytes = 0;
  std::uint64_t ring_high_water_bytes = 0;
  std::uint64_t stalls = 0;
  std::uint64_t bytes_beyond_mmio = 0;  // written through the 64-bit API
  std::vector<std::string> capabilities;
  std::string place;  // where accepted bytes are kept, in words; empty without a ring
  bool survives = false;
};

struct TargetFailure {
  bool no_room = false;  // the disk (or a limit) is full, else another error
  std::string text;
};

// Threads: write() one thread, close() one thread after all others have ended, the rest any.
class Target {
 public:
  explicit Target(HMMIO handle) : handle_(handle) {}
  virtual ~Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] HMMIO handle() const { return handle_; }

  // A header of so many bytes is there; what comes now is sample data.
  virtual void start_data(std::uint64_t header_bytes) = 0;

  // One mmioWrite, or with the ring, where the data would end beyond what mmio can name, one write
  // through the 64-bit API. Blocks: as the procedure does. Allocates: nothing.
  [[nodiscard]] virtual Accept write(std::span<const std::byte> data) = 0;

  // Effect: puts bytes, at most 4096, at an offset in the file, ordered behind everything accepted
  // before; they do not count in the marks. Returns: success. Threads: ring: any; dos: none that
  // writes beside it. Blocks: as the procedure does.
  [[nodiscard]] virtual bool patch(std::span<const std::byte> bytes, std::uint64_t offset) = 0;

  // Effect: moves the place of the next write. What is jumped over reads as zeros once something
  // follows it. Returns: success. Threads: as write(). Blocks: never. Allocates: nothing.
  [[nodiscard]] virtual bool skip(std::int64_t bytes);

  // Effect: everything accepted before the call is durable. Returns: false if the file has failed.
  [[nodiscard]] virtual bool flush() = 0;

  [[nodiscard]] virtual TargetMarks marks() = 0;
  [[nodiscard]] virtual TargetStats stats() = 0;
  [[nodiscard]] virtual std::optional<TargetFailure> failure() = 0;

  // mmioClose. Returns: its result.
  [[nodiscard]] virtual MMRESULT close() { return mmioClose(handle_, 0); }

 private:
  HMMIO handle_;
};

struct TargetOptions {
  std::string path;
  std::uint64_t ring_bytes = 0;
  bool refuse_when_full = false;             // else a full ring blocks the writer
  std::uint64_t mmio_bytes = kMaxFileBytes;  // ring: the longest file to write through mmio
};

struct OpenedTarget {
  std::unique_ptr<Target> target;
  std::string error;  // why there is none
};

// Open the file for writing; it exists and is cut to length 0. Blocks: on the OS's open.
[[nodiscard]] OpenedTarget open_ring_target(const TargetOptions& options);
[[nodiscard]] OpenedTarget open_dos_target(const TargetOptions& options);

// Does the error say that there is no room for the file to grow (disk, quota, size limit)?
[[nodiscard]] bool is_no_room(const std::error_code& error) noexcept;

// An MMIOERR_* or MMSYSERR_* code in English.
[[nodiscard]] std::string mmio_error_text(UINT code);

}  // namespace ringproc::tool
