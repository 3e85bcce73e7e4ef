// The guest's jobs.
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "model/random.hpp"
#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"
#include "powercut/job.hpp"
#include "powercut/marks.hpp"
#include "powercut/replayed.hpp"
#include "powercut/write_log.hpp"

namespace powercut {
namespace {

// Durably: only the files are the library's to make durable.
void make_directories() {
  for (const std::string_view name : kDirectories) {
    if (::mkdir((std::string(kDisk) + "/" + std::string(name)).c_str(), 0777) < 0) give_up("mkdir");
  }
  ::sync();
}

std::vector<std::string> writer_arguments(const Job& job) {
  std::vector<std::string> arguments{kDisk, job.text("style")};
  for (const std::uint64_t seed : job.seeds()) arguments.push_back(std::to_string(seed));
  return arguments;
}

// The part of the log in which a seed's operations were performed.
struct Part {
  std::size_t from = 0;
  std::size_t to = 0;
  std::vector<std::size_t> promises;  // marks of operations that returned with one
};

Part part_of(const WriteLog& log, std::uint64_t seed) {
  Part part;
  for (std::size_t i = 0; i < log.entries().size(); ++i) {
    const Mark mark = parse_mark(log.entries()[i].mark);
    if (mark.what == Mark::What::nothing || mark.seed != seed) continue;
    if (mark.what == Mark::What::begins) part.from = i + 1;
    if (mark.what == Mark::What::returned) part.promises.push_back(i);
    part.to = i + 1;
  }
  return part;
}

// A third of the cuts come right after a promise, when nothing later can have kept it; a third
// right before a flush is done, when most writes may or may not have arrived; the others anywhere.
std::size_t choose_cut(const WriteLog& log, const Part& part, model::Random& random) {
  const auto kind = random.below(3);
  if (kind == 0 && !part.promises.empty()) {
    return part.promises[random.below(part.promises.size())] + 1;
  }
  std::size_t cut = part.from + random.below(part.to - part.from + 1);
  const auto flushes = [&](std::size_t i) {
    return (log.entries()[i].flags & WriteLog::kFlush) != 0;
  };
  while (kind == 1 && cut < part.to && !flushes(cut)) ++cut;
  return cut;
}

Progress progress_at(const WriteLog& log, const Part& part, std::size_t cut, std::size_t all) {
  Progress progress;
  progress.begun = all;
  for (std::size_t i = part.from; i < part.to; ++i) {
    const Mark mark = parse_mark(log.entries()[i].mark);
    if (i < cut && mark.what == Mark::What::returned) progress.returned.insert(mark.op);
    if (i >= cut && mark.what == Mark::What::op_begins) {
      progress.begun = mark.op;
      break;
    }
  }
  return progress;
}

std::vector<std::string> inspect_disk(const std::string& device, const Job& job, std::uint64_t seed,
                                      const std::vector<Op>& script, const Progress& progress) {
  std::string why;
  if (!mount_disk(device, job.text("fs"), kDisk, why)) return {"cannot be mounted: " + why};
  std::vector<std::string> broken =
      broken_promises(kDisk, seed, script, progress, job.expectations());
  unmount_disk(kDisk);
  return broken;
}

void cut_and_inspect(Replayed& replayed, const Job& job, const WriteLog& log, std::uint64_t seed) {
  model::Random random(model::mix(seed) ^ 0x637574);
  const Part part = part_of(log, seed);
  const std::vector<Op> script = make_script(seed, job.style());
  const std::size_t cut = choose_cut(log, part, random);
  const Replayed::Left left = replayed.cut(cut, random);
  const Progress progress = progress_at(log, part, cut, script.size());
  report(seed,
         "cut=" + std::to_string(cut) + " of " + std::to_string(part.from) + ".." +
             std::to_string(part.to) + " lost=" + std::to_string(left.lost) + " promises=" +
             std::to_string(progress.returned.size()) + " begun=" + std::to_string(progress.begun),
         inspect_disk(left.device, job, seed, script, progress));
  replayed.put_back();
}

// The marks that came over the console before the cut, for one seed.
Progress progress_told(const std::string& marks, std::size_t all) {
  // One line may have been on its way when the next operation began.
  constexpr std::size_t kOnTheirWay = 2;
  std::istringstream words(marks);
  Progress progress;
  for (std::string word; words >> word;) {
    const Mark mark = parse_mark(word);
    if (mark.what == Mark::What::returned) progress.returned.insert(mark.op);
    if (mark.what == Mark::What::op_begins) progress.begun = mark.op + kOnTheirWay;
    if (mark.what == Mark::What::ends) progress.begun = all;
  }
  progress.begun = std::min(progress.begun, all);
  return progress;
}

}  // namespace

void replay(const Job& job) {
  for (const char* module : {"dm-mod", "dm-log-writes", "dm-bufio", "dm-snapshot"}) {
    load_module(module);
  }
  const std::string device =
      make_device("logged", {0, sectors_of("/dev/ubda"), "log-writes", "/dev/ubda /dev/ubdb"});
  mount_or_give_up(device, job);
  make_directories();
  if (run_program(job, job.text("program"), writer_arguments(job), "logged") != 0)
    say("BROKEN the writer failed");
  unmount_disk(kDisk);
  remove_device("logged");
  const WriteLog log("/dev/ubdb");
  say("LOG " + std::to_string(log.entries().size()) + " entries");
  Replayed replayed(log);
  for (const std::uint64_t seed : job.seeds()) cut_and_inspect(replayed, job, log, seed);
}

void endless(const Job& job) {
  mount_or_give_up("/dev/ubda", job);
  make_directories();
  say("START");
  if (run_program(job, job.text("program"), writer_arguments(job), "") != 0)
    say("BROKEN the writer failed");
}

void inspect(const Job& job) {
  std::string device = "/dev/ubda";
  for (const std::uint64_t seed : job.seeds()) {
    const std::vector<Op> script = make_script(seed, job.style());
    const Progress progress =
        progress_told(job.text("marks-" + std::to_string(seed)), script.size());
    report(seed,
           "promises=" + std::to_string(progress.returned.size()) +
               " begun=" + std::to_string(progress.begun),
           inspect_disk(device, job, seed, script, progress));
    ++device.back();
  }
}

void bad_block(const Job& job) {
  load_module("dm-mod");
  const std::string device =
      make_device("bad", {0, sectors_of("/dev/ubda"), "linear", "/dev/ubda 0"});
  mount_or_give_up(device, job);
  for (const std::uint64_t seed : job.seeds()) {
    static_cast<void>(
        run_program(job, job.text("program"), {kDisk, "bad", std::to_string(seed)}, ""));
  }
  unmount_disk(kDisk);
}

}  // namespace powercut
