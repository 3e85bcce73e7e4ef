// What the writer does before the power is cut, derived from a seed: the writer performs it, the
// checker derives the same again and knows what each byte of each file should be. Not for
// concurrent use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace powercut {

enum class Kind {
  open,         // a new file
  write,        // MMIOM_WRITE: accepted
  write_flush,  // MMIOM_WRITEFLUSH with data
  flush,        // MMIOM_WRITEFLUSH of length 0
  message,      // RINGPROC_MSG_FLUSH
  rename,       // MMIOM_RENAME of the open file to its next name
  close,
};

struct Op {
  Kind kind = Kind::open;
  unsigned file = 0;
  std::uint32_t offset = 0;  // of a write; the application seeks if it is not there
  std::uint32_t size = 0;
};

// flush: everything, flushed in all ways. close: little is flushed, files are closed one after the
// other.
enum class Style { flush, close };

// Returns: the operations of the seed, always the same.
[[nodiscard]] std::vector<Op> make_script(std::uint64_t seed, Style style);

// The name of a file after `renames` renames, below the mounted file system. Every second rename is
// to the other of its two directories.
inline constexpr std::string_view kDirectories[] = {"a", "b"};
[[nodiscard]] std::string name_of(std::uint64_t seed, unsigned file, unsigned renames);

// The byte that operation `op` writes at an offset of a file: never 0, and different for each op,
// so that what is found tells who wrote it (or that nobody did).
[[nodiscard]] std::uint8_t byte_of(std::uint64_t seed, unsigned file, std::size_t op,
                                   std::uint32_t offset);

}  // namespace powercut
