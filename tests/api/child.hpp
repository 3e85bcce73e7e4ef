// What the scenarios of api_child share. One process runs one scenario.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ringproc/ringproc.h"

namespace api {

constexpr unsigned kCreate = RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE;

using Scenarios = std::map<std::string, void (*)(const std::string& path)>;
extern const Scenarios kFailures;  // child_failures.cpp: what is told of a disk that fails
extern const Scenarios kEnds;      // child_ends.cpp: exit and fork

// Says what does not hold; the process ends with status 1 then.
void check(bool holds, const char* what, std::int64_t got = 0);
void check_equal(std::int64_t got, std::int64_t expected, const char* what);
[[nodiscard]] bool all_held();

[[nodiscard]] ringproc_file* open_file(const std::string& path, unsigned flags = kCreate);

// From now on these system calls fail with `error`, in all threads.
void make_fail(const std::vector<long>& calls, int error);
void make_writes_fail(int error);

}  // namespace api
