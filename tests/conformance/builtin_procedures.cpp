// The built-in 'DOS ' in the conformance suite.
#include "conformance/any_file.hpp"
#include "conformance/large_file.hpp"
#include "conformance/named_file.hpp"

namespace ringproc::test {
namespace {

template <LONG Buffer>
struct Dos {
  static constexpr LONG kBuffer = Buffer;
  static constexpr bool kNames = true;
  static constexpr bool kDos = true;
  static constexpr unsigned kKnown = kKnownOfBuiltinDos;
  static MMRESULT flush(HMMIO handle) { return mmioFlush(handle, 0); }
  static void select(MMIOINFO& info) { info.fccIOProc = FOURCC_DOS; }
};

using DosUnbuffered = Dos<0>;
using DosTinyBuffer = Dos<7>;
using DosBuffered = Dos<MMIO_DEFAULTBUFFER>;

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
