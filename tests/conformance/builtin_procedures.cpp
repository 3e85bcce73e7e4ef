// The built-in 'DOS ' and 'MEM ' in the conformance suite.
#include "conformance/any_file.hpp"
#include "conformance/large_file.hpp"
#include "conformance/named_file.hpp"

namespace ringproc::test {
namespace {

template <LONG Buffer>
struct Dos {
  static constexpr LONG kBuffer = Buffer;
  static constexpr bool kNames = true;
  static void select(MMIOINFO& info) { info.fccIOProc = FOURCC_DOS; }
};

struct Memory {
  static constexpr LONG kBuffer = 16;
  static constexpr bool kNames = false;
  static void select(MMIOINFO& info) {
    info.fccIOProc = FOURCC_MEM;
    info.adwInfo[0] = 64;
  }
};

using DosUnbuffered = Dos<0>;
using DosTinyBuffer = Dos<7>;
using DosBuffered = Dos<MMIO_DEFAULTBUFFER>;

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, AnyFile, testing::Types<Memory>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosUnbuffered, AnyFile, testing::Types<DosUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosTinyBuffer, AnyFile, testing::Types<DosTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosBuffered, AnyFile, testing::Types<DosBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosUnbuffered, NamedFile, testing::Types<DosUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosUnbuffered, LargeFile, testing::Types<DosUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosTinyBuffer, NamedFile, testing::Types<DosTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosTinyBuffer, LargeFile, testing::Types<DosTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosBuffered, NamedFile, testing::Types<DosBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(DosBuffered, LargeFile, testing::Types<DosBuffered>);

}  // namespace
}  // namespace ringproc::test
