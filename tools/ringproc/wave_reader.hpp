// Reads RIFF/WAVE, RF64 and BW64 files that may be damaged: finds the format and the samples, and
// says what about the header is wrong. Knows nothing of mmio, so that verify judges what other
// programs will see. One thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recording_view.hpp"
#include "sample_format.hpp"
#include "wave_map.hpp"

namespace ringproc::tool {

struct WaveFacts {
  AudioFormat format;
  std::uint64_t data_offset = 0;  // of the first sample
  std::uint64_t data_bytes = 0;   // samples that are really there
  bool unfinished = false;        // the recorder never came to write the sizes
  bool grown = false;             // more follows where RIFF and `data` end together
  bool ours = false;              // made by record
  std::vector<std::string> header_errors;
};

class WaveReader final : public RecordingView {
 public:
  // Effect: opens the file. Returns: empty, or why it cannot be read.
  [[nodiscard]] std::string open(const std::string& name);

  // Effect: reads the headers. Returns: nothing if there is no usable `fmt ` or no `data` chunk;
  // header_error() then says what is wrong.
  [[nodiscard]] std::optional<WaveFacts> read_header();
  [[nodiscard]] const std::string& header_error() const { return header_error_; }

  // The same for a file that is nothing but samples.
  [[nodiscard]] WaveFacts take_as_raw(const AudioFormat& format);

  // True after a read failed though the file should have had the bytes.
  [[nodiscard]] bool read_failed() const { return read_failed_; }

  // Effect: tell is called with an offset in the samples whenever the file is read there.
  void on_read(std::function<void(std::uint64_t)> tell) { tell_ = std::move(tell); }

  // RecordingView, after read_header().
  [[nodiscard]] std::uint64_t size() const override { return data_bytes_; }
  [[nodiscard]] std::span<const std::byte> read(std::uint64_t offset, std::size_t length) override;

 private:
  void take_samples(const WaveFacts& facts);
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, void* into, std::size_t length);
  void check_sizes(const WaveMap& map, WaveFacts& facts) const;

  std::ifstream file_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t data_offset_ = 0;
  std::uint64_t data_bytes_ = 0;
  bool read_failed_ = false;
  std::string header_error_;
  std::function<void(std::uint64_t)> tell_;
  std::vector<std::byte> buffer_;    // bytes of the file from buffer_offset_ on
  std::uint64_t buffer_offset_ = 0;  // in the samples
  std::size_t buffered_ = 0;
};

}  // namespace ringproc::tool
