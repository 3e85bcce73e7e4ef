// The first failure of a turn, whoever of its threads met it.
#pragma once

#include <mutex>
#include <string>

namespace ringproc::tool::measure {

// Threads: any.
class FirstError {
 public:
  void set(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (text_.empty()) text_ = text;
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;  // guarded by mutex_
};

}  // namespace ringproc::tool::measure
