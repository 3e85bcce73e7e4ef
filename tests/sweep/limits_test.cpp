// Real limits: full file systems, and the limits a process may have on file sizes, descriptors and
// addresses. The program goes through its whole plan under each; what it is told must be true and
// name the reason, and what it was told is durable must be there.
// Contract: 4, 5, 6 (a full disk names itself; what was durable stays), 8 (no byte is lost
// silently).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "ringproc/ringproc.h"
#include "sweep/plan.hpp"
#include "sweep/trial.hpp"

namespace {

using namespace sweep;
namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What one run was told, and what it left.
struct Told {
  int status = 0;
  std::set<std::int64_t> errors;
  std::string broken;  // a claim that is not true
  bool closed = false;
};

// Goes through the results as the program got them.
void judge(Told& run, std::istream& results, const std::string& left) {
  const auto& plan = writers_plan();
  Model model(plan);
  std::string durable;
  bool failed = false;
  const auto complain = [&](const std::string& text) {
    if (run.broken.empty()) run.broken = text;
  };
  std::int64_t result = 0;
  std::int64_t capabilities = 0;
  for (std::uint64_t op = 0; results >> op >> result >> capabilities;) {
    if (result < 0) run.errors.insert(result);
    if (op == kOtherOp) continue;
    const Op& one = plan[op];
    const bool writes = one.size > 0;
    if (result == kWrongBytes) complain("what is read is not what was accepted");
    if (result < 0) {
      failed |= writes || one.kind == Kind::flush;
      continue;
    }
    if (writes) model.write(op);
    if (one.kind == Kind::flush || one.kind == Kind::write_flush) durable = model.content();
    if (one.kind != Kind::close) continue;
    run.closed = true;
    if (failed) complain("close returns success after a failed write or flush");
    if (!model.is(left)) complain("close returned, and the file is not what it was told");
  }
  if (!model.may_be_left(left)) complain("the file holds what nobody wrote");
  // What came later may be there, too.
  if (left.size() < durable.size()) complain("durable bytes are gone from the end");
  if (!run.closed && run.errors.empty()) complain("nobody was told of anything");
}

class Limits : public testing::Test {
 protected:
  std::string disk() const { return place.disk() + "/fs"; }
  void SetUp() override { fs::create_directory(disk()); }

  // What a file system in a mount namespace holds is gone with it, so the program copies what it
  // left there before it ends.
  Told run(const std::function<bool()>& confine) {
    const std::string results = place.disk() + "/results";
    const int fd = ::open(results.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    auto environment = place.environment("age=3600s");
    environment.push_back("SWEEP_RESULTS=200");
    environment.push_back("SWEEP_COPY=" + place.disk() + "/left");
    fs::remove(place.disk() + "/left");
    crash::Process program({SWEEP_SUBJECT, "write", disk() + "/take.wav", disk() + "/other.wav"},
                           environment, [&] { return ::dup2(fd, 200) == 200 && confine(); });
    ::close(fd);
    Told all;
    all.status = program.wait();
    std::ifstream in(results);
    const std::string renamed = disk() + "/take.wav.renamed";
    const std::string here = fs::exists(renamed) ? renamed : disk() + "/take.wav";
    judge(all, in, content_of(fs::exists(here) ? here : place.disk() + "/left"));
    for (const char* name : {"/take.wav", "/take.wav.renamed", "/other.wav"})
      fs::remove(disk() + name);
    return all;
  }

  Workplace place;
};

// In the program before it is one.
bool limit(int what, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}

bool own_namespace() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool can_mount() { return crash::Process({"/bin/true"}, {}, own_namespace).wait() == 0; }

TEST_F(Limits, AFullTmpfsNamesItself) {
  if (!can_mount()) GTEST_SKIP() << "no mount namespace of one's own here";
  int full = 0;
  for (const int kib : {4, 8, 40, 64, 200, 352, 700, 1300, 1440, 4000}) {
    SCOPED_TRACE(std::to_string(kib) + " KiB");
    const std::string where = disk();
    const std::string size = "size=" + std::to_string(kib) + "k";
    const Told all = run([&] {
      return own_namespace() && ::mount("tmpfs", where.c_str(), "tmpfs", 0, size.c_str()) == 0;
    });
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.broken, "");
    EXPECT_EQ(all.closed, all.errors.empty());
    if (all.errors.empty()) continue;
    ++full;
    EXPECT_EQ(all.errors, std::set<std::int64_t>{-ENOSPC});
  }
  EXPECT_GE(full, 8);
}

// An image in a file, mounted in the program's own namespace: the kernel gives the device free when
// that ends.
TEST_F(Limits, AFullExt4NamesItself) {
  if (!can_mount()) GTEST_SKIP() << "no mount namespace of one's own here";
  const std::string image = place.disk() + "/image";
  int full = 0;
  for (const int kib : {256, 512, 1024, 1800, 8000}) {
    SCOPED_TRACE(std::to_string(kib) + " KiB");
    const std::string make = "truncate -s " + std::to_string(kib) + "K " + image +
                             " && mkfs.ext4 -q -F -m 0 -O ^has_journal " + image;
    const std::string mount = "mount -o loop " + image + " " + disk();
    if (crash::run({"/bin/sh", "-c", make}, {}) != 0) GTEST_SKIP() << "no mkfs.ext4 here";
    if (crash::Process({"/bin/sh", "-c", mount}, {}, own_namespace).wait() != 0) {
      GTEST_SKIP() << "no loop devices here";
    }
    const Told all = run([&] { return own_namespace() && ::system(mount.c_str()) == 0; });
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.broken, "");
    EXPECT_EQ(all.closed, all.errors.empty());
    if (all.errors.empty()) continue;
    ++full;
    EXPECT_EQ(all.errors, std::set<std::int64_t>{-ENOSPC});
  }
  EXPECT_GE(full, 3);
}

// Who ignores SIGXFSZ is told; the library's own threads always are.
TEST_F(Limits, AFileThatMayNotGrowIsTooLarge) {
  for (const rlim_t bytes : {50UL, 3000UL, 40'000UL, 100'000UL, 400'000UL, 1'400'000UL}) {
    SCOPED_TRACE(std::to_string(bytes) + " bytes");
    const Told all =
        run([&] { return ::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && limit(RLIMIT_FSIZE, bytes); });
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.broken, "");
    EXPECT_EQ(all.errors, std::set<std::int64_t>{-EFBIG});
  }
}

// The ring is no file of the program's: a limit that its own files never reach does not kill it.
TEST_F(Limits, ALimitOnFileSizesThatNobodyReachesHarmsNobody) {
  const Told all = run([] { return limit(RLIMIT_FSIZE, 4 << 20); });
  EXPECT_EQ(all.status, 0) << "1025 is SIGXFSZ's " << crash::Process::kSignal + SIGXFSZ;
  EXPECT_EQ(all.broken, "");
  EXPECT_TRUE(all.errors.empty());
}

TEST_F(Limits, TooFewDescriptorsAreToldOrDoneWithout) {
  int told = 0;
  int done = 0;
  for (rlim_t most = 3; most <= 24; ++most) {
    SCOPED_TRACE(std::to_string(most) + " descriptors");
    // The one of the results is there already, beyond the limit.
    const Told all = run([&] { return limit(RLIMIT_NOFILE, most); });
    if (all.status == 127) continue;  // not even the program could be loaded
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.broken, "");
    for (const std::int64_t error : all.errors) {
      EXPECT_TRUE(error == -EMFILE || error == -256 - 3 || error == -256 - 6)
          << error;  // -EMFILE, or from RENAME MMIOERR_CANNOTOPEN or _CANNOTWRITE
    }
    (all.errors.empty() ? done : told) += 1;
  }
  EXPECT_GE(told, 3);
  EXPECT_GE(done, 3);
}

// Addresses for rings, threads and the heap run out at different points of the plan.
TEST_F(Limits, TooFewAddressesAreToldOrDoneWithout) {
  int told = 0;
  int done = 0;
  for (rlim_t mib = 6; mib <= 128; mib += mib < 64 ? 2 : 16) {
    SCOPED_TRACE(std::to_string(mib) + " MiB");
    const Told all = run([&] { return limit(RLIMIT_AS, mib << 20); });
    if (all.status == 127 || all.status == kNoMemoryOfItsOwn) continue;  // 127: not even loaded
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.broken, "");
    for (const std::int64_t error : all.errors) {
      EXPECT_TRUE(error == -ENOMEM || error == -EAGAIN) << error;
    }
    (all.errors.empty() ? done : told) += 1;
  }
  EXPECT_GE(told, 3);
  EXPECT_GE(done, 3);
}

}  // namespace
