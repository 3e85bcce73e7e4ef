// Contract 4: when a flush has returned its count, data, size and name are there after a power cut,
// whatever else survives. Each cell is run three times: on an honest disk, where everything must be
// there, on one whose fsync lies, and on one whose directory sync lies; those two must be seen.
#include <functional>

#include "faults/support.hpp"

namespace {

using faults::bytes;
using faults::eventually;
using faults::File;
using faults::kCreate;
using faults::kReadWrite;
using faults::text_of;

// How bytes get to the disk.
struct Way {
  const char* name;
  const char* options;
  std::size_t piece;
  bool direct = false;    // past the page cache
  bool reserves = false;  // space ahead beyond the size
  bool fills = false;     // zeros ahead inside the size
};
void PrintTo(const Way& way, std::ostream* to) { *to << way.name; }

constexpr Way kWays[] = {
    {"buffered", "direct=off,preallocate=off", 700},
    {"buffered_reserved", "direct=off,preallocate=auto", 50'000, false, true},
    {"buffered_filled", "direct=off,preallocate=written", 700, false, false, true},
    // With a ring that is large enough for alignment from the first byte on.
    {"direct", "ring=1M,direct=on,preallocate=off", 30'001, true},
    {"direct_reserved", "ring=1M", 100'000, true, true},
    {"direct_filled", "ring=1M,direct=on,preallocate=written", 5000, true, false, true},
    {"by_a_lane", "flush_timeout=100s,direct=off,preallocate=off", 700},
    {"in_process_memory", "survive=off", 700, false, true},
};

class PowerCut : public faults::OnABadDisk, public testing::WithParamInterface<Way> {
 protected:
  static constexpr int kRounds = 4;

  [[nodiscard]] File open(const std::string& name, faults::Mode mode) {
    return faults::open(disk_->file(name), mode, std::string("age=1ms,") + GetParam().options);
  }

  // What is wrong with the image: `flushed` must be there, then come bytes of `all`, or zeros that
  // the medium has instead.
  std::string fault_in(const std::optional<std::string>& left, const std::string& flushed,
                       const std::string& all) const {
    if (!left) return "the name is gone";
    if (left->size() < flushed.size()) return "the size is " + std::to_string(left->size());
    if (left->compare(0, flushed.size(), flushed) != 0) return "flushed bytes are gone";
    if (!GetParam().fills && left->size() > all.size()) return "bytes that nobody wrote";
    const std::size_t end = std::min(left->size(), all.size());
    for (std::size_t i = flushed.size(); i < end; ++i) {
      if ((*left)[i] != '\0' && (*left)[i] != all[i]) return "bytes that nobody wrote";
    }
    const bool zeros = left->find_first_not_of('\0', end) == std::string::npos;
    return zeros ? "" : "bytes that nobody wrote";
  }

  std::string faults_after_cuts(const std::string& name, const std::string& flushed,
                                const std::string& all) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const std::string survivors = seed == 0 ? "none" : seed == 1 ? "all" : "some";
      const auto fault = fault_in(after_a_cut(survivors, seed, name), flushed, all);
      if (!fault.empty()) {
        return survivors + " survives, seed " + std::to_string(seed) + ": " + fault;
      }
    }
    return "";
  }

  // Appends, patches the header and flushes; then more is written, which need not survive.
  // all: what is in the file. Returns: the first thing that is wrong.
  std::string append_and_cut(File& file, const std::string& name, std::string& all) {
    for (int round = 0; round < kRounds; ++round) {
      const auto seed = static_cast<unsigned>(all.size());
      const std::string piece = text_of(GetParam().piece, seed);
      EXPECT_EQ(file.write(bytes(piece)).bytes, piece.size());
      all += piece;
      const std::string header = "round " + std::to_string(round);
      EXPECT_EQ(file.write_at(bytes(header), 3).bytes, header.size());
      all.replace(3, header.size(), header);
      if (round % 2 == 0) {
        EXPECT_FALSE(file.flush());
      } else {
        EXPECT_EQ(file.write_flush(bytes(piece)).bytes, piece.size());
        all += piece;
      }
      const std::string flushed = all;
      EXPECT_EQ(file.write(bytes(piece)).bytes, piece.size());
      all += piece;
      auto fault = faults_after_cuts(name, flushed, all);  // while it is being written
      if (fault.empty()) {
        EXPECT_TRUE(eventually([&] {
          const auto stats = file.stats();
          return stats.written + 4096 > stats.accepted;  // the end of a block may wait
        }));
        fault = faults_after_cuts(name, flushed, all);
      }
      if (!fault.empty()) return "round " + std::to_string(round) + ": " + fault;
    }
    expect_modes(file, name, all);
    return "";
  }

  void expect_modes(const File& file, const std::string& name, const std::string& all) {
    const auto stats = file.stats();
    const Way& way = GetParam();
    EXPECT_NE(stats.capabilities & RINGPROC_CAN_SYNC, 0U);
    EXPECT_NE(stats.capabilities & RINGPROC_CAN_SYNC_NAME, 0U);
    EXPECT_EQ(stats.direct_bytes > 0, way.direct);
    EXPECT_EQ(disk_->count("direct") > 0, way.direct);
    if (way.reserves || way.fills) {
      EXPECT_NE(stats.capabilities & RINGPROC_CAN_PREALLOCATE, 0U);
    }
    EXPECT_EQ(disk_->count("fallocate") > 0, way.reserves);
    if (way.fills) {
      EXPECT_GT(std::filesystem::file_size(disk_->file(name)), all.size());
    }
  }

  // cell: plays on the disk as it is, and says what is wrong.
  void run_honest_and_lying(const std::function<std::string(int run)>& cell, bool name_is_new) {
    EXPECT_EQ(cell(0), "");
    disk_->fault("fsync 1 0 lie");
    EXPECT_NE(cell(1), "") << "nobody would notice a sync that is none";
    disk_->clear();
    if (!name_is_new) return;
    disk_->fault("fsyncdir 1 0 lie");
    EXPECT_NE(cell(2), "") << "nobody would notice a name that is not synced";
  }
};

TEST_P(PowerCut, LeavesANewFile) {
  const auto cell = [&](int run) {
    const std::string name = "take" + std::to_string(run);
    auto file = open(name, kCreate);
    std::string all;
    return append_and_cut(file, name, all);
  };
  run_honest_and_lying(cell, true);
}

TEST_P(PowerCut, LeavesAFileThatGoesOn) {
  const auto cell = [&](int run) {
    const std::string name = "take" + std::to_string(run);
    std::string all = text_of(3333);
    std::ofstream(disk_->file(name), std::ios::binary) << all;
    disk_->sync();
    auto file = open(name, kReadWrite);
    std::error_code error;
    EXPECT_EQ(file.seek(0, faults::Origin::end, error), all.size());
    return append_and_cut(file, name, all);
  };
  run_honest_and_lying(cell, false);
}

// The old file was longer: its size must not come back.
TEST_P(PowerCut, LeavesAFileThatWasCut) {
  const auto cell = [&](int run) {
    const std::string name = "take" + std::to_string(run);
    std::ofstream(disk_->file(name), std::ios::binary) << text_of(500'000, 9);
    disk_->sync();
    auto file = open(name, kCreate);
    // Nothing was written, but the cut was flushed.
    EXPECT_FALSE(file.flush());
    if (after_a_cut("none", 0, name) != "") return std::string("the cut is gone");
    std::string all;
    return append_and_cut(file, name, all);
  };
  run_honest_and_lying(cell, false);
}

TEST_P(PowerCut, LeavesAFileInADirectoryOfItsOwn) {
  std::filesystem::create_directory(disk_->file("takes"));
  disk_->sync();
  const auto cell = [&](int run) {
    const std::string name = "takes/take" + std::to_string(run);
    auto file = open(name, kCreate);
    std::string all;
    return append_and_cut(file, name, all);
  };
  run_honest_and_lying(cell, true);
}

TEST_P(PowerCut, LeavesWhatWasRenamedWhileOpen) {
  std::filesystem::create_directory(disk_->file("other"));
  disk_->sync();
  const auto cell = [&](int run) {
    std::string name = "take" + std::to_string(run);
    auto file = open(name, kCreate);
    std::string all;
    auto fault = run == 2 ? std::string() : append_and_cut(file, name, all);
    if (!fault.empty()) return fault;
    for (const std::string& to : {"renamed" + std::to_string(run), "other/" + name}) {
      MMIOINFO info{};
      info.pIOProc = ringproc_ioproc;
      std::string from = disk_->file(name);
      std::string target = disk_->file(to);
      EXPECT_EQ(mmioRename(from.data(), target.data(), &info, 0), UINT{MMSYSERR_NOERROR});
      fault = append_and_cut(file, to, all);
      if (!fault.empty()) return fault;
      if (after_a_cut("none", 0, name)) return std::string("the old name is back");
      name = to;
    }
    return std::string();
  };
  run_honest_and_lying(cell, true);
}

// A handle that comes later flushes for all, and for its own name.
TEST_P(PowerCut, LeavesAFileOfSeveralHandles) {
  const auto cell = [&](int run) {
    const std::string name = "take" + std::to_string(run);
    auto first = open(name, kCreate);
    std::string all;
    auto fault = append_and_cut(first, name, all);
    auto second = open(name, kReadWrite);
    std::error_code error;
    second.seek(0, faults::Origin::end, error);
    if (fault.empty()) fault = append_and_cut(second, name, all);
    if (!fault.empty()) return fault;
    // Bytes of one handle, flushed through the other.
    EXPECT_EQ(second.write(bytes("of the second")).bytes, 13U);
    EXPECT_FALSE(first.flush());
    all += "of the second";
    return faults_after_cuts(name, all, all);
  };
  run_honest_and_lying(cell, true);
}

TEST_P(PowerCut, AfterADurableCloseLeavesEverything) {
  const auto cell = [&](int run) {
    const std::string name = "take" + std::to_string(run);
    auto file =
        faults::open(disk_->file(name), kCreate, std::string("close=device,") + GetParam().options);
    std::string all;
    for (int i = 0; i < 4; ++i) {
      EXPECT_FALSE(file.write_flush(bytes(text_of(GetParam().piece))).error);
      all += text_of(GetParam().piece);
    }
    EXPECT_FALSE(file.write(bytes("the end")).error);
    all += "the end";
    EXPECT_FALSE(file.close());
    const auto left = after_a_cut("none", 0, name);
    return left == all ? std::string() : left ? "not all of it" : "the name is gone";
  };
  run_honest_and_lying(cell, true);
}

INSTANTIATE_TEST_SUITE_P(Ways, PowerCut, testing::ValuesIn(kWays),
                         [](const auto& each) { return each.param.name; });

}  // namespace
