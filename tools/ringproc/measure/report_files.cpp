#include "measure/report_files.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "output_file.hpp"
#include "say.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool::measure {

ReportFiles::ReportFiles(const std::vector<std::string>& paths, bool overwrite) {
  for (const std::string& path : paths) {
    if (path.empty() || path == "-" || !error_.empty()) continue;
    const OutputClaim claim = claim_output_file(path, overwrite);
    if (claim.created) made_.push_back(path);
    error_ = claim.error;
  }
}

ReportFiles::~ReportFiles() {
  std::error_code ignored;  // an empty file is left at worst
  for (const std::string& path : made_) std::filesystem::remove(to_path(path), ignored);
}

bool ReportFiles::write(const std::string& path, const std::string& text) {
  if (path == "-") return print_to(stdout, text);
  // What there is of it stays, also if it is not all.
  std::erase(made_, path);
  std::ofstream file(to_path(path), std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return !file.fail();
}

}  // namespace ringproc::tool::measure
