// Where a benchmark runs: the machine and the disk below a directory, for readers of its result.
// Asks for no names of hosts and users. Any thread. environment_linux.cpp, environment_win32.cpp
// find the facts, environment_json.cpp writes them. What cannot be found out is left empty, never
// guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace ringproc::tool::measure {

struct MachineFacts {
  std::optional<std::string> cpu;
  unsigned processors = 0;  // of the machine, whatever a container may use of them
  std::optional<std::uint64_t> memory_bytes;
  std::string system;                       // "Linux 6.18.0 x86_64"
  std::optional<std::string> distribution;  // or edition of Windows
  std::optional<std::string> hypervisor;    // "kvm"; nothing if there is none, or it hides
};

struct DiskFacts {
  std::string directory;  // canonical
  std::string file_system;
  std::optional<std::string> mount_point;
  std::optional<std::string> source;
  std::optional<std::string> mount_options;
  std::optional<std::string> device;  // the whole disk, also if the file system has a part of it
  std::optional<std::string> model;
  std::optional<std::string> write_cache;  // "write back": a sync must reach through it
  std::optional<bool> rotational;  // as the system takes it to be: of a virtual disk, hearsay
  std::optional<std::string> scheduler;
  std::optional<std::uint64_t> size_bytes;  // of the file system
  std::optional<std::uint64_t> free_bytes;  // what a user may write
};

[[nodiscard]] MachineFacts machine_facts();

// Blocks: on the file system of the directory. Errors: one that cannot be opened has unknown facts.
[[nodiscard]] DiskFacts disk_facts(const std::string& directory);

// Names on Linux are whatever bytes they are: dump() needs error_handler_t::replace.
void to_json(nlohmann::ordered_json& json, const MachineFacts& machine);
void to_json(nlohmann::ordered_json& json, const DiskFacts& disk);

}  // namespace ringproc::tool::measure
