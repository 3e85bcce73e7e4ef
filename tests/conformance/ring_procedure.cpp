// The ring procedure in the conformance suite: handed over as pIOProc, and installed under its own
// code.
#include "conformance/any_file.hpp"
#include "conformance/large_file.hpp"
#include "conformance/named_file.hpp"
#include "ringproc/install.h"

namespace ringproc::test {
namespace {

template <LONG Buffer>
struct Ring {
  static constexpr LONG kBuffer = Buffer;
  static constexpr bool kNames = true;
  static constexpr bool kDos = false;
  static constexpr unsigned kKnown = kKnownNothing;
  static MMRESULT flush(HMMIO handle) { return ringproc_mmio_flush(handle); }
  static void select(MMIOINFO& info) { info.pIOProc = ringproc_ioproc; }
};

struct RingInstalled {
  static constexpr LONG kBuffer = 0;
  static constexpr bool kNames = true;
  static constexpr bool kDos = false;
  static constexpr unsigned kKnown = kKnownNothing;
  static MMRESULT flush(HMMIO handle) { return ringproc_mmio_flush(handle); }
  static void select(MMIOINFO& info) {
    static const MMRESULT installed = ringproc_install(0);
    ASSERT_EQ(installed, MMRESULT{MMSYSERR_NOERROR});
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
