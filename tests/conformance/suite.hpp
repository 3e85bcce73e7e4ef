// What every I/O procedure does under the mmio functions, written once for all of them:
// any_file.hpp (one open file), named_file.hpp (files with names), large_file.hpp (offsets to 4
// GiB). A new procedure joins by a Traits type and INSTANTIATE_TYPED_TEST_SUITE_P:
//   static constexpr LONG kBuffer;         size of the mmio buffer, 0: unbuffered
//   static void select(MMIOINFO&);         chooses the procedure
//   static constexpr bool kNames;          it serves files with names; else memory files that grow
//   static constexpr bool kDos;            files are opened under the code 'DOS '
//   static constexpr unsigned kKnown;      what the procedure is known to do wrong (known.hpp)
//   static MMRESULT flush(HMMIO);          writes everything down where mmioFlush does not
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "conformance/known.hpp"
#include "mmio/temp_file.hpp"
#include "ringproc/mmio.h"
#include "support/os_file.hpp"

namespace ringproc::test {

template <class Traits>
MMIOINFO selection() {
  MMIOINFO info{};
  info.cchBuffer = Traits::kBuffer;
  Traits::select(info);
  return info;
}

inline LONG write_text(HMMIO handle, const std::string& text) {
  return mmioWrite(handle, text.data(), static_cast<LONG>(text.size()));
}

// What is read at the position, at most count bytes.
inline std::string read_text(HMMIO handle, std::size_t count) {
  std::string text(count, '\0');
  const LONG result = mmioRead(handle, text.data(), static_cast<LONG>(count));
  EXPECT_GE(result, 0);
  text.resize(static_cast<std::size_t>(std::max<LONG>(result, 0)));
  return text;
}

inline std::string read_all(HMMIO handle) {
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_SET), 0);
  std::string all;
  for (std::string part = read_text(handle, 1000); !part.empty(); part = read_text(handle, 1000)) {
    all += part;
  }
  return all;
}

// A fixture with the name of a file that is not there yet.
template <class Traits>
class WithFile : public testing::Test {
 protected:
  [[nodiscard]] HMMIO open(DWORD flags) { return open(file_.path(), flags); }
  [[nodiscard]] HMMIO open(std::string name, DWORD flags) {
    MMIOINFO info = selection<Traits>();
    const HMMIO handle = mmioOpen(name.data(), &info, flags);
    error_ = info.wErrorRet;
    return handle;
  }
  [[nodiscard]] HMMIO adopt(const OsFile& file, DWORD flags) {
    MMIOINFO info = selection<Traits>();
    info.adwInfo[0] = file.number();
    const HMMIO handle = mmioOpen(nullptr, &info, flags);
    error_ = info.wErrorRet;
    return handle;
  }
  void expect_refused(const std::string& name, DWORD flags, UINT error) {
    EXPECT_EQ(open(name, flags), nullptr);
    EXPECT_EQ(error_, error);
  }
  static void close(HMMIO handle, UINT flags = 0) { EXPECT_EQ(mmioClose(handle, flags), 0u); }

  TempFile file_;
  UINT error_ = 0;  // wErrorRet of the last open
};

}  // namespace ringproc::test
