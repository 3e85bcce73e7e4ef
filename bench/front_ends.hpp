// Ways to hand bytes to another thread that writes them to a real file: ringproc, and the queues
// that a program would take otherwise. One thread puts. An arm is timed call by call within
// stint().
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/histogram.hpp"

namespace bench {

class FrontEnd {
 public:
  FrontEnd() = default;
  FrontEnd(const FrontEnd&) = delete;
  FrontEnd& operator=(const FrontEnd&) = delete;
  virtual ~FrontEnd() = default;

  // Puts `calls` blocks of block_bytes each; then waits, untimed, until all are with the OS.
  virtual void stint(std::size_t calls, std::span<const std::byte> block,
                     ringproc::core::Histogram& times) = 0;
};

// All hold at least this.
inline constexpr std::size_t kFrontEndBytes = 16u << 20;

// path: of the file, new. block_bytes: 64 or 4096, of all blocks put.
[[nodiscard]] std::unique_ptr<FrontEnd> make_ringproc(const std::string& path);
// boost::lockfree::spsc_queue of bytes.
[[nodiscard]] std::unique_ptr<FrontEnd> make_boost_spsc(const std::string& path);
// moodycamel::ReaderWriterQueue of blocks.
[[nodiscard]] std::unique_ptr<FrontEnd> make_reader_writer(const std::string& path,
                                                           std::size_t block_bytes);
// spdlog's asynchronous logger with its own thread and file sink; a block is a message.
[[nodiscard]] std::unique_ptr<FrontEnd> make_spdlog(const std::string& path,
                                                    std::size_t block_bytes);

}  // namespace bench
