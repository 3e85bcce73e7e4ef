// Seeking, holes, and offsets around 2 and 4 GiB in sparse files.
#include "api/support.hpp"

namespace {

using api::bytes;
using api::Origin;

constexpr std::int64_t kGiB = 1024 * 1024 * 1024;

class Offsets : public testing::Test {
 protected:
  std::string read_at(std::int64_t offset, std::size_t size) {
    std::error_code error;
    file_.seek(offset, Origin::begin, error);
    std::string text(size, '?');
    const auto count = file_.read(std::as_writable_bytes(std::span(text)));
    EXPECT_FALSE(error || count.error);
    text.resize(count.bytes);
    return text;
  }
  std::string on_disk_at(std::int64_t offset, std::size_t size) {
    std::ifstream in(path_, std::ios::binary);
    in.seekg(offset);
    std::string text(size, '?');
    in.read(text.data(), static_cast<std::streamsize>(size));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
  }
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
  api::File file_ = api::open(path_, api::kCreate);
};

TEST_F(Offsets, SeekEndAdds) {
  std::error_code error;
  ASSERT_FALSE(file_.write(bytes("12345")).error);
  EXPECT_EQ(file_.seek(2, Origin::end, error), 7U);
  EXPECT_EQ(file_.seek(-5, Origin::end, error), 0U);
  EXPECT_FALSE(error);
}

TEST_F(Offsets, ASeekBelowZeroIsRefusedAndTheOffsetStays) {
  std::error_code error;
  ASSERT_FALSE(file_.write(bytes("12345")).error);
  file_.seek(-6, Origin::current, error);
  EXPECT_EQ(error.value(), RINGPROC_E_INVALID);
  EXPECT_EQ(file_.seek(0, Origin::current, error), 5U);
  EXPECT_FALSE(error);
}

TEST_F(Offsets, ASeekPastTheLargestOffsetIsRefused) {
  std::error_code error;
  ASSERT_FALSE(file_.write(bytes("12345")).error);
  file_.seek(INT64_MAX, Origin::current, error);
  EXPECT_TRUE(error);
  EXPECT_EQ(file_.seek(0, Origin::current, error), 5U);
}

TEST_F(Offsets, ASeekPastTheEndWritesNothing) {
  std::error_code error;
  EXPECT_EQ(file_.seek(1000, Origin::begin, error), 1000U);
  EXPECT_EQ(file_.stats().logical_size, 0U);
  EXPECT_EQ(read_at(1000, 5), "");
  EXPECT_FALSE(file_.close());
  EXPECT_EQ(api::on_disk(path_), "");
}

TEST_F(Offsets, AHoleReadsAsZeros) {
  std::error_code error;
  file_.seek(4, Origin::begin, error);
  ASSERT_FALSE(file_.write(bytes("x")).error);
  EXPECT_EQ(read_at(0, 10), std::string("\0\0\0\0x", 5));
}

TEST_F(Offsets, AWriteAtTheLargestOffsetIsRefusedAndNotSticky) {
  std::error_code error;
  file_.seek(INT64_MAX, Origin::begin, error);
  if (!error) {
    EXPECT_TRUE(file_.write(bytes("xy")).error);
  }
  EXPECT_TRUE(file_.write_at(bytes("xy"), UINT64_MAX - 1).error);
  EXPECT_TRUE(file_.write_at(bytes("xy"), INT64_MAX).error);
  file_.seek(0, Origin::begin, error);
  EXPECT_FALSE(file_.write_flush(bytes("good")).error);
  EXPECT_EQ(api::on_disk(path_), "good");
}

TEST_F(Offsets, BytesAroundTwoAndFourGiBAreWhereTheyBelong) {
  std::error_code error;
  for (const auto at :
       {2 * kGiB - 1, 2 * kGiB, 2 * kGiB + 1, 4 * kGiB - 1, 4 * kGiB, 5 * kGiB + 3}) {
    const auto mark = "at " + std::to_string(at);
    EXPECT_EQ(file_.seek(at - 5, Origin::begin, error), static_cast<std::uint64_t>(at - 5));
    ASSERT_FALSE(file_.write(bytes(mark)).error);
    EXPECT_EQ(read_at(at - 5, mark.size()), mark);
    EXPECT_EQ(file_.stats().logical_size, static_cast<std::uint64_t>(at - 5) + mark.size());
    ASSERT_FALSE(file_.flush());
    EXPECT_EQ(on_disk_at(at - 5, mark.size()), mark);
  }
  EXPECT_FALSE(file_.close());
}

TEST_F(Offsets, PatchesReachBeyondFourGiB) {
  ASSERT_FALSE(file_.write_at(bytes("far"), 4 * kGiB + 1).error);
  EXPECT_EQ(file_.stats().logical_size, static_cast<std::uint64_t>(4 * kGiB + 4));
  EXPECT_EQ(read_at(4 * kGiB, 10), std::string("\0far", 4));
  EXPECT_FALSE(file_.close());
  EXPECT_EQ(on_disk_at(4 * kGiB + 1, 3), "far");
}

TEST_F(Offsets, WriteAtDoesNotMoveTheOffset) {
  std::error_code error;
  ASSERT_FALSE(file_.write(bytes("12345")).error);
  ASSERT_EQ(file_.write_at(bytes("x"), 1).bytes, 1U);
  EXPECT_EQ(file_.seek(0, Origin::current, error), 5U);
  EXPECT_EQ(api::read_all(file_), "1x345");
}

TEST_F(Offsets, ALaterWriteCoversAPatchAndALaterPatchCoversAWrite) {
  std::error_code error;
  ASSERT_FALSE(file_.write(bytes("aaaa")).error);
  ASSERT_FALSE(file_.write_at(bytes("bbbb"), 0).error);
  file_.seek(2, Origin::begin, error);
  ASSERT_FALSE(file_.write(bytes("cc")).error);
  ASSERT_FALSE(file_.write_at(bytes("d"), 3).error);
  EXPECT_EQ(api::read_all(file_), "bbcd");
  EXPECT_FALSE(file_.close());
  EXPECT_EQ(api::on_disk(path_), "bbcd");
}

}  // namespace
