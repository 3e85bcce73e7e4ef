// The questions of the probe, by what they are asked of. Each removes what it installs and creates.
#pragma once

#include <string>
#include <vector>

#include "winmm_probe.hpp"

namespace ringproc::tool {

// A directory of the probe's own while it lives, for the files that the questions need.
class ProbeDirectory {
 public:
  ProbeDirectory();
  ~ProbeDirectory();
  ProbeDirectory(const ProbeDirectory&) = delete;
  ProbeDirectory& operator=(const ProbeDirectory&) = delete;

  // In the ANSI code page, as winmm's A functions take it. Throws std::runtime_error if there is no
  // directory for temporary files.
  [[nodiscard]] std::string file(const std::string& name) const;

 private:
  std::string path_;
};

void ask_of_selection(const ProbeDirectory& directory, std::vector<Finding>& findings);
void ask_of_messages(std::vector<Finding>& findings);
void ask_of_errors(std::vector<Finding>& findings);
void ask_of_names(const ProbeDirectory& directory, std::vector<Finding>& findings);
void ask_of_builtin(const ProbeDirectory& directory, std::vector<Finding>& findings);

}  // namespace ringproc::tool
