// What the host wants of a boot: lines KEY=VALUE in a file that the guest sees through hostfs. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "powercut/promises.hpp"
#include "powercut/script.hpp"

namespace powercut {

class Job {
 public:
  explicit Job(const std::string& path);

  [[nodiscard]] const std::string& text(const std::string& key) const;  // "" if it is not there
  [[nodiscard]] std::vector<std::uint64_t> seeds() const;
  [[nodiscard]] Style style() const;
  [[nodiscard]] Expectations expectations() const;

 private:
  std::map<std::string, std::string> values_;
};

inline constexpr const char* kDisk = "/dev/powercut";  // where the file system is mounted

// One line per seed, as the host reads it, then one per broken promise.
void report(std::uint64_t seed, const std::string& how, const std::vector<std::string>& broken);

// What they share: mounting the job's file system; running a program of the job's with the options
// of the cell and, as a negative control, without syncs, marks: the log's device, or "". Returns:
// its exit status.
void mount_or_give_up(const std::string& device, const Job& job);
[[nodiscard]] int run_program(const Job& job, const std::string& program,
                              std::vector<std::string> arguments, const std::string& marks,
                              const std::string& preload = "");

// The jobs.
void replay(const Job& job);     // write over a log of writes, then cut that anywhere
void endless(const Job& job);    // write until the power is cut; marks on the console
void inspect(const Job& job);    // what is on the disks after such cuts
void bad_block(const Job& job);  // write to a disk that has one
void record(const Job& job);     // a recording over a log of writes, which is cut anywhere

}  // namespace powercut
