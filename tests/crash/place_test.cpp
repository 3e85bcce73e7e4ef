// Where regions live may be small, full, read-only, missing or contended: then rings fall back to
// process memory or do not grow, but nobody dies of it. Each writer has a mount namespace of its
// own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <ostream>
#include <string>

#include "crash/trial.hpp"
#include "ringproc/ringproc.h"

namespace {

using crash::Delay;
using crash::Trial;

enum class Survives { never, always, perhaps };

struct Place {
  const char* name;
  const char* mount_options;  // of a tmpfs; NULL: none is mounted
  unsigned long mount_flags = 0;
  enum { as_it_is, filled, contended } room = as_it_is;
  const char* ring = "";
  Survives survives = Survives::never;
};

// For the names CTest shows.
void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }

constexpr std::uint64_t kOperations = 1000;  // about 8 MiB

// Runs in the writer before it is one; async-signal-safe calls only.
bool fill(const char* path) {
  static char block[4096];
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  while (::write(fd, block, sizeof block) > 0) {
  }
  while (::write(fd, block, 1) > 0) {
  }
  return ::close(fd) == 0;
}

// Takes all the room and gives it back, until the writer is gone.
bool contend(const char* path) {
  if (::fork() != 0) return true;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (::getppid() != 1) {
    fill(path);
    if (::truncate(path, 0) != 0) ::_exit(1);
  }
  ::_exit(0);
}

bool own_namespace() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool enter(const Place& place, const char* regions, const char* filler) {
  if (!own_namespace()) return false;
  if (place.mount_options == nullptr) return true;
  if (::mount("tmpfs", regions, "tmpfs", 0, place.mount_options) != 0) return false;
  if (place.room == Place::filled && !fill(filler)) return false;
  if (place.room == Place::contended && !contend(filler)) return false;
  return place.mount_flags == 0 ||
         ::mount(nullptr, regions, nullptr, MS_REMOUNT | place.mount_flags, place.mount_options) ==
             0;
}

class PlaceTest : public testing::TestWithParam<Place> {
 protected:
  void SetUp() override {
    if (crash::Process({"/bin/true"}, {}, own_namespace).wait() != 0) {
      GTEST_SKIP() << "no mount namespace of one's own here";
    }
    trial_.use_regions(GetParam().name);
  }

  int write_8_mib(const std::string& survive, Delay delay) {
    const auto filler = trial_.regions() + "/filler";
    return trial_
        .start("survive=" + survive + GetParam().ring, ":check", kOperations, delay, {},
               [&] { return enter(GetParam(), trial_.regions().c_str(), filler.c_str()); })
        .wait();
  }

  void expect_that_it_works(Delay delay) {
    EXPECT_EQ(write_8_mib("auto", delay), 0) << trial_.log().message << trial_.log_text();
    EXPECT_EQ(trial_.verify().complaint, "");
    const bool survives = (trial_.log().capabilities & RINGPROC_CAN_SURVIVE) != 0;
    if (GetParam().survives == Survives::always) {
      EXPECT_TRUE(survives);
    }
    if (GetParam().survives == Survives::never) {
      EXPECT_FALSE(survives);
    }
  }

  Trial trial_{"append", crash::base_seed()};
};

TEST_P(PlaceTest, IsGoodEnoughForAWriter) { expect_that_it_works({}); }

TEST_P(PlaceTest, IsGoodEnoughForAWriterBeforeASlowDisk) { expect_that_it_works({.write_ms = 2}); }

TEST_P(PlaceTest, IsRefusedWhereSurvivalIsDemandedAndImpossible) {
  const int status = write_8_mib("on", {.write_ms = 2});
  if (GetParam().survives == Survives::always) {
    EXPECT_EQ(status, 0);
  }
  if (GetParam().survives == Survives::never) {
    EXPECT_EQ(status, 1);
  }
  if (GetParam().survives == Survives::perhaps) {
    EXPECT_LE(status, 1);
  }
  if (status == 1) {
    EXPECT_EQ(trial_.log().stream.issued, 0U) << "open should have failed";
  }
}

const Place kPlaces[] = {
    {.name = "Small", .mount_options = "size=64k", .survives = Survives::perhaps},
    {.name = "SmallForAGivenRing", .mount_options = "size=64k", .ring = ",ring=1M"},
    {.name = "OneMebibyte", .mount_options = "size=1m", .survives = Survives::always},
    {.name = "OneMebibyteForAGivenRing", .mount_options = "size=1m", .ring = ",ring=4M"},
    {.name = "Full", .mount_options = "size=64k", .room = Place::filled},
    {.name = "WithoutInodes", .mount_options = "size=1m,nr_inodes=1"},
    {.name = "Contended",
     .mount_options = "size=512k",
     .room = Place::contended,
     .survives = Survives::perhaps},
    {.name = "ReadOnly", .mount_options = "size=1m", .mount_flags = MS_RDONLY},
    {.name = "Missing", .mount_options = nullptr},
    {.name = "NotATmpfs", .mount_options = nullptr},
    {.name = "Good", .mount_options = nullptr, .survives = Survives::always},
};
INSTANTIATE_TEST_SUITE_P(Place, PlaceTest, testing::ValuesIn(kPlaces),
                         [](const auto& value) { return std::string(value.param.name); });

}  // namespace
