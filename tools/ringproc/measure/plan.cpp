#include "measure/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <ranges>

#include "measure/places.hpp"
#include "usage_error.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr std::uint32_t kKilo = 1024;
constexpr std::uint64_t kMega = 1024 * 1024;

constexpr unsigned kRounds = 3;
constexpr unsigned kMostRounds = 100;
constexpr std::size_t kMostCases = 200;
constexpr unsigned kMostCallers = 256;
constexpr std::uint32_t kMostBlock = 64 * kMega;
constexpr double kMostSeconds = 86'400;
constexpr double kMostRate = 10e6;
// Of the deviation that a random number of operations has from its mean: never seen beyond.
constexpr double kDeviations = 8;

// Of a turn. Latencies of flushes repeat soon, pauses of the disk do not.
constexpr double kFlushSeconds = 0.9;
constexpr double kCallersSeconds = 0.7;
constexpr double kWriteSeconds = 2;
constexpr double kStreamSeconds = 10;  // at most; the size ends it

constexpr std::uint64_t kFlushFile = 256 * kMega;
constexpr std::uint64_t kPreparedFile = 64 * kMega;
constexpr std::uint64_t kWriteFile = 1024 * kMega;
constexpr std::uint64_t kStreamFile = 512 * kMega;

// mmio's functions name offsets below 4 GiB - 1 only.
constexpr std::uint64_t kMostMmio = 4095 * kMega;
constexpr std::uint64_t kMostFile = std::uint64_t{1} << 44;

// 64 frames of 64 channels s32 at 192 kHz: what JACK hands over at a time, and how often.
constexpr std::uint32_t kCallbackBytes = 16 * kKilo;
constexpr double kCallbacksPerSecond = 3'000;

constexpr Procedure kAll[] = {Procedure::raw, Procedure::dos, Procedure::ring};

// Of a turn of the cases that nobody has described, at least.
constexpr int kSyncsOfTurn = 4;

bool leaves_workload_open(const PlanRequest& request) {
  return request.operations.empty() && request.blocks.empty() && request.callers.empty() &&
         request.kinds.empty() && !request.files && !request.arrival && !request.sync_seconds;
}

// Open loops: the most blocks that so many of the callers write in one turn.
double due_blocks(const Case& one, unsigned callers) {
  const double mean = one.arrival.per_second * one.seconds / one.callers;
  // The rounding keeps 300/s for 1 s at 300 operations.
  const double each = one.arrival.kind == Arrival::Kind::poisson
                          ? mean + kDeviations * std::sqrt(mean) + kDeviations
                          : std::ceil(mean - 1e-9 * mean);
  return each * callers;
}

std::uint64_t default_file_bytes(const Case& one) {
  if (one.operation == Operation::stream) return kStreamFile;
  if (one.file == FileKind::prepared) return kPreparedFile;
  const std::uint64_t usual = one.operation == Operation::flush ? kFlushFile : kWriteFile;
  if (one.arrival.kind == Arrival::Kind::closed) return usual;
  // What is due, as far as mmio's offsets go.
  const double due = due_blocks(one, one.callers_of(0)) * one.block_bytes;
  return std::max(usual, static_cast<std::uint64_t>(std::min(due, 1.0 * kMostMmio)));
}

std::vector<Case> default_cases() {
  std::vector<Case> cases;
  for (const Procedure procedure : kAll) {
    for (const FileKind kind : {FileKind::growing, FileKind::prepared}) {
      Case one{procedure, Operation::flush, kind, 4 * kKilo};
      one.seconds = kFlushSeconds;
      cases.push_back(one);
    }
  }
  for (const Procedure procedure : {Procedure::raw, Procedure::ring}) {
    Case one{procedure, Operation::flush, FileKind::growing, 4 * kKilo, 16};
    one.seconds = kCallersSeconds;
    cases.push_back(one);
  }
  for (const Procedure procedure : kAll) {
    Case one{procedure, Operation::write, FileKind::growing, kCallbackBytes};
    one.arrival = {Arrival::Kind::fixed, kCallbacksPerSecond};
    one.sync_seconds = 0.5;
    one.seconds = kWriteSeconds;
    cases.push_back(one);
  }
  for (const Procedure procedure : kAll) {
    Case one{procedure, Operation::stream, FileKind::growing, 64 * kKilo};
    one.seconds = kStreamSeconds;
    cases.push_back(one);
  }
  return cases;
}

// Somebody with little room, or time, has not asked for that rate: the turn is as long as its file
// lets it, and still has its syncs.
void shorten_to_file(Case& one) {
  if (one.arrival.kind == Arrival::Kind::closed) return;
  const double most = std::floor(static_cast<double>(one.file_bytes) / one.block_bytes);
  if (most >= 1) one.seconds = std::min(one.seconds, most / one.arrival.per_second);
  one.sync_seconds = std::min(one.sync_seconds, one.seconds / kSyncsOfTurn);
}

template <typename T>
std::vector<T> or_else(const std::vector<T>& given, std::vector<T> otherwise) {
  std::vector<T> values = given.empty() ? std::move(otherwise) : given;
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<Case> matrix(const PlanRequest& request) {
  std::vector<Case> cases;
  for (const Operation operation : or_else(request.operations, {Operation::flush})) {
    for (const std::uint32_t block : or_else(request.blocks, {4 * kKilo})) {
      for (const unsigned callers : or_else(request.callers, {1U})) {
        for (const FileKind kind : or_else(request.kinds, {FileKind::growing})) {
          for (const Procedure procedure : kAll) {
            Case one{procedure, operation, kind, block, callers, request.files.value_or(1)};
            const bool stream = operation == Operation::stream;
            if (!stream) one.arrival = request.arrival.value_or(Arrival{});
            if (operation == Operation::write) one.sync_seconds = request.sync_seconds.value_or(0);
            one.seconds = stream ? kStreamSeconds : 1;
            cases.push_back(one);
          }
        }
      }
    }
  }
  return cases;
}

// Whether the disk tells the truth is judged by a growing file's sync.
void add_floor(std::vector<Case>& cases, const PlanRequest& request) {
  const auto is_floor = [](const Case& one) {
    return one.procedure == Procedure::raw && one.operation == Operation::flush &&
           one.file == FileKind::growing && one.callers == 1 &&
           one.arrival.kind == Arrival::Kind::closed;
  };
  if (std::ranges::any_of(cases, is_floor)) return;
  Case one{Procedure::raw, Operation::flush, FileKind::growing, 4 * kKilo};
  one.seconds = kFlushSeconds / 2;
  // No more than was asked for, but a block.
  one.file_bytes = std::clamp<std::uint64_t>(request.file_bytes.value_or(kFlushFile),
                                             one.block_bytes, kFlushFile);
  one.direct = request.direct;
  cases.insert(cases.begin(), one);
}

// What would have no effect is not what was meant.
void check_operations(const PlanRequest& request) {
  const auto has = [&](Operation wanted) {
    return std::ranges::find(request.operations, wanted) != request.operations.end();
  };
  if (request.sync_seconds && !has(Operation::write)) {
    throw UsageError("--sync goes with --op write: another thread flushes beside the writes");
  }
  if (request.arrival && has(Operation::stream) && !has(Operation::flush) &&
      !has(Operation::write)) {
    throw UsageError("--rate and --arrival do not go with --op stream: it takes what it can get");
  }
}

void check_request(const PlanRequest& request) {
  for (const std::uint32_t block : request.blocks) {
    if (block == 0 || block > kMostBlock) {
      throw UsageError(fmt::format("--block must be from 1 byte to {}", size_text(kMostBlock)));
    }
    if (request.direct == Direct::on && block % (4 * kKilo) != 0) {
      throw UsageError("--direct on goes with blocks that are multiples of 4K");
    }
  }
  for (const unsigned callers : request.callers) {
    if (callers == 0 || callers > kMostCallers) {
      throw UsageError(fmt::format("--callers must be from 1 to {}", kMostCallers));
    }
    if (request.files.value_or(1) > callers) {
      throw UsageError("--files cannot be more than --callers: each caller writes to one file");
    }
  }
  if (request.files == 0U) throw UsageError("--files must be at least 1");
  if (request.files.value_or(1) > 1 && request.callers.empty()) {
    throw UsageError("--files needs --callers, at least as many");
  }
  const unsigned rounds = request.rounds.value_or(kRounds);
  if (rounds == 0 || rounds > kMostRounds) {
    throw UsageError(fmt::format("--rounds must be from 1 to {}", kMostRounds));
  }
  if (request.seconds && (!(*request.seconds >= 0.01) || *request.seconds > kMostSeconds)) {
    throw UsageError("--duration must be from 0.01 to 86400 seconds");
  }
  if (request.sync_seconds &&
      (!(*request.sync_seconds >= 0) || *request.sync_seconds > kMostSeconds)) {
    throw UsageError("--sync must be from 0 to 86400 seconds");
  }
  if (request.arrival && request.arrival->kind != Arrival::Kind::closed &&
      (!(request.arrival->per_second >= 0.001) || request.arrival->per_second > kMostRate)) {
    throw UsageError("--rate must be from 0.001 to 10000000 operations a second");
  }
}

void check_case(const Case& one) {
  const bool mmio = one.procedure != Procedure::raw;
  const std::string name = name_of(one);
  if (one.file_bytes > (mmio ? kMostMmio : kMostFile)) {
    throw UsageError(fmt::format("{}: --size must be at most {}{}", name,
                                 size_text(mmio ? kMostMmio : kMostFile),
                                 mmio ? ", because mmio's offsets end there" : ""));
  }
  if (blocks_each(one, 0) == 0) {
    throw UsageError(fmt::format(
        "{}: a file of {} has no block of {} for each of {} callers; give a larger --size", name,
        size_text(one.file_bytes), size_text(one.block_bytes), one.callers_of(0)));
  }
  if (one.arrival.kind == Arrival::Kind::closed || one.file == FileKind::prepared) return;
  // The first file has the most callers.
  const double needed = due_blocks(one, one.callers_of(0)) * one.block_bytes;
  if (needed > static_cast<double>(one.file_bytes)) {
    throw UsageError(
        fmt::format("{}: {:.4g} s at that rate are up to {:.1f} MB for a file, and files end at "
                    "{}; give a larger "
                    "--size, a lower --rate, a shorter --duration or more --rounds",
                    name, one.seconds, needed / 1e6, size_text(one.file_bytes)));
  }
}

}  // namespace

double expected_seconds(const Case& one) {
  if (one.operation != Operation::stream) return one.seconds;
  return std::min(one.seconds, static_cast<double>(one.file_bytes * one.files) / 400e6);
}

double Plan::expected_seconds() const {
  double all = 0;
  for (const Case& one : cases) all += measure::expected_seconds(one);
  return all * rounds;
}

std::vector<std::size_t> Plan::order(unsigned round) const {
  std::vector<std::size_t> order(cases.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t first = 0; first < cases.size();) {
    std::size_t end = first;
    while (end < cases.size() && group_name(cases[end]) == group_name(cases[first])) ++end;
    const auto at = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    std::rotate(at(first), at(first + (round - 1) / 2 % (end - first)), at(end));
    if (round % 2 == 0) std::reverse(at(first), at(end));
    first = end;
  }
  return order;
}

std::uint64_t Plan::disk_bytes() const {
  std::uint64_t turn = 0;
  std::map<std::uint64_t, std::uint64_t> prepared;  // by size
  for (const Case& one : cases) {
    std::uint64_t all = one.file_bytes * one.files;
    if (one.file == FileKind::growing && one.arrival.kind != Arrival::Kind::closed) {
      all =
          std::min(all, static_cast<std::uint64_t>(due_blocks(one, one.callers) * one.block_bytes));
    }
    if (one.file == FileKind::growing) turn = std::max(turn, all);
    if (one.file == FileKind::prepared) {
      prepared[one.file_bytes] = std::max(prepared[one.file_bytes], all);
    }
  }
  for (const auto& [size, all] : prepared) turn += all;
  return turn;
}

Plan make_plan(const PlanRequest& request) {
  check_request(request);
  check_operations(request);
  const bool as_default = leaves_workload_open(request);
  Plan plan{as_default ? default_cases() : matrix(request), request.rounds.value_or(kRounds)};
  if (!request.procedures.empty()) {
    std::erase_if(plan.cases, [&](const Case& one) {
      return std::ranges::find(request.procedures, one.procedure) == request.procedures.end();
    });
  }
  for (Case& one : plan.cases) {
    if (request.seconds) one.seconds = *request.seconds / plan.rounds;
    one.file_bytes = request.file_bytes.value_or(default_file_bytes(one));
    one.direct = request.direct;
    if (as_default) shorten_to_file(one);
    check_case(one);
  }
  add_floor(plan.cases, request);
  if (plan.cases.size() > kMostCases) {
    throw UsageError(
        fmt::format("these are {} cases; at most {} make a table", plan.cases.size(), kMostCases));
  }
  return plan;
}

}  // namespace ringproc::tool::measure
