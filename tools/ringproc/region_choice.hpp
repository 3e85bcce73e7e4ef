// Which regions the words on recover's command line mean. No I/O on recorded files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "recover/recover.hpp"

namespace ringproc::tool {

struct RegionChoice {
  std::shared_ptr<core::Place> place;
  std::string name;
  bool named = false;  // a word named its file or itself: then a live owner is worth a complaint
};

struct Choices {
  std::vector<RegionChoice> regions;
  std::vector<std::string> files_without_region;  // named, there, nothing pending for them
  std::string error;         // a word that means nothing, or a place not to be trusted
  bool cannot_open = false;  // the error is that there is no such file
};

// Each word: a directory of regions (ringproc-UID), a region, a file, or a directory whose files
// are meant. No words: everything of this user.
[[nodiscard]] Choices choose_regions(const std::vector<std::string>& words);

// Returns: what follows "nothing" when there were no words: the place that was looked at, which is
// another one for each user and for each RINGPROC_REGIONS. With words: empty.
[[nodiscard]] std::string looked_at(const std::vector<std::string>& words);

// Whether a directory holds regions, by its name.
[[nodiscard]] bool is_region_directory(const std::filesystem::path& path);

}  // namespace ringproc::tool
