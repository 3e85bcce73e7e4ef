// The built-in 'MEM ' in the conformance suite. Not under winmm, whose memory files do not grow; no
// procedure serves them.
#include "conformance/any_file.hpp"

namespace ringproc::test {
namespace {

struct Memory {
  static constexpr LONG kBuffer = 16;
  static constexpr bool kNames = false;
  static constexpr bool kDos = false;
  static constexpr unsigned kKnown = kKnownNothing;
  static void select(MMIOINFO& info) {
    info.fccIOProc = FOURCC_MEM;
    info.adwInfo[0] = 64;
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AnyFile, testing::Types<Memory>);

}  // namespace
}  // namespace ringproc::test
