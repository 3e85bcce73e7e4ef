#include "runtime/ending_files.hpp"

#include <array>
#include <atomic>
#include <string_view>

#include "file/file.hpp"
#include "os/os.hpp"

namespace ringproc::core {
namespace {

constexpr std::size_t kMost = 4096;

std::array<std::atomic<File*>, kMost> files{};

}  // namespace

void EndingFiles::add(File& file) noexcept {
  for (std::atomic<File*>& slot : files) {
    File* none = nullptr;
    if (slot.load() == nullptr && slot.compare_exchange_strong(none, &file)) return;
  }
}

void EndingFiles::remove(File& file) noexcept {
  for (std::atomic<File*>& slot : files) {
    File* expected = &file;
    if (slot.load() == &file && slot.compare_exchange_strong(expected, nullptr)) return;
  }
}

void EndingFiles::finish() noexcept {
  for (const std::atomic<File*>& slot : files) {
    File* const file = slot.load();
    if (!file || file->finish_alone()) continue;
    const RegionHeader& header = file->region().header();
    const auto& path = header.identity.paths[header.identity.renames.load() % 2];
    const std::string_view where = file->survives()
                                       ? "; the rest is kept, \"ringproc recover\" finishes it\n"
                                       : "; the rest is lost\n";
    os::write_error_line({"ringproc: ", path.data(), ": not completely written at exit", where});
  }
}

}  // namespace ringproc::core
