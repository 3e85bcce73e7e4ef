// What is wrong with the header of a WAVE file, and what would mend it: the decisions of `ringproc
// repair`. Writes nothing. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wave_map.hpp"
#include "wave_sizes.hpp"

namespace ringproc::tool {

struct RepairWishes {
  bool cut = false;         // take away what is left of a frame that is not whole
  bool trim_zeros = false;  // take away zeros at the end
  bool to_end = false;      // everything behind the `data` chunk's header is samples
};

enum class RepairVerdict { sound, mend, impossible };

// A number that the header states, as it is and as it ought to be.
struct SizeChange {
  std::string what;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

struct RepairPlan {
  RepairVerdict verdict = RepairVerdict::sound;
  std::string reason;  // why it is impossible, and what to do
  std::string form;    // RIFF, RF64 or BW64, afterwards
  bool new_form = false;
  std::uint64_t data_bytes = 0;         // afterwards
  std::optional<std::uint64_t> frames;  // if they can be counted
  std::vector<SizeChange> changes;
  std::vector<std::string> notes;           // what was found and left alone
  std::optional<std::uint64_t> file_bytes;  // the file's length, if it changes
  HeaderPatches patches;
};

// A sound file is left as it is: sizes that can be explained by what is in the file are believed,
// and so are chunks behind the samples. Otherwise the samples go to the end of the file where the
// size is one that recorders write before they know it (0, about 2 GiB, 4 GiB), where it is a
// length modulo 4 GiB, or where the file is one of ours, whose header is behind its samples; never
// further. Requires: `map` is of that file. Blocks: on the disk.
[[nodiscard]] RepairPlan plan_repair(const WaveMap& map, const ReadAt& read_at,
                                     std::uint64_t file_bytes, const RepairWishes& wishes = {});

}  // namespace ringproc::tool
