// MMIO_PARSE and MMIO_EXIST, and what happens to names that cannot be.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "mmio/temp_file.hpp"
#include "ringproc/mmio.h"

namespace ringproc::test {
namespace {

const HMMIO kTrue = reinterpret_cast<HMMIO>(TRUE);

UINT error_of(std::string name, DWORD flags) {
  MMIOINFO info{};
  name.resize(std::max<std::size_t>(name.size(), 128));
  const HMMIO handle = mmioOpen(name.data(), &info, flags);
  EXPECT_EQ(handle, nullptr);
  return info.wErrorRet;
}

TEST(Parse, QualifiesIntoTheCallersBuffer) {
  char name[128] = "some/../dir/./file.wav";
  EXPECT_EQ(mmioOpen(name, nullptr, MMIO_PARSE), kTrue);
  EXPECT_EQ(std::string(name), (std::filesystem::current_path() / "dir/file.wav").string());
  EXPECT_FALSE(std::filesystem::exists(name));
}

TEST(Parse, NameThatDoesNotFitIsLeftAlone) {
  const std::string longest(125, 'x');
  EXPECT_EQ(error_of(longest, MMIO_PARSE), UINT{MMIOERR_OUTOFMEMORY});
  char name[128];
  std::strcpy(name, longest.c_str());
  EXPECT_EQ(mmioOpen(name, nullptr, MMIO_PARSE), nullptr);
  EXPECT_EQ(name, longest);
}

TEST(Parse, LongNameThatIsQualifiedAlreadyFits) {
  std::string name = "/" + std::string(200, 'x') + "/y";
  const std::string before = name;
  EXPECT_EQ(mmioOpen(name.data(), nullptr, MMIO_PARSE), kTrue);
  EXPECT_EQ(name, before);
}

TEST(Exist, TellsWhetherAFileIsThere) {
  const TempFile file;
  file.put("x");
  char name[256];
  std::strcpy(name, file.path().c_str());
  EXPECT_EQ(mmioOpen(name, nullptr, MMIO_EXIST), kTrue);
  EXPECT_EQ(std::string(name), std::filesystem::path(file.path()).lexically_normal().string());
  EXPECT_EQ(error_of(file.path() + "x", MMIO_EXIST), UINT{MMIOERR_FILENOTFOUND});
  EXPECT_EQ(error_of("/no/such/parent", MMIO_EXIST), UINT{MMIOERR_PATHNOTFOUND});
  EXPECT_EQ(error_of("/tmp", MMIO_EXIST), UINT{MMIOERR_ACCESSDENIED});
}

TEST(Exist, DoesNotSearchThePath) {
  EXPECT_EQ(error_of("sh", MMIO_EXIST), UINT{MMIOERR_FILENOTFOUND});
}

TEST(Names, OpenDoesNotSearchThePath) {
  EXPECT_EQ(error_of("sh", MMIO_READ), UINT{MMIOERR_FILENOTFOUND});
}

TEST(Names, FiveThousandCharactersAreRefusedByEveryCall) {
  const std::string name(5000, 'n');
  for (const DWORD flags :
       std::initializer_list<DWORD>{MMIO_READ, MMIO_CREATE | MMIO_WRITE, MMIO_EXIST, MMIO_DELETE}) {
    EXPECT_EQ(error_of(name, flags), UINT{MMIOERR_INVALIDFILE}) << flags;
  }
  EXPECT_EQ(error_of(name, MMIO_PARSE), UINT{MMIOERR_OUTOFMEMORY});
  EXPECT_EQ(mmioRename(name.c_str(), "x", nullptr, 0), UINT{MMIOERR_INVALIDFILE});
}

TEST(Names, EmptyAndNullNamesAreRefused) {
  for (const DWORD flags : std::initializer_list<DWORD>{MMIO_READ, MMIO_CREATE | MMIO_WRITE,
                                                        MMIO_PARSE, MMIO_EXIST, MMIO_DELETE}) {
    EXPECT_EQ(error_of("", flags), UINT{MMIOERR_FILENOTFOUND}) << flags;
  }
  MMIOINFO info{};
  EXPECT_EQ(mmioOpen(nullptr, &info, MMIO_PARSE), nullptr);
  EXPECT_EQ(mmioOpen(nullptr, &info, MMIO_DELETE), nullptr);
  EXPECT_EQ(mmioOpen(nullptr, &info, MMIO_GETTEMP), reinterpret_cast<HMMIO>(MMIOERR_FILENOTFOUND));
  EXPECT_EQ(mmioRename(nullptr, "x", nullptr, 0), UINT{MMSYSERR_INVALPARAM});
}

}  // namespace
}  // namespace ringproc::test
