#include "measure/scratch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "measure/raw_file.hpp"
#include "os.hpp"
#include "os/os.hpp"
#include "recover/recover.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr const char* kPrefix = "ringproc-bench-";
constexpr std::size_t kPiece = 1024 * 1024;

// Not zeros: what a file system does with those may be something else.
std::string fill(const std::string& path, std::uint64_t bytes, const std::atomic<bool>& stop) {
  std::error_code error;
  RawFile file = RawFile::open(path, true, false, error);
  const std::vector<std::byte> piece(kPiece, std::byte{0xA5});
  for (std::uint64_t at = 0; at < bytes && !error && !stop; at += kPiece) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, bytes - at));
    error = file.write_at(std::span(piece).first(size), at);
  }
  if (!error) error = file.sync();
  if (!error) error = file.close();
  if (!error) return {};
  // Else the next case would take it for a whole one.
  std::error_code ignored;  // that of remove(): what cannot be written can rarely not be removed
  std::filesystem::remove(to_path(path), ignored);
  return fmt::format("preparing {}: {}", path, error.message());
}

// What the ring of a failed case has kept for files that are about to go: nobody wants it, and it
// would stay in memory until somebody recovers it. A dead process may have had our number: so the
// file, too, must be one of ours.
void forget_rings(const std::string& directory) {
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  if (!place) return;  // then nothing is kept
  for (const std::string& name : place->list()) {
    const core::RecoverOutcome found = core::look_at_region(*place, name);
    if (found.process != core::os::process_id()) continue;
    const std::string parent = to_utf8(to_path(found.file).parent_path().filename());
    if (parent != to_utf8(to_path(directory).filename())) continue;
    static_cast<void>(place->remove(name));  // what stays is told of by `ringproc status`
  }
}

}  // namespace

Scratch::Scratch(const std::string& directory) {
  const auto path = to_path(directory) / fmt::format("{}{}", kPrefix, core::os::process_id());
  std::error_code error;
  if (!std::filesystem::create_directory(path, error) && !error) {
    error = std::make_error_code(std::errc::file_exists);
  }
  if (error) {
    error_ = fmt::format("cannot make {}: {}", to_utf8(path), error.message());
  } else {
    path_ = to_utf8(path);
  }
}

Scratch::~Scratch() {
  static_cast<void>(remove());  // who wants to know has called it
}

std::string Scratch::remove() {
  if (path_.empty()) return {};
  forget_rings(path_);
  std::error_code error;
  std::filesystem::remove_all(to_path(path_), error);
  if (!error) path_.clear();
  return error ? fmt::format("cannot remove {}: {}", path_, error.message()) : std::string();
}

std::vector<std::string> Scratch::paths(const Case& one) const {
  std::vector<std::string> paths;
  const std::string kind = one.file == FileKind::prepared
                               ? fmt::format("prepared-{}-", one.file_bytes)
                               : std::string("growing-");
  for (unsigned i = 0; i < std::min(one.files, one.callers); ++i) {
    paths.push_back(to_utf8(to_path(path_) / (kind + std::to_string(i))));
  }
  return paths;
}

std::string Scratch::prepare(const Case& one, const std::atomic<bool>& stop) {
  if (one.file != FileKind::prepared) return {};
  for (const std::string& path : paths(one)) {
    std::error_code error;
    if (stop || std::filesystem::exists(to_path(path), error)) continue;
    if (std::string failed = fill(path, one.file_bytes, stop); !failed.empty()) return failed;
  }
  return {};
}

void Scratch::remove_files(const Case& one) const {
  if (one.file == FileKind::prepared) return;
  std::error_code ignored;  // a file that is still there makes the next turn's open fail, aloud
  for (const std::string& path : paths(one)) std::filesystem::remove(to_path(path), ignored);
  // Where there is no such call, or it fails, the next turn is disturbed at worst.
  static_cast<void>(os::sync_directory_of(paths(one).front()));
}

std::vector<std::string> left_behind(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code error;
  std::filesystem::directory_iterator at(to_path(directory), error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const std::string name = to_utf8(at->path().filename());
    if (name.starts_with(kPrefix)) found.push_back(to_utf8(at->path()));
  }
  return found;
}

}  // namespace ringproc::tool::measure
