// Which options a new file gets: built-in, RINGPROC_OPTIONS, set in code, set for its path. Any
// thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "ringproc/options.hpp"

namespace ringproc::core {

class Defaults {
 public:
  // The process's defaults. message: why RINGPROC_OPTIONS is refused; empty if it is not.
  [[nodiscard]] Options process(std::string& message) const;
  void set_process(const std::optional<Options>& options);
  // path: absolute.
  void set_path(const std::string& path, const std::optional<Options>& options);
  [[nodiscard]] std::optional<Options> path(const std::string& path) const;

 private:
  mutable std::mutex m_;
  std::optional<Options> process_;          // guarded by m_
  std::map<std::string, Options> by_path_;  // guarded by m_
};

}  // namespace ringproc::core
