#include "other_writers.hpp"

namespace ringproc::tool {

// Opening it while denying others to write fails by itself.
bool is_written_by_others(const std::string&) noexcept { return false; }

}  // namespace ringproc::tool
