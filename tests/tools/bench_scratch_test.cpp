// The files of a bench: made full, found again, gone at the end.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "bench_case.hpp"
#include "measure/scratch.hpp"

namespace ringproc::tool::measure {
namespace {

namespace fs = std::filesystem;

const std::atomic<bool> kGoOn{false};

Case prepared_case(std::uint64_t bytes) {
  Case one = bench_case(Procedure::raw, Operation::flush, FileKind::prepared, 2);
  one.files = 2;
  one.file_bytes = bytes;
  return one;
}

TEST(BenchScratch, PreparedFilesHaveTheirSize) {
  const core::TemporaryDirectory directory(quick_directory());
  Scratch scratch(directory.path());
  const Case one = prepared_case(3 * 1024 * 1024 / 2);
  EXPECT_EQ(scratch.prepare(one, kGoOn), "");
  for (const std::string& path : scratch.paths(one)) EXPECT_EQ(fs::file_size(path), one.file_bytes);
}

TEST(BenchScratch, AFileThatCouldNotBePreparedIsNotTakenForOne) {
  const core::TemporaryDirectory directory(quick_directory());
  Scratch scratch(directory.path());
  const Case one = prepared_case(64 * 4096);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string first = scratch.prepare(one, kGoOn);
  const std::string second = scratch.prepare(one, kGoOn);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_NE(first, "");
  EXPECT_EQ(second, first);
}

TEST(BenchScratch, EverythingIsGoneAtTheEnd) {
  const core::TemporaryDirectory directory(quick_directory());
  {
    Scratch scratch(directory.path());
    EXPECT_EQ(scratch.prepare(prepared_case(4096), kGoOn), "");
    EXPECT_EQ(left_behind(directory.path()), std::vector<std::string>{scratch.path()});
  }
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(BenchScratch, ADirectoryThatHasGoneMeanwhileIsNoError) {
  const core::TemporaryDirectory directory(quick_directory());
  Scratch scratch(directory.path());
  fs::remove_all(scratch.path());
  const Case growing = bench_case(Procedure::raw, Operation::flush, FileKind::growing);
  scratch.remove_files(growing);
  EXPECT_TRUE(scratch.prepare(prepared_case(4096), kGoOn).starts_with("preparing "));
  EXPECT_EQ(scratch.remove(), "");
}

TEST(BenchScratch, WhatIsThereAlreadyIsNotTouched) {
  const core::TemporaryDirectory directory(quick_directory());
  const Scratch first(directory.path());
  const Scratch second(directory.path());
  EXPECT_EQ(first.error(), "");
  EXPECT_NE(second.error().find(first.path()), std::string::npos) << second.error();
}

TEST(BenchScratch, NamesAreWhateverBytesTheyAre) {
  const core::TemporaryDirectory directory(quick_directory());
  const std::string odd = directory.file("\xff\xfe x");
  fs::create_directory(odd);
  Scratch scratch(odd);
  EXPECT_EQ(scratch.error(), "");
  EXPECT_EQ(scratch.prepare(prepared_case(4096), kGoOn), "");
  EXPECT_EQ(scratch.remove(), "");
  EXPECT_TRUE(fs::is_empty(odd));
}

}  // namespace
}  // namespace ringproc::tool::measure
