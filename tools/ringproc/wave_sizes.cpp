#include "wave_sizes.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace ringproc::tool {
namespace {

constexpr std::uint64_t kRiffAndSize = 8;

class Bytes {
 public:
  Bytes& id(std::string_view text) {
    for (const char letter : text) bytes_.push_back(static_cast<std::byte>(letter));
    return *this;
  }
  Bytes& number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    return *this;
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

std::uint64_t end_of(const SizeFields& fields, std::uint64_t data_bytes, std::uint64_t tail_bytes) {
  return fields.data_offset + with_pad(data_bytes) + tail_bytes;
}

bool needs_rf64(const SizeFields& fields, std::uint64_t data_bytes, std::uint64_t tail_bytes) {
  return end_of(fields, data_bytes, tail_bytes) > fields.riff_limit;
}

std::error_code write_all(core::Backend& file, const HeaderPatch& patch) {
  for (std::size_t done = 0; done < patch.bytes.size();) {
    const std::array<std::span<const std::byte>, 1> rest{std::span(patch.bytes).subspan(done)};
    const core::IoResult written = file.write_at(rest, patch.offset + done);
    if (written.error) return written.error;
    if (written.bytes == 0) return std::make_error_code(std::errc::io_error);
    done += written.bytes;
  }
  return {};
}

}  // namespace

SizeFields size_fields(const WaveLayout& layout, const AudioFormat& format,
                       std::uint64_t riff_limit) {
  SizeFields fields;
  fields.reserved_bytes = kDs64Bytes;
  fields.fact_offset = layout.fact_offset;
  fields.data_size_offset = layout.data_size_offset;
  fields.data_offset = layout.header_bytes;
  fields.frame_bytes = format.frame_bytes();
  fields.riff_limit = riff_limit;
  return fields;
}

bool fits_header(const SizeFields& fields, std::uint64_t data_bytes, std::uint64_t tail_bytes) {
  return fields.ds64 || fields.reserved_bytes >= kDs64Bytes ||
         !needs_rf64(fields, data_bytes, tail_bytes);
}

HeaderPatches size_patches(const SizeFields& fields, std::uint64_t data_bytes,
                           std::uint64_t tail_bytes) {
  const std::uint64_t frames = fields.frame_bytes == 0 ? 0 : data_bytes / fields.frame_bytes;
  const std::uint64_t riff_bytes = end_of(fields, data_bytes, tail_bytes) - kRiffAndSize;
  const bool rf64 = fields.ds64 || needs_rf64(fields, data_bytes, tail_bytes);
  HeaderPatches patches;
  patches.becomes_rf64 = rf64 && !fields.ds64;
  Bytes head;
  if (patches.becomes_rf64) {
    head.id("RF64").number(kIn64Bits, 4).id("WAVE").id("ds64").number(fields.reserved_bytes, 4);
    head.number(riff_bytes, 8).number(data_bytes, 8).number(frames, 8).number(0, 4);
    patches.list.push_back({0, head.take()});
  } else if (rf64) {
    // The table behind them stays; so does a number of frames that is not known.
    head.number(riff_bytes, 8).number(data_bytes, 8);
    if (fields.frame_bytes != 0) head.number(frames, 8);
    patches.list.push_back({4, Bytes().number(kIn64Bits, 4).take()});
    patches.list.push_back({kDs64Offset, head.take()});
  } else {
    patches.list.push_back({4, head.number(riff_bytes, 4).take()});
  }
  if (fields.fact_offset != 0) {
    const std::uint64_t stated = rf64 ? std::min<std::uint64_t>(frames, kIn64Bits) : frames;
    patches.list.push_back({fields.fact_offset, Bytes().number(stated, 4).take()});
  }
  patches.list.push_back(
      {fields.data_size_offset, Bytes().number(rf64 ? kIn64Bits : data_bytes, 4).take()});
  return patches;
}

std::error_code write_patches(core::Backend& file, const HeaderPatches& patches) {
  bool durable_first = patches.becomes_rf64;
  for (const HeaderPatch& patch : patches.list) {
    if (const std::error_code error = write_all(file, patch)) return error;
    if (!durable_first) continue;
    durable_first = false;
    if (const std::error_code error = file.sync()) return error;
  }
  return file.sync();
}

}  // namespace ringproc::tool
