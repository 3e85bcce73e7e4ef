// Files and directories for their owner's eyes only.
#pragma once

#include <windows.h>

#include <memory>
#include <string>
#include <vector>

namespace ringproc::core::os {

// Security attributes that give this user everything and others nothing. Valid while it lives.
class PrivateAccess {
 public:
  PrivateAccess();
  PrivateAccess(const PrivateAccess&) = delete;
  PrivateAccess& operator=(const PrivateAccess&) = delete;
  // NULL if they could not be made: then what the directory above says holds.
  [[nodiscard]] SECURITY_ATTRIBUTES* get() noexcept { return made_ ? &attributes_ : nullptr; }

 private:
  std::vector<std::byte> user_;
  std::vector<std::byte> list_;
  SECURITY_DESCRIPTOR descriptor_{};
  SECURITY_ATTRIBUTES attributes_{};
  bool made_ = false;
};

// Whether this user owns it. Unknown counts as no.
[[nodiscard]] bool is_mine(HANDLE file);
// This user's name, for names of directories.
[[nodiscard]] std::string user_name();

}  // namespace ringproc::core::os
