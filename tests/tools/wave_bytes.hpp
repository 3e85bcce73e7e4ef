// Small WAVE files in memory, put together chunk by chunk so that each can be wrong.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "wave_bext.hpp"
#include "wave_map.hpp"

namespace ringproc::tool {

class WaveBytes {
 public:
  WaveBytes(std::string_view form, std::uint32_t riff_bytes) {
    id(form).number(riff_bytes).id("WAVE");
  }

  WaveBytes& id(std::string_view text) { return raw(text.data(), text.size()); }
  template <class T = std::uint32_t>
  WaveBytes& number(T value) {
    return raw(&value, sizeof(value));
  }
  WaveBytes& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  // Samples that are not 0.
  WaveBytes& samples(std::size_t count) {
    bytes_.resize(bytes_.size() + count, std::byte{0x81});
    return *this;
  }

  WaveBytes& junk(std::uint32_t size) { return id("JUNK").number(size).zeros(with_pad(size)); }
  WaveBytes& ds64(std::uint64_t riff, std::uint64_t data, std::uint64_t frames) {
    return id("ds64").number(kDs64Bytes).number(riff).number(data).number(frames).number(0);
  }
  WaveBytes& format(const AudioFormat& format) {
    const WaveFormatChunk chunk = wave_format_chunk(format);
    return id("fmt ").number(40).raw(&chunk, sizeof(chunk));
  }
  WaveBytes& fact(std::uint32_t frames) { return id("fact").number(4).number(frames); }
  WaveBytes& data(std::uint32_t stated) { return id("data").number(stated); }
  // As record lays it out.
  WaveBytes& ours(const AudioFormat& of, std::uint32_t data_bytes) {
    junk(kDs64Bytes).id("bext").number(kBextBytes);
    const BextChunk bext = bext_chunk({}, of.rate);
    raw(&bext, sizeof(bext)).format(of);
    const auto filler = static_cast<std::uint32_t>(kHeaderBytes - size() - 16);
    return junk(filler).data(data_bytes);
  }
  // The RIFF size of the file as it is now.
  WaveBytes& right_riff_size() {
    const auto size = static_cast<std::uint32_t>(bytes_.size() - 8);
    std::memcpy(bytes_.data() + 4, &size, sizeof(size));
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }
  [[nodiscard]] ReadAt reader() const {
    return [this](std::uint64_t offset, std::span<std::byte> into) {
      const std::size_t from = std::min<std::uint64_t>(offset, bytes_.size());
      const std::size_t count = std::min(into.size(), bytes_.size() - from);
      std::memcpy(into.data(), bytes_.data() + from, count);
      return count;
    };
  }

 private:
  WaveBytes& raw(const void* from, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), first, first + count);
    return *this;
  }

  std::vector<std::byte> bytes_;
};

}  // namespace ringproc::tool
