// The files that --json and --html name: claimed before the disk is touched, so that no minute of
// measuring ends at a name that cannot be used; gone again if nothing came of it.
#pragma once

#include <string>
#include <vector>

namespace ringproc::tool::measure {

// One thread.
class ReportFiles {
 public:
  // Effect: claims the files; empty names and "-" (standard output) need none. error() says what
  // cannot be used.
  ReportFiles(const std::vector<std::string>& paths, bool overwrite);
  // Effect: files that were made here and not written are gone.
  ~ReportFiles();
  ReportFiles(const ReportFiles&) = delete;
  ReportFiles& operator=(const ReportFiles&) = delete;

  [[nodiscard]] const std::string& error() const { return error_; }

  // Effect: the text is in the file, or on standard output. Returns: success.
  [[nodiscard]] bool write(const std::string& path, const std::string& text);

 private:
  std::vector<std::string> made_;  // and not written yet
  std::string error_;
};

}  // namespace ringproc::tool::measure
