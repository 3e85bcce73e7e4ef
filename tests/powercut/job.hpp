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

// The jobs.
void replay(const Job& job);     // write over a log of writes, then cut that anywhere
void endless(const Job& job);    // write until the power is cut; marks on the console
void inspect(const Job& job);    // what is on the disks after such cuts
void bad_block(const Job& job);  // write to a disk that has one

}  // namespace powercut
