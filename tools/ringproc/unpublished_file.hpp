// A recording before anybody may see it: a hidden file beside its name, which it gets once its
// first header is durable. So what is found under a recording's name is always one.
#pragma once

#include <cstdint>
#include <string>

namespace ringproc::tool {

// `.NAME.ringproc-PID` beside the output; NAME is cut where that would be too long.
[[nodiscard]] std::string unpublished_name(const std::string& output, std::uint32_t process);

// Why there can be no file of that name, and what to do; empty if there can. With overwrite a
// regular file may be there that nobody is using. Creates nothing.
[[nodiscard]] std::string check_output_name(const std::string& output, bool overwrite);

// Effect: the open file `from` is named `output`, durably; with overwrite an old one is removed
// first. Returns: empty, or why not. Blocks: on the disk.
[[nodiscard]] std::string publish(const std::string& from, const std::string& output,
                                  bool overwrite);

// Effect: removes what a process left that ended before its recording had its name: the file and
// what is pending for it. Requires: the process has ended.
void discard_unpublished(const std::string& output, std::uint32_t process);

}  // namespace ringproc::tool
