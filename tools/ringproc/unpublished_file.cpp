#include "unpublished_file.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "backend/backend.hpp"
#include "recover/recover.hpp"
#include "ringproc/install.h"
#include "target.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

constexpr std::size_t kLongestName = 255;

bool is_regular(const std::string& path) {
  std::error_code ignored;  // then there is none
  return std::filesystem::is_regular_file(to_path(path), ignored);
}

bool is_there(const std::string& path) {
  std::error_code ignored;  // then there is none
  return std::filesystem::exists(std::filesystem::symlink_status(to_path(path), ignored));
}

// Only programs that use ringproc tell of their share modes, and on Windows all.
std::error_code use_alone(const std::string& path) {
  constexpr core::OpenRequest kAlone{true, true, false, true, true};
  std::error_code error;
  const auto file = core::open_file(path, kAlone, error);
  return error ? error : file->share(kAlone);
}

}  // namespace

std::string unpublished_name(const std::string& output, std::uint32_t process) {
  const std::filesystem::path path = to_path(output);
  const std::string end = fmt::format(".ringproc-{}", process);
  std::string name = to_utf8(path.filename()).substr(0, kLongestName - 1 - end.size());
  // Not inside a character.
  while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0U) == 0x80U) {
    name.pop_back();
  }
  return to_utf8(path.parent_path() / to_path("." + name + end));
}

std::string check_output_name(const std::string& output, bool overwrite) {
  if (!is_there(output)) return {};
  if (!is_regular(output)) {
    return fmt::format("{} is not a regular file; choose another name", output);
  }
  if (!overwrite) {
    return fmt::format("{} exists already; give -y to overwrite it, or choose another name",
                       output);
  }
  const std::error_code error = use_alone(output);
  if (!error) return {};
  return fmt::format("{} cannot be overwritten: {}; choose another name", output, error.message());
}

std::string publish(const std::string& from, const std::string& output, bool overwrite) {
  if (overwrite && is_there(output)) {
    if (std::string error = check_output_name(output, true); !error.empty()) return error;
    std::error_code error;
    std::filesystem::remove(to_path(output), error);
    if (error) return fmt::format("{} cannot be removed: {}", output, error.message());
  }
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc_utf8;
  const MMRESULT result = mmioRename(from.c_str(), output.c_str(), &info, 0);
  if (result == 0) return {};
  if (!is_there(from)) {
    return fmt::format("the name {} could not be made durable: {}", output,
                       mmio_error_text(result));
  }
  if (is_there(output)) return check_output_name(output, false);
  return fmt::format("cannot give the recording its name {}: {}", output, mmio_error_text(result));
}

void discard_unpublished(const std::string& output, std::uint32_t process) {
  const std::string file = unpublished_name(output, process);
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  if (place) {
    std::error_code error;
    const core::FileId id = core::file_id(file, error);
    if (!error) {
      core::RecoverRequest request;
      request.automatic = false;
      request.discard = true;
      for (const std::string& name : place->list(id)) {
        if (core::look_at_region(*place, name).process != process) continue;
        static_cast<void>(core::recover_region(*place, name, request));
      }
    }
  }
  std::error_code ignored;  // what cannot be removed holds no samples
  std::filesystem::remove(to_path(file), ignored);
}

}  // namespace ringproc::tool
