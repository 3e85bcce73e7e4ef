// Files with names: creating, opening, sharing, deleting, renaming, adopting a descriptor.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/suite.hpp"

namespace ringproc::test {

template <class Traits>
class NamedFile : public WithFile<Traits> {};
TYPED_TEST_SUITE_P(NamedFile);

TYPED_TEST_P(NamedFile, IsThereInFullAfterClose) {
  const std::string text(100000, 'q');
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_WRITE);
  EXPECT_EQ(write_text(handle, text), 100000);
  this->close(handle);
  EXPECT_EQ(this->file_.get(), text);
}

TYPED_TEST_P(NamedFile, IsOnDiskAfterFlush) {
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_WRITE);
  EXPECT_EQ(write_text(handle, "flushed"), 7);
  const bool own = excused<TypeParam>(kFlushReachesNoProcedure, "kFlushReachesNoProcedure");
  EXPECT_EQ(own ? TypeParam::flush(handle) : mmioFlush(handle, 0), 0u);
  EXPECT_EQ(this->file_.get(), "flushed");
  this->close(handle);
}

TYPED_TEST_P(NamedFile, CreateEmptiesAnOldOneAndOpensForReadingToo) {
  this->file_.put("old content");
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_WRITE);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 0);
  EXPECT_EQ(write_text(handle, "new"), 3);
  EXPECT_EQ(read_all(handle), "new");
  this->close(handle);
  EXPECT_EQ(this->file_.get(), "new");
}

TYPED_TEST_P(NamedFile, OpenWithoutCreateKeepsTheContent) {
  if (excused<TypeParam>(kBufferLosesWrites, "kBufferLosesWrites")) return;
  this->file_.put("0123456789");
  const HMMIO handle = this->open(MMIO_READWRITE);
  EXPECT_EQ(read_text(handle, 3), "012");
  EXPECT_EQ(write_text(handle, "XX"), 2);
  EXPECT_EQ(read_text(handle, 10), "56789");
  this->close(handle);
  EXPECT_EQ(this->file_.get(), "012XX56789");
}

TYPED_TEST_P(NamedFile, ReadOnlyOneIsNotWritten) {
  if (excused<TypeParam>(kBufferHidesErrors, "kBufferHidesErrors")) return;
  this->file_.put("content");
  const HMMIO handle = this->open(MMIO_READ);
  EXPECT_EQ(write_text(handle, "x"), -1);
  EXPECT_EQ(read_text(handle, 100), "content");
  this->close(handle);
  EXPECT_EQ(this->file_.get(), "content");
}

TYPED_TEST_P(NamedFile, WriteOnlyOneIsNotRead) {
  if (excused<TypeParam>(kBufferHidesErrors, "kBufferHidesErrors")) return;
  this->file_.put("content");
  const HMMIO handle = this->open(MMIO_WRITE);
  char byte = 0;
  EXPECT_EQ(mmioRead(handle, &byte, 1), -1);
  EXPECT_EQ(write_text(handle, "C"), 1);
  this->close(handle);
  EXPECT_EQ(this->file_.get(), "Content");
}

TYPED_TEST_P(NamedFile, GapBehindTheEndReadsAsZeros) {
  if (excused<TypeParam>(kDosSizeIsStale, "kDosSizeIsStale")) return;
  const HMMIO handle = this->open(MMIO_CREATE | MMIO_READWRITE);
  EXPECT_EQ(write_text(handle, "ab"), 2);
  EXPECT_EQ(mmioSeek(handle, 10, SEEK_SET), 10);
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_END), 2);
  EXPECT_EQ(mmioSeek(handle, 5, SEEK_SET), 5);
  EXPECT_EQ(read_text(handle, 5), "");
  EXPECT_EQ(write_text(handle, "cd"), 2);
  EXPECT_EQ(read_all(handle), std::string("ab\0\0\0cd", 7));
  this->close(handle);
  EXPECT_EQ(this->file_.get(), std::string("ab\0\0\0cd", 7));
}

TYPED_TEST_P(NamedFile, NamesThatCannotBeOpenedSayWhy) {
  if (excused<TypeParam>(kEveryOpenErrorIsNotFound, "kEveryOpenErrorIsNotFound")) return;
  const std::string directory = testing::TempDir();
  this->expect_refused(this->file_.path(), MMIO_READ, MMIOERR_FILENOTFOUND);
  this->expect_refused(this->file_.path(), MMIO_READWRITE, MMIOERR_FILENOTFOUND);
  this->expect_refused(directory + "missing-parent/x", MMIO_READ, MMIOERR_PATHNOTFOUND);
  this->expect_refused(directory + "missing-parent/x", MMIO_CREATE | MMIO_WRITE,
                       MMIOERR_PATHNOTFOUND);
  this->expect_refused(directory, MMIO_READ, MMIOERR_ACCESSDENIED);
  this->expect_refused(directory, MMIO_READWRITE, MMIOERR_ACCESSDENIED);
  const bool lost = excused<TypeParam>(kLongNameIsNotFound, "kLongNameIsNotFound");
  this->expect_refused(std::string(5000, 'n'), MMIO_CREATE | MMIO_WRITE,
                       lost ? UINT{MMIOERR_FILENOTFOUND} : UINT{MMIOERR_INVALIDFILE});
  this->file_.put("a file, not a directory");
  this->expect_refused(this->file_.path() + "/x", MMIO_READ, MMIOERR_PATHNOTFOUND);
}

TYPED_TEST_P(NamedFile, LongNamesAreFine) {
  // The path of its own with more behind it: other suites run this test beside this one.
  const std::string name = this->file_.path() + std::string(140, 'l');
  const HMMIO handle = this->open(name, MMIO_CREATE | MMIO_WRITE | MMIO_DENYNONE);
  ASSERT_NE(handle, nullptr);
  this->close(handle);
  EXPECT_TRUE(std::filesystem::remove(name));
}

TYPED_TEST_P(NamedFile, ShareModesHoldBetweenHandles) {
  if (excused<TypeParam>(kEveryOpenErrorIsNotFound, "kEveryOpenErrorIsNotFound")) return;
  this->file_.put("x");
  HMMIO first = this->open(MMIO_READWRITE | MMIO_EXCLUSIVE);
  ASSERT_NE(first, nullptr);
  this->expect_refused(this->file_.path(), MMIO_READ, MMIOERR_SHARINGVIOLATION);
  this->expect_refused(this->file_.path(), MMIO_CREATE | MMIO_WRITE, MMIOERR_SHARINGVIOLATION);
  this->close(first);

  first = this->open(MMIO_READ | MMIO_DENYWRITE);
  this->expect_refused(this->file_.path(), MMIO_WRITE, MMIOERR_SHARINGVIOLATION);
  this->close(this->open(MMIO_READ));
  this->close(first);

  first = this->open(MMIO_WRITE | MMIO_DENYNONE);
  this->close(this->open(MMIO_READWRITE | MMIO_DENYNONE));
  this->expect_refused(this->file_.path(), MMIO_READ | MMIO_DENYWRITE, MMIOERR_SHARINGVIOLATION);
  this->close(first);
  EXPECT_EQ(this->file_.get(), "x");
}

TYPED_TEST_P(NamedFile, DeleteAnswersTrueOrFalse) {
  if (excused<TypeParam>(kDeletesNothing, "kDeletesNothing")) return;
  this->file_.put("x");
  EXPECT_EQ(this->open(MMIO_DELETE), reinterpret_cast<HMMIO>(TRUE));
  EXPECT_EQ(this->error_, 0u);
  EXPECT_FALSE(std::filesystem::exists(this->file_.path()));
  this->expect_refused(this->file_.path(), MMIO_DELETE, MMIOERR_FILENOTFOUND);
}

TYPED_TEST_P(NamedFile, TemporaryNameIsNewAndInTheDirectoryAskedFor) {
  if (excused<TypeParam>(kMakesNoTemporaryName, "kMakesNoTemporaryName")) return;
  std::vector<char> name(1024, '\0');
  const std::string asked = testing::TempDir() + "abcdef";
  std::copy(asked.begin(), asked.end(), name.begin());
  MMIOINFO info = selection<TypeParam>();
  const HMMIO answer = mmioOpen(name.data(), &info, MMIO_GETTEMP);
  if (!excused<TypeParam>(kTemporaryNameOpens, "kTemporaryNameOpens")) {
    EXPECT_EQ(answer, nullptr);
  }
  EXPECT_EQ(info.wErrorRet, 0u);
  const std::string made = name.data();
  const Removal removal(made);
  EXPECT_NE(made, asked);
  EXPECT_EQ(made.rfind(testing::TempDir() + "abc", 0), 0u) << made;
  const HMMIO handle = this->open(made, MMIO_CREATE | MMIO_WRITE);
  EXPECT_NE(handle, nullptr);
  this->close(handle);
}

TYPED_TEST_P(NamedFile, TemporaryNameThatCannotBeMadeIsFileNotFound) {
  if (excused<TypeParam>(kMakesNoTemporaryName, "kMakesNoTemporaryName")) return;
  char name[128] = "/no/such/directory/x";
  MMIOINFO info = selection<TypeParam>();
  const HMMIO answer = mmioOpen(name, &info, MMIO_GETTEMP);
  if (!excused<TypeParam>(kTemporaryNameOpens, "kTemporaryNameOpens")) {
    EXPECT_EQ(answer, reinterpret_cast<HMMIO>(MMIOERR_FILENOTFOUND));
  }
  EXPECT_NE(info.wErrorRet, 0u);
  EXPECT_EQ(std::string(name), "/no/such/directory/x");
  const Removal removal(name);
}

TYPED_TEST_P(NamedFile, RenameMovesTheContent) {
  TempFile target;
  const MMIOINFO info = selection<TypeParam>();
  this->file_.put("moved");
  EXPECT_EQ(mmioRename(this->file_.name(), target.name(), &info, 0), 0u);
  EXPECT_EQ(target.get(), "moved");
  EXPECT_FALSE(std::filesystem::exists(this->file_.path()));
  EXPECT_EQ(mmioRename(this->file_.name(), target.name(), &info, 0), UINT{MMIOERR_FILENOTFOUND});
}

TYPED_TEST_P(NamedFile, AdoptedDescriptorKeepsItsPosition) {
  if (excused<TypeParam>(kBufferBeginsAtZero, "kBufferBeginsAtZero")) return;
  this->file_.put("0123456789abcdef0123456789");
  OsFile file(this->file_.path());
  file.seek(16);
  const HMMIO handle = this->adopt(file, MMIO_READWRITE | MMIO_DENYWRITE);
  ASSERT_NE(handle, nullptr) << this->error_;
  EXPECT_EQ(mmioSeek(handle, 0, SEEK_CUR), 16);
  EXPECT_EQ(read_text(handle, 2), "01");
  EXPECT_EQ(write_text(handle, "XY"), 2);
  this->close(handle, MMIO_FHOPEN);
  EXPECT_EQ(file.position(), 20u);
  file.close();
  EXPECT_EQ(this->file_.get(), "0123456789abcdef01XY456789");
}

TYPED_TEST_P(NamedFile, AdoptedDescriptorIsClosedWithoutFhopen) {
  this->file_.put("x");
  OsFile file(this->file_.path());
  const HMMIO handle = this->adopt(file, MMIO_READ);
  ASSERT_NE(handle, nullptr) << this->error_;
  this->close(handle);
  EXPECT_FALSE(file.is_open());
}

REGISTER_TYPED_TEST_SUITE_P(NamedFile, IsThereInFullAfterClose, IsOnDiskAfterFlush,
                            CreateEmptiesAnOldOneAndOpensForReadingToo,
                            OpenWithoutCreateKeepsTheContent, ReadOnlyOneIsNotWritten,
                            WriteOnlyOneIsNotRead, GapBehindTheEndReadsAsZeros,
                            NamesThatCannotBeOpenedSayWhy, LongNamesAreFine,
                            ShareModesHoldBetweenHandles, DeleteAnswersTrueOrFalse,
                            TemporaryNameIsNewAndInTheDirectoryAskedFor,
                            TemporaryNameThatCannotBeMadeIsFileNotFound, RenameMovesTheContent,
                            AdoptedDescriptorKeepsItsPosition,
                            AdoptedDescriptorIsClosedWithoutFhopen);

}  // namespace ringproc::test
