// Where regions live may be small, full, read-only, missing or contended: then rings fall back to
// process memory or do not grow, but nobody dies of it. Each writer has a mount namespace of its
// own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

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

int write(Trial& trial, const Place& place, const std::string& survive, Delay delay,
          std::uint64_t operations = kOperations) {
  trial.use_regions(place.name);
  const auto filler = trial.regions() + "/filler";
  return trial
      .start("survive=" + survive + place.ring, ":check", operations, delay, {},
             [&] { return enter(place, trial.regions().c_str(), filler.c_str()); })
      .wait();
}

class PlaceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (crash::Process({"/bin/true"}, {}, own_namespace).wait() != 0) {
      GTEST_SKIP() << "no mount namespace of one's own here";
    }
  }

  static void expect_that_all_work(Delay delay) {
    for (const auto& place : kPlaces) {
      SCOPED_TRACE(place.name);
      Trial trial("append", crash::base_seed());
      EXPECT_EQ(write(trial, place, "auto", delay), 0) << trial.log().message << trial.log_text();
      EXPECT_EQ(trial.verify().complaint, "");
      const bool survives = (trial.log().capabilities & RINGPROC_CAN_SURVIVE) != 0;
      EXPECT_TRUE(place.survives == Survives::perhaps ||
                  survives == (place.survives == Survives::always))
          << "RINGPROC_CAN_SURVIVE is " << survives << trial.log_text();
    }
  }
};

using RegionPlaces = PlaceTest;

TEST_F(RegionPlaces, AreAllGoodEnoughForAWriter) { expect_that_all_work({}); }

TEST_F(RegionPlaces, AreAllGoodEnoughBeforeASlowDisk) { expect_that_all_work({.write_ms = 2}); }

// Accepted in parts, as large as the ring that there is: it must not wait for one that never comes.
TEST_F(RegionPlaces, TakeAWriteLargerThanAnyRing) {
  for (const auto& place : kPlaces) {
    SCOPED_TRACE(place.name);
    Trial trial("larger_than_any_ring", crash::base_seed());
    EXPECT_EQ(write(trial, place, "auto", {}, 2), 0) << trial.log().message << trial.log_text();
    EXPECT_EQ(trial.verify().complaint, "");
  }
}

TEST_F(RegionPlaces, WithoutRoomRefuseWhoDemandsSurvival) {
  for (const auto& place : kPlaces) {
    SCOPED_TRACE(place.name);
    Trial trial("append", crash::base_seed());
    const int status = write(trial, place, "on", {.write_ms = 2});
    const int expected = place.survives == Survives::perhaps  ? status & 1
                         : place.survives == Survives::always ? 0
                                                              : 1;
    EXPECT_EQ(status, expected) << trial.log().message << trial.log_text();
    if (status == 1) {
      EXPECT_EQ(trial.log().stream.issued, 0U) << "open should have failed";
    }
  }
}

}  // namespace
