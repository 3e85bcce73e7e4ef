#include "base/error.hpp"

namespace ringproc::core {

const std::error_category& errno_category() noexcept { return std::system_category(); }

}  // namespace ringproc::core
