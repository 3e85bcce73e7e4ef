// Installing I/O procedures and choosing one for a name.
#include <gtest/gtest.h>

#include <string>

#include "mmio/spy.hpp"
#include "mmio/temp_file.hpp"

namespace ringproc::test {
namespace {

constexpr FOURCC kXyz = mmioFOURCC('X', 'Y', 'Z', ' ');

// Installs the spy for the length of a test.
class Installed {
 public:
  explicit Installed(FOURCC code) : code_(code) {
    EXPECT_EQ(mmioInstallIOProc(code, Spy::procedure, MMIO_INSTALLPROC), Spy::procedure);
  }
  ~Installed() { EXPECT_EQ(mmioInstallIOProc(code_, nullptr, MMIO_REMOVEPROC), Spy::procedure); }

 private:
  FOURCC code_;
};

LRESULT CALLBACK other_procedure(LPSTR, UINT, LPARAM, LPARAM) { return 0; }

bool reaches_spy(Spy& spy, std::string name, MMIOINFO* info = nullptr) {
  spy.messages.clear();
  const HMMIO handle = mmioOpen(name.data(), info, MMIO_READ);
  if (handle == nullptr) return false;
  const bool reached = !spy.messages.empty();
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  return reached;
}

TEST(InstallIOProc, FindsTheBuiltInProcedures) {
  EXPECT_NE(mmioInstallIOProc(FOURCC_DOS, nullptr, MMIO_FINDPROC), nullptr);
  EXPECT_NE(mmioInstallIOProc(FOURCC_MEM, nullptr, MMIO_FINDPROC), nullptr);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_FINDPROC), nullptr);
}

TEST(InstallIOProc, BuiltInProceduresStay) {
  EXPECT_EQ(mmioInstallIOProc(FOURCC_DOS, nullptr, MMIO_REMOVEPROC), nullptr);
  EXPECT_EQ(mmioInstallIOProc(FOURCC_MEM, nullptr, MMIO_REMOVEPROC), nullptr);
  EXPECT_NE(mmioInstallIOProc(FOURCC_DOS, nullptr, MMIO_FINDPROC), nullptr);
}

TEST(InstallIOProc, NewestOfACodeIsFoundFirstAndRemovedFirst) {
  const Installed first(kXyz);
  EXPECT_EQ(mmioInstallIOProc(kXyz, other_procedure, MMIO_INSTALLPROC), other_procedure);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_FINDPROC), other_procedure);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_REMOVEPROC), other_procedure);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_FINDPROC), Spy::procedure);
}

TEST(InstallIOProc, InstalledTwiceIsRemovedTwice) {
  const Installed first(kXyz);
  const Installed second(kXyz);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_FINDPROC), Spy::procedure);
}

TEST(InstallIOProc, InUseCannotBeRemoved) {
  Spy spy;
  const Installed installed(kXyz);
  MMIOINFO info{};
  info.fccIOProc = kXyz;
  const HMMIO handle = mmioOpen(nullptr, &info, MMIO_READ);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_REMOVEPROC), nullptr);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(InstallIOProc, FailedOpenDeleteAndRenameLeaveItRemovable) {
  Spy spy;
  const Installed installed(kXyz);
  spy.instead = [](const Message&, MMIOINFO&) { return MMIOERR_CANNOTOPEN; };
  MMIOINFO info{};
  info.fccIOProc = kXyz;
  char name[] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_READ), nullptr);
  EXPECT_EQ(mmioOpen(name, &info, MMIO_DELETE), nullptr);
  EXPECT_EQ(mmioRename("x", "y", &info, 0), UINT{MMIOERR_CANNOTOPEN});
}

TEST(InstallIOProc, NeedsExactlyOneVerbAndAProcedure) {
  EXPECT_EQ(mmioInstallIOProc(kXyz, other_procedure, 0), nullptr);
  EXPECT_EQ(mmioInstallIOProc(kXyz, other_procedure, MMIO_INSTALLPROC | MMIO_FINDPROC), nullptr);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_INSTALLPROC), nullptr);
  EXPECT_EQ(mmioInstallIOProc(0, other_procedure, MMIO_INSTALLPROC), nullptr);
}

TEST(InstallIOProc, ClosingATemporaryProcedureKeepsTheInstalledOne) {
  Spy spy;
  const HMMIO handle = spy.open();
  const Installed installed(kXyz);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
  EXPECT_EQ(mmioInstallIOProc(kXyz, nullptr, MMIO_FINDPROC), Spy::procedure);
}

TEST(ChoosingAProcedure, NameWithAnElementSelectsItsExtension) {
  Spy spy;
  const Installed installed(kXyz);
  EXPECT_TRUE(reaches_spy(spy, "file+name.xyz+one.two"));
  EXPECT_EQ(spy.name_at_open, "file+name.xyz+one.two");
  MMIOINFO zero{};
  EXPECT_TRUE(reaches_spy(spy, "file+name.xyz+one.two", &zero));
  EXPECT_TRUE(reaches_spy(spy, "take.xyz+"));
  EXPECT_FALSE(reaches_spy(spy, "take.xyz"));
  EXPECT_FALSE(reaches_spy(spy, "dir.xyz/take+1"));
  EXPECT_FALSE(reaches_spy(spy, "xyz+1"));
}

TEST(ChoosingAProcedure, UnknownExtensionMeansTheLiteralName) {
  const TempFile file(".abc+take");
  file.put("data");
  std::string name = file.path();
  const HMMIO handle = mmioOpen(name.data(), nullptr, MMIO_READ);
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(mmioClose(handle, 0), 0u);
}

TEST(ChoosingAProcedure, ExplicitCodeWinsOverTheName) {
  Spy spy;
  const Installed installed(kXyz);
  MMIOINFO info{};
  info.fccIOProc = FOURCC_DOS;
  EXPECT_FALSE(reaches_spy(spy, "/no/file.xyz+one", &info));
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_PATHNOTFOUND});
}

TEST(ChoosingAProcedure, UnknownExplicitCodeIsAnError) {
  MMIOINFO info{};
  info.fccIOProc = kXyz;
  char name[] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_READ), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMIOERR_INVALIDFILE});
  EXPECT_EQ(mmioRename("x", "y", &info, 0), UINT{MMIOERR_INVALIDFILE});
}

TEST(ChoosingAProcedure, InstallingDosSubstitutesThePlainDefault) {
  Spy spy;
  const Installed installed(FOURCC_DOS);
  MMIOINFO zero{};
  EXPECT_TRUE(reaches_spy(spy, "plain.wav"));
  EXPECT_TRUE(reaches_spy(spy, "plain.wav", &zero));
  EXPECT_TRUE(reaches_spy(spy, "no.proc+plain"));
  spy.messages.clear();
  EXPECT_EQ(mmioRename("old", "new", nullptr, 0), 0u);
  EXPECT_EQ(spy.messages.size(), 1u);
}

TEST(ChoosingAProcedure, NothingToOpenIsRefused) {
  EXPECT_EQ(mmioOpen(nullptr, nullptr, MMIO_READ), nullptr);
  MMIOINFO info{};
  char name[] = "x";
  EXPECT_EQ(mmioOpen(name, &info, MMIO_RWMODE), nullptr);
  EXPECT_EQ(info.wErrorRet, UINT{MMSYSERR_INVALFLAG});
}

}  // namespace
}  // namespace ringproc::test
