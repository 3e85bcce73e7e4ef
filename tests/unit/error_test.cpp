#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "procedure/mmio_error.hpp"
#include "ringproc/ringproc.h"

namespace ringproc::core {
namespace {

TEST(ErrorCode, GoesThroughTheCFormAndBack) {
  for (const int value : {ENOSPC, EIO, ENOENT}) {
    const std::error_code error(value, std::system_category());
    EXPECT_EQ(to_c_code(error), -value);
    EXPECT_EQ(from_c_code(-value), error);
  }
  for (int code = RINGPROC_E_OVERRUN; code >= RINGPROC_E_UNWRITTEN; --code) {
    EXPECT_EQ(to_c_code(from_c_code(code)), code);
    EXPECT_EQ(from_c_code(code).category(), error_category());
  }
  EXPECT_EQ(to_c_code({}), 0);
}

TEST(MmioError, NamesWhatAProgramCanActOn) {
  const auto of = [](int error) {
    return mmio_error({error, std::system_category()}, MMIOERR_CANNOTWRITE);
  };
  EXPECT_EQ(of(0), 0u);
  EXPECT_EQ(of(ENOENT), unsigned{MMIOERR_FILENOTFOUND});
  EXPECT_EQ(of(ENOTDIR), unsigned{MMIOERR_PATHNOTFOUND});
  EXPECT_EQ(of(EACCES), unsigned{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(of(EROFS), unsigned{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(of(EISDIR), unsigned{MMIOERR_ACCESSDENIED});
  EXPECT_EQ(of(ENOSPC), unsigned{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(of(EDQUOT), unsigned{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(of(EFBIG), unsigned{MMIOERR_CANNOTEXPAND});
  EXPECT_EQ(of(EMFILE), unsigned{MMIOERR_TOOMANYOPENFILES});
  EXPECT_EQ(of(ENAMETOOLONG), unsigned{MMIOERR_INVALIDFILE});
  EXPECT_EQ(of(EIO), unsigned{MMIOERR_CANNOTWRITE});
  EXPECT_EQ(mmio_error(Errc::sharing, MMIOERR_CANNOTOPEN), unsigned{MMIOERR_SHARINGVIOLATION});
}

}  // namespace
}  // namespace ringproc::core
