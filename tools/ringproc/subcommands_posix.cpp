#include "subcommands.hpp"

namespace ringproc::tool {

std::vector<AddSubcommand> subcommands_of_this_system() { return {}; }

}  // namespace ringproc::tool
