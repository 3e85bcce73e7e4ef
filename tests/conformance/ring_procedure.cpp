// The ring procedure in the conformance suite: handed over as pIOProc, and installed under its own
// code.
#include "conformance/any_file.hpp"
#include "conformance/large_file.hpp"
#include "conformance/named_file.hpp"
#include "ringproc/procedure.h"

namespace ringproc::test {
namespace {

template <LONG Buffer>
struct Ring {
  static constexpr LONG kBuffer = Buffer;
  static constexpr bool kNames = true;
  static void select(MMIOINFO& info) { info.pIOProc = ringproc_ioproc; }
};

struct RingInstalled {
  static constexpr LONG kBuffer = 0;
  static constexpr bool kNames = true;
  static void select(MMIOINFO& info) {
    static const LPMMIOPROC installed =
        mmioInstallIOProc(RINGPROC_FOURCC, ringproc_ioproc, MMIO_INSTALLPROC);
    ASSERT_EQ(installed, ringproc_ioproc);
    info.fccIOProc = RINGPROC_FOURCC;
  }
};

using RingUnbuffered = Ring<0>;
using RingTinyBuffer = Ring<7>;
using RingBuffered = Ring<MMIO_DEFAULTBUFFER>;

INSTANTIATE_TYPED_TEST_SUITE_P(RingUnbuffered, AnyFile, testing::Types<RingUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingTinyBuffer, AnyFile, testing::Types<RingTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingBuffered, AnyFile, testing::Types<RingBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingInstalled, AnyFile, testing::Types<RingInstalled>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingUnbuffered, NamedFile, testing::Types<RingUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingUnbuffered, LargeFile, testing::Types<RingUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingTinyBuffer, NamedFile, testing::Types<RingTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingTinyBuffer, LargeFile, testing::Types<RingTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingBuffered, NamedFile, testing::Types<RingBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingBuffered, LargeFile, testing::Types<RingBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingInstalled, NamedFile, testing::Types<RingInstalled>);
INSTANTIATE_TYPED_TEST_SUITE_P(RingInstalled, LargeFile, testing::Types<RingInstalled>);

}  // namespace
}  // namespace ringproc::test
