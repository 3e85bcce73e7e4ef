// The file of a recording from its first byte to its last: header, name, sizes, end. Main thread
// only, but for what target() and header() allow.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "live_header.hpp"
#include "record_options.hpp"
#include "target.hpp"

namespace ringproc::tool {

class RecordingFile {
 public:
  // unpublished: what the target's file is called until its header is durable; empty: it has its
  // name. Requires: target is open on that, and nothing was written to it.
  RecordingFile(const RecordOptions& options, std::unique_ptr<Target> target,
                std::string unpublished);

  [[nodiscard]] Target& target() { return *target_; }

  // Follows the samples while they come; null: the file has none, or nobody may write it meanwhile.
  [[nodiscard]] LiveHeader* header();

  // Everything before the first sample, in bytes; and frames that the file can hold.
  [[nodiscard]] std::uint64_t header_bytes() const;
  [[nodiscard]] std::uint64_t max_frames() const;

  // What its bytes can be reached by now.
  [[nodiscard]] const std::string& path() const;

  // Effect: writes what comes before the first sample, durable, and then gives the file its name.
  // Returns: success. Blocks: on the disk.
  [[nodiscard]] bool begin();
  // Why the file did not get its name; empty: it did, or nobody came so far.
  [[nodiscard]] const std::string& not_published() const { return not_published_; }
  [[nodiscard]] bool is_published() const { return unpublished_.empty(); }

  // Effect: the header says so many frames, which are durable. Returns: success. Blocks: on the
  // disk.
  [[nodiscard]] bool finish(std::uint64_t frames);

  // mmioClose. Returns: its result.
  [[nodiscard]] MMRESULT close() { return target_->close(); }

  // After a failure, when it has been closed. Effect: the file ends with its last whole frame of so
  // many, unless the rest of another is still in the ring, and its header says so. Returns: empty,
  // or what failed.
  [[nodiscard]] std::string mend(std::uint64_t frames);
  // Bytes that the failed file's ring still holds. Tells the ring that changes of the file since
  // were this process's own.
  [[nodiscard]] std::uint64_t left_in_ring() const;

 private:
  [[nodiscard]] bool begin_wave();

  const RecordOptions& options_;
  std::unique_ptr<Target> target_;
  std::string unpublished_;
  std::string not_published_;
  LiveHeader header_;
};

}  // namespace ringproc::tool
