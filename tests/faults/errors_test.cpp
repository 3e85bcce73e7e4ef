// Contract 6 and 8: each error names itself, at the write, at close and at open; a full disk leaves
// a valid file. Short and interrupted calls are no errors: every byte arrives. And whichever single
// call fails, nothing is lost silently.
#include <future>
#include <sstream>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::File;
using faults::kCreate;
using faults::kReadWrite;
using faults::Mmio;
using faults::Options;
using faults::Origin;
using faults::text_of;

struct Named {
  const char* name;
  int number;
  UINT at_close;
  UINT at_open;
};
void PrintTo(const Named& error, std::ostream* to) { *to << error.name; }

constexpr Named kErrors[] = {
    {"ENOSPC", ENOSPC, MMIOERR_CANNOTEXPAND, MMIOERR_CANNOTEXPAND},
    {"EDQUOT", EDQUOT, MMIOERR_CANNOTEXPAND, MMIOERR_CANNOTEXPAND},
    {"EFBIG", EFBIG, MMIOERR_CANNOTEXPAND, MMIOERR_CANNOTEXPAND},
    {"EIO", EIO, MMIOERR_CANNOTWRITE, MMIOERR_CANNOTOPEN},
    {"EROFS", EROFS, MMIOERR_ACCESSDENIED, MMIOERR_ACCESSDENIED},
};

class EachError : public faults::OnABadDisk, public testing::WithParamInterface<Named> {};

TEST_P(EachError, OfAWriteNamesItselfAndLeavesAValidFile) {
  const std::string text = text_of(3 << 20);
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "direct=off");
  ASSERT_EQ(file.write_flush(text.substr(0, 10'000)), 10'000);
  // As a disk that fills up: a part fits, then nothing.
  disk_->fault("write 1 1 limit 1000");
  disk_->fault(std::string("write 1 0 ") + GetParam().name);
  ASSERT_EQ(file.write(std::string_view(text).substr(10'000)), LRESULT{(3 << 20) - 10'000});
  EXPECT_EQ(file.flush(), -1);
  EXPECT_EQ(file.failure().code, -GetParam().number);
  const auto stats = file.stats();
  EXPECT_EQ(stats.written, 11'000U);
  EXPECT_EQ(stats.durable, 10'000U);
  EXPECT_EQ(file.failure().position, stats.written);
  EXPECT_EQ(file.close(), GetParam().at_close);
  EXPECT_EQ(faults::wrong_in(path(), text.substr(0, stats.written)), "");
  EXPECT_EQ(faults::difference(after_a_cut("none").value(), text.substr(0, stats.durable)), "");
}

TEST_P(EachError, OfASyncNamesItself) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  disk_->fault(std::string("fsync 1 0 ") + GetParam().name);
  EXPECT_EQ(file.write_flush("text"), -1);
  EXPECT_EQ(file.failure().code, -GetParam().number);
  EXPECT_EQ(file.failure().operation, RINGPROC_OP_SYNC);
  EXPECT_EQ(file.close(), GetParam().at_close);
}

// Nobody flushes: close is the first to be told, whatever the application did with its writes.
TEST_P(EachError, OfAWriteThatNobodyWaitedForIsToldAtClose) {
  disk_->fault(std::string("write 1 0 ") + GetParam().name);
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  EXPECT_EQ(file.write("text"), 4);
  EXPECT_EQ(file.close(), GetParam().at_close);
}

TEST_P(EachError, OfAnOpenNamesItself) {
  disk_->fault(std::string("create 1 0 ") + GetParam().name);
  const Mmio file(path(), MMIO_CREATE | MMIO_READWRITE);
  EXPECT_FALSE(file.opened());
  EXPECT_EQ(file.open_error(), GetParam().at_open);
  EXPECT_EQ(faults::open_error(path(), kCreate).value(), GetParam().number);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

INSTANTIATE_TEST_SUITE_P(Errno, EachError, testing::ValuesIn(kErrors),
                         [](const auto& each) { return each.param.name; });

// What is done to the file in the tests below, with everything that a user can do in it.
// Returns: what should be there; complaint: the first error that was told.
struct Script {
  std::string expected;
  std::string durable;  // at least this much of it, and the name
  std::error_code told;
};

Script play(const std::string& path, const std::string& options) {
  Script script;
  std::string now;
  std::error_code error;
  const Options chosen = faults::options_of(options);
  File file = File::open(path, kCreate, error, &chosen);
  const auto note = [&](const std::error_code& each) {
    if (each && !script.told) script.told = each;
    return !each;
  };
  if (!note(error)) return script;
  const auto append = [&](std::size_t size, unsigned seed) {
    const std::string text = text_of(size, seed);
    if (note(file.write(bytes(text)).error)) now += text;
  };
  const auto flush = [&] {
    if (note(file.flush())) script.durable = now;
  };
  append(100, 1);
  flush();
  append(200'000, 2);
  append(77, 3);
  flush();
  if (note(file.write_at(bytes("PATCH"), 50).error)) now.replace(50, 5, "PATCH");
  flush();
  file.seek(-1000, Origin::end, error);
  note(error);
  std::string last(1000, '\0');
  const auto count = file.read(std::as_writable_bytes(std::span(last)));
  if (note(count.error)) {
    EXPECT_EQ(faults::difference(last, now.substr(now.size() - 1000)), "");
  }
  append(300'000, 4);
  append(5, 5);
  note(file.close());
  script.expected = now;
  return script;
}

class EveryCall : public faults::OnABadDisk {
 protected:
  faults::Log log_;  // is told a lot
  // Plays with the fault at the n-th of these calls for every n that occurs.
  template <typename Judge>
  void at_every_turn(const std::string& call, const std::string& effect, Judge judge) {
    for (const auto* options :
         {"", "direct=on,preallocate=written", "direct=off,preallocate=off"}) {
      for (std::uint64_t n = 1; n < 60; ++n) {
        SCOPED_TRACE("fault " + call + " " + std::to_string(n) + " 1 " + effect + ", " + options);
        const std::string name = disk_->file(std::to_string(++files_));
        disk_->clear();
        const auto before = disk_->count(call);
        disk_->fault(call + " " + std::to_string(n) + " 1 " + effect);
        const Script script = play(name, options);
        const bool met = disk_->count(call) >= before + n;
        disk_->clear();
        judge(script, name);
        if (HasFatalFailure() || !met) break;
      }
    }
  }
  int files_ = 0;
};

TEST_F(EveryCall, ThatFailsIsToldOrDoesNotMatter) {
  for (const std::string call : {"write", "fsync", "fsyncdir", "fallocate", "truncate", "getattr",
                                 "open", "opendir", "create", "statfs", "flush", "read"}) {
    for (const std::string effect : {"EIO", "ENOSPC"}) {
      if (effect == "ENOSPC" && call != "write" && call != "fallocate") continue;
      at_every_turn(call, effect, [&](const Script& script, const std::string& file) {
        const std::string name = std::filesystem::path(file).filename();
        if (!script.told) {
          ASSERT_EQ(faults::wrong_in(file, script.expected), "") << "lost silently";
        }
        if (script.durable.empty()) return;
        const auto left = after_a_cut("none", 0, name);
        ASSERT_TRUE(left.has_value()) << "the name is lost";
        // What a flush has promised is there whatever came later; PATCH may have come later.
        ASSERT_GE(left->size(), script.durable.size());
        ASSERT_EQ(faults::difference(left->substr(60, script.durable.size() - 60),
                                     script.durable.substr(60)),
                  "");
      });
    }
  }
}

TEST_F(EveryCall, ThatIsInterruptedIsContinued) {
  for (const std::string call : {"write", "fsync", "fsyncdir", "fallocate", "truncate", "open",
                                 "opendir", "create", "flush", "read"}) {
    at_every_turn(call, "EINTR", [&](const Script& script, const std::string& file) {
      ASSERT_FALSE(script.told) << script.told.message();
      ASSERT_EQ(faults::wrong_in(file, script.expected), "");
    });
  }
}

TEST_F(EveryCall, ThatWritesAPartIsContinued) {
  for (const std::string part : {"limit 1", "limit 511", "limit 4096", "limit 100000"}) {
    at_every_turn("write", part, [&](const Script& script, const std::string& file) {
      ASSERT_FALSE(script.told) << script.told.message();
      ASSERT_EQ(faults::wrong_in(file, script.expected), "");
    });
  }
}

class ADiskThat : public faults::OnABadDisk {};

TEST_F(ADiskThat, TakesLittleAtATimeGetsEverything) {
  for (const auto* options : {"direct=off", "direct=on"}) {
    SCOPED_TRACE(options);
    disk_->fault("write 1 0 limit 777");
    const auto writes = disk_->count("write");
    auto file = faults::open(path(), kCreate, options);
    const std::string text = text_of(300'000);
    ASSERT_FALSE(file.write_flush(bytes(text)).error);
    EXPECT_GE(disk_->count("write") - writes, 300'000U / 777);
    EXPECT_EQ(faults::difference(after_a_cut("none").value(), text), "");
    EXPECT_FALSE(file.close());
    disk_->clear();
  }
}

TEST_F(ADiskThat, IsFullIsWaitedForIfWanted) {
  Mmio file(path(), MMIO_CREATE | MMIO_READWRITE, "wait_for_space=on,age=1ms");
  const std::string text = text_of(100'000);
  ASSERT_EQ(file.write_flush(text.substr(0, 1000)), 1000);
  disk_->fault("write 1 1 limit 300");
  disk_->fault("write 1 0 ENOSPC");
  const auto before = disk_->count("write");
  ASSERT_EQ(file.write(std::string_view(text).substr(1000)), 99'000);
  auto flushed = std::async(std::launch::async, [&] { return file.flush(); });
  EXPECT_GE(disk_->count("write", before + 4), before + 4) << "it is not tried again";
  EXPECT_EQ(file.write(text), 100'000) << "the writer goes on";
  EXPECT_EQ(file.failure().code, 0);
  EXPECT_LT(file.stats().written, 100'000U);
  disk_->clear();  // there is room again
  EXPECT_EQ(flushed.get(), 1);
  EXPECT_GE(file.stats().durable, 100'000U);
  EXPECT_EQ(file.close(), UINT{MMSYSERR_NOERROR});
  EXPECT_EQ(faults::wrong_in(path(), text + text), "");
}

// The other way: nobody wants to wait any longer.
TEST_F(ADiskThat, IsFullIsAnErrorAsSoonAsNobodyWaits) {
  auto file = faults::open(path(), kCreate, "wait_for_space=on,age=1ms");
  disk_->fault("write 1 0 ENOSPC");
  ASSERT_FALSE(file.write(bytes("text")).error);
  EXPECT_GE(disk_->count("write", 2), 2U);
  ASSERT_FALSE(file.set_options(faults::options_of("wait_for_space=off,age=1ms")));
  EXPECT_EQ(file.flush().value(), ENOSPC);
  EXPECT_EQ(file.close().value(), ENOSPC);
}

TEST_F(ADiskThat, IsFullDoesNotDisturbOthersOnIt) {
  auto file = faults::open(path(), kCreate);
  auto other = faults::open(disk_->file("other"), kCreate);
  disk_->fault("write 1 0 ENOSPC take");
  EXPECT_EQ(file.write_flush(bytes("text")).error.value(), ENOSPC);
  EXPECT_FALSE(other.write_flush(bytes("text")).error);
  EXPECT_FALSE(other.close());
}

}  // namespace
