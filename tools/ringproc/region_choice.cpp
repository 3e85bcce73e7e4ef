#include "region_choice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "os.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

namespace fs = std::filesystem;
using core::Place;

bool is_below(const fs::path& file, const fs::path& directory) {
  const auto relative = file.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

// Absolute, without a separator at its end.
fs::path path_of(const std::string& word) {
  std::error_code error;
  const fs::path path = fs::absolute(to_path(word), error).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

class Chooser {
 public:
  Choices take(const std::vector<std::string>& words) {
    if (words.empty()) {
      take_place(Place::default_directory(), false);
    }
    for (const std::string& word : words) {
      if (choices_.error.empty()) take_word(word);
    }
    return std::move(choices_);
  }

 private:
  // foreign: root may mean another user's, then with that user's rights.
  std::shared_ptr<Place> open(const std::string& directory, bool foreign, bool must_exist = true) {
    std::string problem;
    must_exist = must_exist && foreign;
    const os::ActAs user(foreign ? os::owner_of(directory) : 0);
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
    const fs::path path = path_of(word);
    if (is_region_directory(path)) return take_place(to_utf8(path), true);
    if (is_region_directory(path.parent_path())) {
      if (const auto place = open(to_utf8(path.parent_path()), true)) {
        choices_.regions.push_back({place, to_utf8(path.filename()), true});
      }
      return;
    }
    take_file(word, path);
  }

  // A file, by the path that its region names or by what it is; or all files below a directory.
  void take_file(const std::string& word, const fs::path& path) {
    std::error_code error;
    const bool directory = fs::is_directory(path, error);
    std::size_t found = take_file_from(open(Place::default_directory(), false), path, directory);
    // Root means another user's file as that user.
    const std::uint32_t owner = os::owner_of(to_utf8(path));
    if (os::is_root() && owner != 0) {
      found += take_file_from(open(Place::directory_of_user(owner), true, false), path, directory);
    }
    if (found > 0 || directory || !choices_.error.empty()) return;
    if (fs::exists(path, error)) {
      choices_.files_without_region.push_back(to_utf8(path));
    } else {
      choices_.error =
          fmt::format("{}: there is no such file, and nothing is pending for it", word);
      choices_.cannot_open = true;
    }
  }

  std::size_t take_file_from(const std::shared_ptr<Place>& place, const fs::path& path,
                             bool directory) {
    if (!place) return 0;
    std::error_code missing;
    const core::FileId id = core::file_id(to_utf8(path), missing);
    const auto of_this_file = missing || directory ? std::vector<std::string>() : place->list(id);
    std::size_t found = 0;
    for (const std::string& name : place->list()) {
      const fs::path file = to_path(core::look_at_region(*place, name).file);
      const bool same = file == path || std::ranges::find(of_this_file, name) != of_this_file.end();
      const bool below = directory && is_below(file, path);
      if (!same && !below) continue;
      choices_.regions.push_back({place, name, !below});
      ++found;
    }
    return found;
  }

  Choices choices_;
};

}  // namespace

bool is_region_directory(const fs::path& path) {
  const std::string name = to_utf8(path.filename());
  constexpr std::string_view kBegin = "ringproc-";
  if (!name.starts_with(kBegin) || name.size() == kBegin.size()) return false;
  // By its user's number, or however this user's is called here.
  const bool numbered = name.find_first_not_of("0123456789", kBegin.size()) == std::string::npos;
  const bool own = name == to_utf8(to_path(Place::default_directory()).filename());
  std::error_code error;
  return (numbered || own) && fs::is_directory(fs::status(path, error));
}

std::string looked_at(const std::vector<std::string>& words) {
  return words.empty() ? " in " + core::Place::default_directory() : std::string();
}

Choices choose_regions(const std::vector<std::string>& words) { return Chooser().take(words); }

}  // namespace ringproc::tool
