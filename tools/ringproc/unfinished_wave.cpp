#include "unfinished_wave.hpp"

#include <fmt/core.h>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "wave_file.hpp"
#include "wave_reader.hpp"

namespace ringproc::tool {

HeaderMend finish_wave_header(const std::string& path) {
  // Not while somebody writes it: its recorder is not dead, then, or another has begun.
  std::error_code error;
  constexpr core::OpenRequest kAlone{true, true, false, false, true};
  const auto file = core::open_file(path, kAlone, error);
  if (error && error != Errc::sharing) return {};
  if (!error) error = file->share(kAlone);
  if (error) return {false, "its header is left alone: " + error.message()};
  WaveReader reader;
  if (!reader.open(path).empty()) return {};
  const auto facts = reader.read_header();
  if (!facts || !facts->ours || !facts->grown) return {};
  const std::uint64_t size = file->state(error).size;
  if (error) return {false, "its header is left alone: " + error.message()};
  const std::uint64_t frames = (size - kHeaderBytes) / facts->format.frame_bytes();
  if (!facts->unfinished && frames == facts->data_bytes / facts->format.frame_bytes()) return {};
  error = write_wave_sizes(*file, facts->format, frames);
  if (error) return {false, "its header could not be finished: " + error.message()};
  return {true, fmt::format("its header now says {} frames", frames)};
}

}  // namespace ringproc::tool
