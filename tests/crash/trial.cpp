#include "crash/trial.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "crash/crash_ops.hpp"
#include "model/random.hpp"

namespace crash {

namespace fs = std::filesystem;

namespace {

std::string fresh_directory(const std::string& below) {
  std::string name = below + "/ringproc-crash-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  return name;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return text;
  text.resize(size);
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

std::uint64_t first_difference(const std::string& left, const std::string& right) {
  const auto both = std::min(left.size(), right.size());
  return static_cast<std::uint64_t>(
      std::mismatch(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(both), right.begin())
          .first -
      left.begin());
}

// Bytes of wanted that got does not have in place.
std::uint64_t missing(const std::string& got, const std::string& wanted) {
  const auto both = std::min(got.size(), wanted.size());
  std::uint64_t count = wanted.size() - both;
  for (std::size_t i = 0; i < both; ++i) count += got[i] != wanted[i] ? 1U : 0U;
  return count;
}

// Scenario threads: cuts the second thread's bytes off the file. before: what was there before its
// first patch. Returns: what is wrong with them.
std::string take_header(std::string& got, const std::string& before, const Progress& progress) {
  const std::uint64_t returned = progress.returned;
  const std::uint64_t issued = progress.issued;
  if (got.size() < kHeaderBytes) return returned == 0 ? "" : "the header is missing";
  const auto header = got.substr(0, kHeaderBytes);
  bool good = false;
  for (auto j = returned; j <= issued && !good; ++j) good = j > 0 && header == header_of(j);
  if (returned == 0 && header == before) good = true;
  std::uint64_t found = 0;
  std::memcpy(&found, header.data(), sizeof found);
  got.erase(0, kHeaderBytes);
  return good ? ""
              : "the header is of patch " + std::to_string(found) + ", returned " +
                    std::to_string(returned) + ", issued " + std::to_string(issued);
}

}  // namespace

void Tally::print(const std::string& title) const {
  std::printf("%s: %llu seeds, %llu bytes accepted, %llu bytes missing (RINGPROC_SEED=%llu)\n",
              title.c_str(), static_cast<unsigned long long>(trials),
              static_cast<unsigned long long>(accepted_bytes),
              static_cast<unsigned long long>(missing_bytes),
              static_cast<unsigned long long>(base_seed()));
  std::fflush(stdout);
}

Tally& tally() {
  static Tally all;
  return all;
}

std::uint64_t base_seed() {
  static const auto seed = model::seed_from_environment();
  return seed;
}

std::uint64_t seeds_for_one_of(std::uint64_t tests, std::uint64_t default_total) {
  const auto total = model::number_from_environment("RINGPROC_CRASH_SEEDS",
                                                    default_total / model::kSanitizerShare);
  return std::max<std::uint64_t>(1, (total + tests - 1) / tests);
}

bool can_write_direct() {
  static const bool can = [] {
    std::string name = "/tmp/ringproc-crash-XXXXXX";
    const int made = ::mkstemp(name.data());
    const int direct = ::open(name.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC);
    for (const int fd : {made, direct}) {
      if (fd >= 0) ::close(fd);
    }
    ::unlink(name.c_str());
    return direct >= 0;
  }();
  return can;
}

bool with_mutant() { return std::getenv("RINGPROC_MUTANT") != nullptr; }

const char* writer_program() { return with_mutant() ? CRASH_WRITER_PROBED : CRASH_WRITER; }

const char* recover_program() { return with_mutant() ? CRASH_RINGPROC_PROBED : CRASH_RINGPROC; }

Trial::Trial(std::string scenario, std::uint64_t seed, std::string directory)
    : scenario_(std::move(scenario)),
      seed_(seed),
      directory_(std::move(directory)),
      owns_directory_(directory_.empty()),
      memory_(fresh_directory("/dev/shm")),
      regions_(memory_ + "/regions") {
  if (owns_directory_) directory_ = fresh_directory(fs::temp_directory_path().string());
  file_ = directory_ + "/take.wav";
  fs::create_directory(regions_);
  log_ = &map_log(memory_ + "/log");
}

Trial::~Trial() {
  unmap_log(*log_);
  std::error_code ignored;
  fs::remove_all(memory_, ignored);
  if (owns_directory_) fs::remove_all(directory_, ignored);
}

void Trial::again() {
  unmap_log(*log_);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_)) fs::remove_all(entry, ignored);
  for (const auto& entry : fs::directory_iterator(memory_)) fs::remove_all(entry, ignored);
  fs::create_directory(regions_);
  log_ = &map_log(memory_ + "/log");
}

void Trial::use_regions(std::string_view kind) {
  if (kind == "Missing") regions_ = memory_ + "/missing";
  if (kind == "NotATmpfs") {
    regions_ = directory_ + "/regions";
    fs::create_directory(regions_);
  }
}

Words Trial::environment(const std::string& options, Delay delay) const {
  Words all{"RINGPROC_REGIONS=" + regions_, "RINGPROC_OPTIONS=" + options,
            "RINGPROC_LOG=" + memory_ + "/library.log", tsan_options()};
  if (delay.write_ms > 0) {
    all.push_back("RINGPROC_FAULT_DELAY_MS=" + std::to_string(delay.write_ms));
    all.push_back("LD_PRELOAD=" CRASH_DISK_FAULT);
    all.push_back(asan_options());
  }
  return all;
}

Words Trial::writer_words(const std::string& end, std::uint64_t count) const {
  Words all{probed_ ? CRASH_WRITER_PROBED : writer_program(), scenario_ + end, file_,
            std::to_string(seed_), memory_ + "/log"};
  if (count > 0) all.push_back(std::to_string(count));
  return all;
}

Process Trial::start(const std::string& options, const std::string& end, std::uint64_t count,
                     Delay delay, const Words& more, const std::function<bool()>& before_exec) {
  auto all = environment(options, delay);
  all.insert(all.end(), more.begin(), more.end());
  return {writer_words(end, count), all, before_exec};
}

Process Trial::start_forker(const std::string& child, const std::string& after,
                            const std::string& options, std::uint64_t count, Delay delay) const {
  Words words{with_mutant() ? CRASH_FORKER_PROBED : CRASH_FORKER, child, after};
  const auto writer = writer_words("", count);
  words.insert(words.end(), writer.begin() + 1, writer.end());
  return {words, environment(options, delay)};
}

bool Trial::await_phase(const Process& program, std::uint32_t phase) const {
  while (log_->phase < phase) {
    if (program.ended()) return false;
    std::this_thread::yield();
  }
  return true;
}

bool Trial::kill_after(Process& writer, std::uint64_t returned, std::uint64_t spins) {
  std::uint64_t polls = 0;
  while (log_->stream.returned < returned) {
    if (++polls % 64 == 0 && writer.ended()) return false;
    std::this_thread::yield();
  }
  spin(spins);
  if (writer.ended()) return false;
  writer.kill9();
  return writer.ended(true);
}

int Trial::recover(Delay delay) const {
  return run({recover_program(), "recover", "-q"}, environment("", delay));
}

std::string Trial::recover_by(unsigned way) const {
  const auto settings = environment("");
  if (way == 1 && fs::exists(file_)) {
    const int status = run({writer_program(), "open", file_}, settings);
    return status == 0 ? "" : "opening the file ends with " + std::to_string(status);
  }
  if (way == 2) {
    const int status = run({writer_program(), "touch", directory_ + "/other.wav"}, settings);
    if (status != 0) return "opening another file ends with " + std::to_string(status);
  }
  const int status = recover();
  return status == 0 ? "" : "ringproc recover ends with " + std::to_string(status);
}

std::string Trial::on_disk() const {
  const auto renamed = file_ + ".renamed.wav";
  return content_of(fs::exists(renamed) ? renamed : file_);
}

std::string Trial::log_text() const {
  const auto text = content_of(memory_ + "/library.log");
  return text.empty() ? text : "\nthe library says: " + text.substr(0, 2000);
}

std::vector<std::string> Trial::region_files() const {
  std::vector<std::string> all;
  std::error_code error;
  for (fs::recursive_directory_iterator it(regions_, error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_directory()) all.push_back(it->path().string());
  }
  std::ranges::sort(all);
  return all;
}

std::string Trial::name() const {
  return "scenario " + scenario_ + ", seed " + std::to_string(seed_) + ", returned " +
         std::to_string(log_->stream.returned) + ", issued " + std::to_string(log_->stream.issued) +
         ": ";
}

Verdict Trial::verify() {
  const std::uint64_t returned = log_->stream.returned;
  const std::uint64_t issued = log_->stream.issued;
  auto got = on_disk();
  Verdict verdict;
  Model model(scenario_, seed_);
  model.advance(returned);
  verdict.accepted_bytes = model.accepted_bytes();
  auto wanted = model.content();
  if (scenario_ == "threads") {
    Model first(scenario_, seed_);
    first.advance(1);
    verdict.complaint = take_header(got, first.content(), log_->header);
    wanted.erase(0, kHeaderBytes);
  }
  if (got != wanted) {
    for (auto k = returned + 1; k <= issued; ++k) model.advance(k);
    auto next = model.content();
    if (scenario_ == "threads") next.erase(0, kHeaderBytes);
    if (got != next) {
      verdict.missing_bytes = std::min(missing(got, wanted), missing(got, next));
      const auto difference = first_difference(got, wanted);
      verdict.missing_bytes =
          std::clamp<std::uint64_t>(verdict.missing_bytes, 1, verdict.accepted_bytes + 1);
      verdict.complaint +=
          " the file has " + std::to_string(got.size()) + " bytes, of the " +
          std::to_string(wanted.size()) + " that were returned " +
          std::to_string(missing(got, wanted)) + " are missing; the first difference is at " +
          std::to_string(difference) + " (with the operation in flight: of " +
          std::to_string(next.size()) + ", at " + std::to_string(first_difference(got, next)) + ")";
    }
  }
  if (!verdict.complaint.empty()) verdict.complaint = name() + verdict.complaint + log_text();
  auto& all = tally();
  ++all.trials;
  all.accepted_bytes += verdict.accepted_bytes;
  all.missing_bytes += verdict.missing_bytes;
  all.stalls += log_->stalls;
  all.grown += log_->high_water_bytes > (32U << 10) ? 1U : 0U;
  return verdict;
}

std::string Trial::verify_all() {
  auto complaint = verify().complaint;
  if (!complaint.empty()) return complaint;
  const auto before = on_disk();
  if (const int status = recover(); status != 0) {
    return name() + "a second recovery ends with " + std::to_string(status) + log_text();
  }
  if (on_disk() != before) return name() + "a second recovery changes the file" + log_text();
  const auto left = region_files();
  return left.empty() ? "" : name() + left.front() + " is left" + log_text();
}

}  // namespace crash
