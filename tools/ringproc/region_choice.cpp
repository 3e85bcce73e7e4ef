#include "region_choice.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "os.hpp"

namespace ringproc::tool {
namespace {

namespace fs = std::filesystem;
using core::Place;

bool is_below(const fs::path& file, const fs::path& directory) {
  const auto relative = file.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

class Chooser {
 public:
  Choices take(const std::vector<std::string>& words) {
    if (words.empty()) {
      take_place(Place::default_directory(), false);
    }
    for (const std::string& word : words) {
      if (choices_.error.empty()) take_word(without_slash(word));
    }
    return std::move(choices_);
  }

 private:
  std::shared_ptr<Place> open(const std::string& directory, bool must_exist) {
    std::string problem;
    // Root may name another user's: then with that user's rights.
    const os::ActAs user(must_exist ? os::owner_of(directory) : 0);
    auto place = Place::open(directory, Place::Make::no, problem);
    if (!place && problem.empty() && must_exist) problem = "there is no directory " + directory;
    if (!problem.empty()) choices_.error = problem;
    return place;
  }

  void take_place(const std::string& directory, bool must_exist) {
    const auto place = open(directory, must_exist);
    if (!place) return;
    for (std::string& name : place->list()) {
      choices_.regions.push_back({place, std::move(name), false});
    }
  }

  void take_word(const std::string& word) {
    std::error_code error;
    const fs::path path = fs::absolute(word, error).lexically_normal();
    if (is_region_directory(path)) return take_place(path, true);
    if (is_region_directory(path.parent_path())) {
      if (const auto place = open(path.parent_path(), true)) {
        choices_.regions.push_back({place, path.filename(), true});
      }
      return;
    }
    take_file(word, path);
  }

  // A file, by path or by what the path leads to; or all files below a directory.
  void take_file(const std::string& word, const fs::path& path) {
    const auto place = open(Place::default_directory(), false);
    if (!choices_.error.empty()) return;
    std::error_code error;
    const bool directory = fs::is_directory(path, error);
    std::error_code missing;
    const core::FileId id = core::file_id(path.string(), missing);
    std::size_t found = 0;
    const auto names = place ? place->list() : std::vector<std::string>();
    for (const std::string& name : names) {
      const std::string file = core::look_at_region(*place, name).file;
      std::error_code other;
      const bool same = file == path || (!missing && core::file_id(file, other) == id && !other);
      const bool below = directory && is_below(file, path);
      if (!same && !below) continue;
      choices_.regions.push_back({place, name, !below});
      ++found;
    }
    if (found > 0 || directory) return;
    if (!missing) {
      choices_.files_without_region.push_back(path);
    } else {
      choices_.error =
          fmt::format("{}: there is no such file, and nothing is pending for it", word);
      choices_.cannot_open = true;
    }
  }

  Choices choices_;
};

}  // namespace

bool is_region_directory(const std::string& path) {
  return fs::path(path).filename().string().starts_with("ringproc-") &&
         fs::is_directory(fs::symlink_status(path).type() == fs::file_type::symlink
                              ? fs::symlink_status(path)
                              : fs::status(path));
}

Choices choose_regions(const std::vector<std::string>& words) { return Chooser().take(words); }

}  // namespace ringproc::tool
