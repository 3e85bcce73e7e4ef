// What is going on, on standard error: one line that is written over on a terminal, else a line
// each.
#pragma once

#include <string>

namespace bench {

void progress(const std::string& text);
void end_progress();

}  // namespace bench
