// page.html as it was when the program was built: what page_of fills. Any thread; no files are
// read.
#pragma once

#include <string_view>

namespace ringproc::tool::measure {

// Where the run's JSON goes; stands in the template once.
inline constexpr std::string_view kRunPlaceholder = "@RINGPROC_RUN@";

[[nodiscard]] std::string_view page_template();

}  // namespace ringproc::tool::measure
