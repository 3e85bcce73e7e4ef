// Replaces a small file as a whole: whoever looks, also after a crash or a power cut, finds the old
// one or the new one.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace ringproc::tool {

// Effect: the file holds `text`, durable; it need not have been there. A file named PATH.new is
// taken for what a crash left and overwritten. Errors: the OS's, and the old one stands. Blocks: on
// the disk.
[[nodiscard]] std::error_code replace_file(const std::string& path, std::string_view text);

}  // namespace ringproc::tool
