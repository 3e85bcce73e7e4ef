// What verify expects, the verdict on a recording, and how it is told. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker.hpp"
#include "wave_reader.hpp"

namespace ringproc::tool {

struct Expectation {
  std::uint64_t seed = kDefaultSeed;
  std::optional<std::uint64_t> frames;          // captured; the lost ones count
  std::optional<std::uint64_t> written_frames;  // set if a failure cut it: so many are there
  std::vector<FrameRange> lost;                 // by rising number
  std::uint64_t lost_frames = 0;
  bool lost_complete = true;  // false: record lost too many ranges to list
  bool silent = false;        // the file keeps the place of the lost ones
  std::optional<AudioFormat> format;
  bool raw = false;  // the file has no header
};

struct Verdict {
  bool right = false;
  std::vector<FrameRange> gaps;         // those inside the recording and the missing end
  std::vector<std::string> complaints;  // empty if right
  std::string remark;                   // about lost frames that were expected
};

struct ReadExpectation {
  std::optional<Expectation> expectation;
  std::string error;  // why there is none
};

// Reads record's JSON. `anywhere`: whatever the source was, what it brought is the counter's
// signal.
[[nodiscard]] ReadExpectation read_expectation(const std::string& path, bool anywhere);

[[nodiscard]] Verdict judge(const WaveFacts& facts, const CheckReport& report,
                            const Expectation& expected);

[[nodiscard]] std::string verdict_text(const std::string& file, const WaveFacts& facts,
                                       const CheckReport& report, const Verdict& verdict);
[[nodiscard]] std::string verdict_json(const std::string& file, const WaveFacts& facts,
                                       const CheckReport& report, const Verdict& verdict);

}  // namespace ringproc::tool
