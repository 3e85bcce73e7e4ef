#include "runtime/defaults.hpp"

#include <cstdlib>

#include "base/options_text.hpp"

namespace ringproc::core {

Options Defaults::process(std::string& message) const {
  const std::lock_guard lock(m_);
  if (process_) return *process_;
  Options options;
  if (const char* const text = std::getenv("RINGPROC_OPTIONS")) {
    message = apply_options(text, options);
    if (!message.empty()) message = "RINGPROC_OPTIONS: " + message;
  }
  return options;
}

void Defaults::set_process(const std::optional<Options>& options) {
  const std::lock_guard lock(m_);
  process_ = options;
}

void Defaults::set_path(const std::string& path, const std::optional<Options>& options) {
  const std::lock_guard lock(m_);
  if (options) {
    by_path_[path] = *options;
  } else {
    by_path_.erase(path);
  }
}

std::optional<Options> Defaults::path(const std::string& path) const {
  const std::lock_guard lock(m_);
  const auto at = by_path_.find(path);
  return at == by_path_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace ringproc::core
