// A header is untrusted until every number in it has been checked.
#include "recover/image.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "support/stepped_file.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::core {
namespace {

class ImageTest : public testing::Test {
 protected:
  ImageTest() {
    Options options = SteppedFile::small_ring();
    options.ring_bytes = 64 * 1024;
    SteppedFile f(options, {}, place.place);
    EXPECT_TRUE(f.write("aaaa") && f.seek(100) && f.write("bbbb") && f.write_at("PP", 1));
    std::memcpy(static_cast<void*>(header.get()), &f.file->drain().header(), sizeof(RegionHeader));
  }
  std::string problem() { return problem_of(*header, kRingStart + header->ring_range, kHeld); }
  // Whether this change of a good header is noticed.
  void expect_refused(const char* what, const std::function<void(RegionHeader&)>& change) {
    const auto good = std::make_unique<RegionHeader>();
    std::memcpy(static_cast<void*>(good.get()), header.get(), sizeof(RegionHeader));
    const std::uint64_t size = kRingStart + header->ring_range;
    change(*header);
    EXPECT_NE(problem_of(*header, size, kHeld), "") << what;
    std::memcpy(static_cast<void*>(header.get()), good.get(), sizeof(RegionHeader));
  }

  static constexpr std::uint64_t kHeld = 96 * 1024;
  TemporaryPlace place;
  std::unique_ptr<RegionHeader> header = std::make_unique<RegionHeader>();
};

TEST_F(ImageTest, AGoodHeaderIsGood) {
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(pending_bytes(*header), 10u);
  EXPECT_EQ(path_of(*header), "/fake");
}

TEST_F(ImageTest, SizesMustFit) {
  expect_refused("range 0", [](auto& h) { h.ring_range = 0; });
  expect_refused("range of no whole pages", [](auto& h) { h.ring_range = 4097; });
  expect_refused("huge range", [](auto& h) { h.ring_range = UINT64_MAX - 4095; });
  expect_refused("populated beyond", [](auto& h) { h.populated = h.ring_range + 1; });
  expect_refused("nothing populated", [](auto& h) { h.populated = 0; });
  expect_refused("other header", [](auto& h) { h.header_bytes += 8; });
  expect_refused("other tables", [](auto& h) { h.run_rows = kRunRows + 1; });
  expect_refused("other patches", [](auto& h) { h.patch_rows = 0; });
  EXPECT_NE(problem_of(*header, kRingStart + header->ring_range - 1, kHeld), "")
      << "file too short";
  EXPECT_NE(problem_of(*header, kRingStart + header->ring_range, 4), "") << "bytes without memory";
}

TEST_F(ImageTest, PositionsMustBePossible) {
  expect_refused("written beyond accepted", [](auto& h) { h.written = h.accepted + 1; });
  expect_refused("durable beyond written", [](auto& h) { h.durable = h.written + 1; });
  expect_refused("more than the ring", [](auto& h) { h.accepted = h.ring_range + 1; });
  expect_refused("huge", [](auto& h) { h.accepted = UINT64_MAX; });
}

TEST_F(ImageTest, RunsMustBeInOrderAndInBounds) {
  expect_refused("none", [](auto& h) { h.runs_pushed.store(h.runs_retired); });
  expect_refused("too many", [](auto& h) { h.runs_pushed = kRunRows + 1; });
  expect_refused("retired beyond", [](auto& h) { h.runs_retired = h.runs_pushed + 1; });
  expect_refused("begins too late", [](auto& h) { h.runs[0].position = 1; });
  expect_refused("out of order", [](auto& h) { h.runs[1].position = UINT64_MAX; });
  expect_refused("beyond any file", [](auto& h) { h.runs[1].file_offset = UINT64_MAX - 1; });
  expect_refused("beyond the largest", [](auto& h) { h.runs[0].file_offset = kLargestOffset - 1; });
  expect_refused("beyond any ring", [](auto& h) { h.runs[1].ring_offset = UINT64_MAX - 1; });
  expect_refused("no such memory", [](auto& h) {
    h.populated = 4096;
    h.runs[1].ring_offset = 4094;
  });
}

TEST_F(ImageTest, PatchesMustBeInOrderAndInBounds) {
  expect_refused("empty", [](auto& h) { h.patches[0].length = 0; });
  expect_refused("too long", [](auto& h) { h.patches[0].length = kMaxPatch + 1; });
  expect_refused("beyond the end", [](auto& h) { h.patches[0].position = h.accepted + 1; });
  expect_refused("beyond any file", [](auto& h) { h.patches[0].file_offset = UINT64_MAX; });
  expect_refused("beyond any memory", [](auto& h) { h.patches[0].data_offset = UINT64_MAX; });
  expect_refused("too many", [](auto& h) { h.patches_pushed = kPatchRows + 1; });
  expect_refused("retired beyond", [](auto& h) { h.patches_retired = h.patches_pushed + 1; });
}

TEST_F(ImageTest, TheIdentityMustBeReadable) {
  expect_refused("no path", [](auto& h) { h.identity.paths[0][0] = '\0'; });
  expect_refused("relative", [](auto& h) { h.identity.paths[0][0] = 'f'; });
  expect_refused("endless path", [](auto& h) { h.identity.paths[0].fill('/'); });
  expect_refused("endless boot id", [](auto& h) { h.identity.boot_id.fill('x'); });
  expect_refused("another path", [](auto& h) { h.identity.renames = 1; });
  expect_refused("journal", [](auto& h) { h.journal.settled = 5; });
}

TEST_F(ImageTest, AWritersLastRowMayBeWithoutBytes) {
  header->runs[2] = {header->accepted, 7, header->runs[1].ring_offset + 4};
  header->runs_pushed = 3;
  EXPECT_EQ(problem(), "");
}

}  // namespace
}  // namespace ringproc::core
