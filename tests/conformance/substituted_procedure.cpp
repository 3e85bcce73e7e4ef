// The ring in the place of 'DOS ', for programs that name that code.
#include "conformance/any_file.hpp"
#include "conformance/large_file.hpp"
#include "conformance/named_file.hpp"
#include "ringproc/install.h"

namespace ringproc::test {
namespace {

template <LONG Buffer>
struct Substituted {
  static constexpr LONG kBuffer = Buffer;
  static constexpr bool kNames = true;
  static constexpr bool kDos = true;
  static constexpr unsigned kKnown = kKnownNothing;
  static MMRESULT flush(HMMIO handle) { return ringproc_mmio_flush(handle); }
  static void select(MMIOINFO& info) {
    static const MMRESULT installed = ringproc_install(FOURCC_DOS);
    ASSERT_EQ(installed, MMRESULT{MMSYSERR_NOERROR});
    info.fccIOProc = FOURCC_DOS;
  }
};

using SubstitutedUnbuffered = Substituted<0>;
using SubstitutedTinyBuffer = Substituted<7>;
using SubstitutedBuffered = Substituted<MMIO_DEFAULTBUFFER>;

INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedUnbuffered, AnyFile,
                               testing::Types<SubstitutedUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedTinyBuffer, AnyFile,
                               testing::Types<SubstitutedTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedBuffered, AnyFile, testing::Types<SubstitutedBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedUnbuffered, NamedFile,
                               testing::Types<SubstitutedUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedUnbuffered, LargeFile,
                               testing::Types<SubstitutedUnbuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedTinyBuffer, NamedFile,
                               testing::Types<SubstitutedTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedTinyBuffer, LargeFile,
                               testing::Types<SubstitutedTinyBuffer>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedBuffered, NamedFile, testing::Types<SubstitutedBuffered>);
INSTANTIATE_TYPED_TEST_SUITE_P(SubstitutedBuffered, LargeFile, testing::Types<SubstitutedBuffered>);

}  // namespace
}  // namespace ringproc::test
