// A command line that cannot be right.
#pragma once

#include <stdexcept>

namespace ringproc::tool {

// The command line cannot be right; what() says what to change.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace ringproc::tool
