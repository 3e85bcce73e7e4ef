// Wrong arguments give RINGPROC_E_INVALID (or the error named) and never crash; C API.
#include <climits>
#include <cstdio>

#include "api/support.hpp"

namespace {

class Arguments : public testing::Test {
 protected:
  Arguments() {
    EXPECT_EQ(ringproc_open(path_.c_str(), RINGPROC_READ | RINGPROC_CREATE, nullptr, &file_), 0);
  }
  ~Arguments() override {
    if (file_ != nullptr) {
      EXPECT_EQ(ringproc_close(file_), 0);
    }
  }
  api::Directory directory_;
  const std::string path_ = directory_.file("f");
  ringproc_file* file_ = nullptr;
  char one_ = 'x';
};

TEST_F(Arguments, ANullHandleIsInvalid) {
  ringproc_stats stats{};
  stats.size = sizeof stats;
  ringproc_failure failure{};
  failure.size = sizeof failure;
  ringproc_options options{};
  options.size = sizeof options;
  EXPECT_EQ(ringproc_close(nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write(nullptr, &one_, 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write_flush(nullptr, &one_, 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write_at(nullptr, &one_, 1, 0), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_read(nullptr, &one_, 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_seek(nullptr, 0, SEEK_SET), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_flush(nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_set_options(nullptr, &options), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_stats_of(nullptr, &stats), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_failure_of(nullptr, &failure), RINGPROC_E_INVALID);
}

TEST_F(Arguments, ANullBufferWithACountIsInvalid) {
  EXPECT_EQ(ringproc_write(file_, nullptr, 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write_flush(file_, nullptr, 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write_at(file_, nullptr, 1, 0), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_read(file_, nullptr, 1), RINGPROC_E_INVALID);
}

TEST_F(Arguments, ACountOfNothingIsDone) {
  EXPECT_EQ(ringproc_write(file_, nullptr, 0), 0);
  EXPECT_EQ(ringproc_write(file_, &one_, 0), 0);
  EXPECT_EQ(ringproc_write_flush(file_, nullptr, 0), 0);
  EXPECT_EQ(ringproc_write_at(file_, nullptr, 0, 5), 0);
  EXPECT_EQ(ringproc_read(file_, nullptr, 0), 0);
  EXPECT_EQ(ringproc_seek(file_, 0, SEEK_END), 0);
}

TEST_F(Arguments, ACountThatCannotBeRightIsInvalid) {
  EXPECT_EQ(ringproc_write(file_, &one_, SIZE_MAX), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write(file_, &one_, SIZE_MAX / 2 + 1), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_write_flush(file_, &one_, SIZE_MAX), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_read(file_, &one_, SIZE_MAX), RINGPROC_E_INVALID);
  EXPECT_LT(ringproc_write_at(file_, &one_, SIZE_MAX, 0), 0);
  EXPECT_EQ(ringproc_seek(file_, 0, SEEK_CUR), 0);
}

TEST_F(Arguments, APatchLargerThanTheLimitIsRefused) {
  const std::string data(RINGPROC_PATCH_MAX + 1, 'p');
  EXPECT_EQ(ringproc_write_at(file_, data.data(), data.size(), 0), RINGPROC_E_LIMIT);
  EXPECT_EQ(ringproc_write_at(file_, data.data(), RINGPROC_PATCH_MAX, 0), RINGPROC_PATCH_MAX);
  ringproc_close(file_);  // RINGPROC_E_REFUSED or not: the header leaves it open
  file_ = nullptr;
}

TEST_F(Arguments, ABadWhenceIsInvalid) {
  for (const int whence : {-1, 3, 4, INT_MAX, INT_MIN}) {
    EXPECT_EQ(ringproc_seek(file_, 0, whence), RINGPROC_E_INVALID);
  }
}

TEST_F(Arguments, BadFlagsAreInvalid) {
  for (const unsigned flags : {0U, 8U, 16U, 32U, 1U | 64U, 1U << 31, UINT_MAX}) {
    ringproc_file* file = nullptr;
    EXPECT_EQ(ringproc_open(path_.c_str(), flags, nullptr, &file), RINGPROC_E_INVALID) << flags;
    EXPECT_EQ(file, nullptr);
  }
}

TEST_F(Arguments, OpenNeedsANameAndAPlaceForTheHandle) {
  ringproc_file* file = nullptr;
  EXPECT_EQ(ringproc_open(nullptr, RINGPROC_READ, nullptr, &file), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_open(path_.c_str(), RINGPROC_READ, nullptr, nullptr), RINGPROC_E_INVALID);
}

TEST_F(Arguments, AStructureOfTheWrongSizeIsInvalid) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    ringproc_stats stats{};
    stats.size = size;
    ringproc_failure failure{};
    failure.size = size;
    ringproc_options options{};
    options.size = size;
    ringproc_file* file = nullptr;
    EXPECT_EQ(ringproc_stats_of(file_, &stats), RINGPROC_E_INVALID) << size;
    EXPECT_EQ(ringproc_failure_of(file_, &failure), RINGPROC_E_INVALID) << size;
    EXPECT_EQ(ringproc_set_options(file_, &options), RINGPROC_E_INVALID) << size;
    EXPECT_EQ(ringproc_set_defaults(&options), RINGPROC_E_INVALID) << size;
    EXPECT_EQ(ringproc_set_path_options(path_.c_str(), &options), RINGPROC_E_INVALID) << size;
    EXPECT_EQ(ringproc_open(path_.c_str(), RINGPROC_READ, &options, &file), RINGPROC_E_INVALID);
  }
}

TEST_F(Arguments, NullStructuresAreInvalid) {
  char message[10];
  EXPECT_EQ(ringproc_stats_of(file_, nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_failure_of(file_, nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_set_options(file_, nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_options_init(nullptr), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_options_parse(nullptr, "age=1", message, 10), RINGPROC_E_INVALID);
  EXPECT_EQ(ringproc_set_path_options(nullptr, nullptr), RINGPROC_E_INVALID);
}

TEST_F(Arguments, ParseNeedsAText) {
  ringproc_options options;
  options.size = sizeof options;
  ASSERT_EQ(ringproc_options_init(&options), 0);
  EXPECT_EQ(ringproc_options_parse(&options, nullptr, nullptr, 0), RINGPROC_E_INVALID);
}

}  // namespace
