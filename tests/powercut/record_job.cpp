// A recording over a log of writes, cut anywhere: its header is whole, and what it claims is there,
// right, and no less than what it claimed when its last sync returned.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "model/random.hpp"
#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"
#include "powercut/job.hpp"
#include "powercut/replayed.hpp"
#include "powercut/write_log.hpp"

namespace powercut {
namespace {

constexpr std::size_t kHeader = 4096;
constexpr const char* kReference = "/dev/shm/reference.wav";
constexpr std::string_view kClaims = "claims-";

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint32_t number(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::vector<std::string> recording(const std::string& path, std::vector<std::string> more) {
  std::vector<std::string> words = {"record", "-o", path,    "-q", "--source", "counter", "-c",
                                    "2",      "-r", "48000", "-f", "s16",      "-n",      "60000"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Bytes of samples, by the last mark before the cut. 0: the file need not be there yet.
std::uint64_t promised_at(const WriteLog& log, std::size_t cut) {
  std::uint64_t promised = 0;
  for (std::size_t i = 0; i < cut; ++i) {
    const std::string& mark = log.entries()[i].mark;
    if (mark.starts_with(kClaims)) promised = std::stoull(mark.substr(kClaims.size()));
  }
  return promised;
}

std::vector<std::string> wrong_with(const std::string& path, const std::string& reference,
                                    std::uint64_t promised) {
  struct stat there {};
  if (::stat(path.c_str(), &there) < 0) {
    if (promised > 0) return {"the recording is not there"};
    return {};
  }
  const std::string file = content(path);
  if (file.size() < kHeader || !file.starts_with("RIFF") || file.substr(kHeader - 8, 4) != "data") {
    return {"the header is not whole"};
  }
  const std::uint32_t claimed = number(file, kHeader - 4);
  std::vector<std::string> wrong;
  if (number(file, 4) + 8 > file.size() || kHeader + claimed > file.size()) {
    wrong.push_back("the header claims " + std::to_string(claimed) +
                    " bytes of samples, the file has " + std::to_string(file.size()));
  }
  if (claimed < promised) {
    wrong.push_back("the header claims " + std::to_string(claimed) + " bytes, less than the " +
                    std::to_string(promised) + " that were durable");
  }
  if (file.substr(kHeader, claimed) != reference.substr(kHeader, claimed)) {
    wrong.push_back("samples that the header claims are wrong");
  }
  const Child reader{{"/usr/bin/sndfile-info", path}, {"PATH=/usr/bin"}};
  if (run(reader) != 0) wrong.push_back("sndfile-info does not open it");
  return wrong;
}

}  // namespace

void record(const Job& job) {
  for (const char* module : {"dm-mod", "dm-log-writes", "dm-bufio", "dm-snapshot"}) {
    load_module(module);
  }
  const std::string& program = job.text("recorder");
  if (run_program(job, program, recording(kReference, {"--unpaced", "--sync", "0"}), "") != 0) {
    say("BROKEN the reference could not be made");
  }
  const std::string reference = content(kReference);
  const std::string device =
      make_device("logged", {0, sectors_of("/dev/ubda"), "log-writes", "/dev/ubda /dev/ubdb"});
  mount_or_give_up(device, job);
  const std::string path = std::string(kDisk) + "/take.wav";
  if (run_program(job, program, recording(path, {"--sync", "0.03"}), "logged",
                  job.text("marker")) != 0) {
    say("BROKEN the recording failed");
  }
  unmount_disk(kDisk);
  remove_device("logged");
  const WriteLog log("/dev/ubdb");
  say("LOG " + std::to_string(log.entries().size()) + " entries");

  // In the order of the log, which the disk is brought forward along.
  struct Cut {
    std::size_t at = 0;
    std::uint64_t seed = 0;
    model::Random random;
  };
  std::vector<Cut> cuts;
  for (const std::uint64_t seed : job.seeds()) {
    model::Random random(model::mix(seed) ^ 0x726563);
    const std::size_t at = random.below(log.entries().size() + 1);
    cuts.push_back({at, seed, random});
  }
  std::ranges::sort(cuts, {}, &Cut::at);
  Replayed replayed(log);
  for (Cut& cut : cuts) {
    const Replayed::Left left = replayed.cut(cut.at, cut.random);
    const std::uint64_t promised = promised_at(log, cut.at);
    std::string why;
    const bool mounted = mount_disk(left.device, job.text("fs"), kDisk, why);
    report(cut.seed,
           "cut=" + std::to_string(cut.at) + " lost=" + std::to_string(left.lost) +
               " promised=" + std::to_string(promised),
           mounted ? wrong_with(path, reference, promised)
                   : std::vector<std::string>{"cannot be mounted: " + why});
    if (mounted) unmount_disk(kDisk);
    replayed.put_back();
  }
}

}  // namespace powercut
