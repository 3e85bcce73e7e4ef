// Where callers of a bench write: nobody into another's part, nobody beyond the end.
#include <gtest/gtest.h>

#include <map>

#include "bench_case.hpp"
#include "measure/places.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr std::uint64_t kFile = 100 * 4096 + 1234;

template <typename Check>
void for_each_spread(FileKind kind, Check check) {
  for (unsigned callers = 1; callers <= 9; ++callers) {
    for (unsigned files = 1; files <= callers; ++files) {
      Case one = bench_case(Procedure::raw, Operation::flush, kind, callers);
      one.files = files;
      one.file_bytes = kFile;
      SCOPED_TRACE(testing::Message() << callers << " callers on " << files << " files");
      check(one);
    }
  }
}

TEST(BenchPlaces, PartsOfAPreparedFileAreInsideItAndDoNotOverlap) {
  for_each_spread(FileKind::prepared, [](const Case& one) {
    std::map<unsigned, std::uint64_t> taken;  // by file, up to where
    for (unsigned i = 0; i < one.callers; ++i) {
      const Place place = place_of(one, i);
      std::uint64_t& end = taken[file_of_handle(one, place.handle)];
      EXPECT_GE(place.begin, end);
      EXPECT_GT(place.end, place.begin);
      EXPECT_LE(place.end, kFile);
      end = place.end;
    }
    EXPECT_EQ(taken.size(), one.files);
  });
}

TEST(BenchPlaces, PartsOfAPreparedFileAreWholeBlocks) {
  for_each_spread(FileKind::prepared, [](const Case& one) {
    for (unsigned i = 0; i < one.callers; ++i) {
      EXPECT_EQ(place_of(one, i).begin % one.block_bytes, 0U);
      EXPECT_EQ(place_of(one, i).end % one.block_bytes, 0U);
    }
  });
}

TEST(BenchPlaces, EachCallerOfAPreparedFileHasAHandle) {
  for_each_spread(FileKind::prepared, [](const Case& one) {
    EXPECT_EQ(handles_of(one), one.callers);
    for (unsigned i = 0; i < one.callers; ++i) {
      EXPECT_EQ(place_of(one, i).handle, i);
      EXPECT_FALSE(place_of(one, i).shared);
    }
  });
}

TEST(BenchPlaces, CallersOfAGrowingFileShareItsHandle) {
  for_each_spread(FileKind::growing, [](const Case& one) {
    EXPECT_EQ(handles_of(one), one.files);
    for (unsigned i = 0; i < one.callers; ++i) {
      EXPECT_EQ(place_of(one, i).handle, i % one.files);
      EXPECT_EQ(place_of(one, i).shared, one.callers_of(i % one.files) > 1);
    }
  });
}

TEST(BenchPlaces, WhatCallersWriteIsNoMoreThanTheFile) {
  for_each_spread(FileKind::growing, [](const Case& one) {
    std::map<unsigned, std::uint64_t> blocks;
    for (unsigned i = 0; i < one.callers; ++i) blocks[i % one.files] += blocks_each(one, i);
    for (const auto& [file, count] : blocks) {
      EXPECT_LE(count * one.block_bytes, one.file_bytes);
      EXPECT_GT(count * one.block_bytes + one.callers_of(file) * one.block_bytes, one.file_bytes);
    }
  });
}

}  // namespace
}  // namespace ringproc::tool::measure
