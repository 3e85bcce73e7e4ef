// An open file cannot be deleted here, nor the directory that it is in.
#include "watched_file.hpp"

namespace ringproc::tool::os {

WatchedFile::WatchedFile(const std::string& /*path*/) {}

WatchedFile::~WatchedFile() = default;

bool WatchedFile::is_deleted() const { return false; }

std::uint64_t WatchedFile::reserved_bytes() const { return 0; }

}  // namespace ringproc::tool::os
