#include "measure/meaning.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "measure/floor.hpp"
#include "units.hpp"

namespace ringproc::tool::measure {
namespace {

// "1,140": three figures are what a measurement is good for.
std::string count_text(double value) {
  const bool large = value >= 999.5;
  if (large) {
    const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
    value = std::round(value / unit) * unit;
  }
  std::string text = fmt::format("{:.{}f}", value, value < 9.95 ? 1 : 0);
  for (auto at = static_cast<int>(text.size()) - 3; large && at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

std::string at(const Histogram& histogram, double percent) {
  return duration_text(static_cast<double>(histogram.percentile(percent)));
}

std::string words(Procedure procedure) {
  switch (procedure) {
    case Procedure::raw:
      return "plain system calls";
    case Procedure::dos:
      return "the built-in 'DOS ' procedure";
    default:
      return "the ring procedure";
  }
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text;
}

// What failed says nothing, whatever was counted before.
bool counts(const CaseResult& one) { return one.operations > 0 && !one.failed(); }

const CaseResult* find(const RunResult& run, const CaseResult& like, Procedure procedure) {
  const auto found = std::ranges::find_if(run.cases, [&](const CaseResult& one) {
    return one.measured.procedure == procedure && one.measured.file == like.measured.file &&
           group_name(one.measured) == group_name(like.measured) && counts(one);
  });
  return found == run.cases.end() ? nullptr : &*found;
}

const CaseResult* first(const RunResult& run, auto&& wanted) {
  const auto found = std::ranges::find_if(
      run.cases, [&](const CaseResult& one) { return counts(one) && wanted(one.measured); });
  return found == run.cases.end() ? nullptr : &*found;
}

std::optional<std::string> durable_writes(const RunResult& run) {
  const CaseResult* const floor = floor_of(run, FileKind::growing);
  if (floor == nullptr || !counts(*floor)) return std::nullopt;
  std::string text = fmt::format(
      "One caller can make about {} writes of {} a second durable here, each waited for, on a file "
      "that grows (half of them take {} and less, one in a hundred more than {})",
      count_text(floor->per_second()), size_text(floor->measured.block_bytes),
      at(floor->latency->total, 50), at(floor->latency->total, 99));
  std::vector<std::string> others;
  const CaseResult* const prepared = floor_of(run, FileKind::prepared);
  if (prepared != nullptr && counts(*prepared) &&
      group_name(prepared->measured) == group_name(floor->measured)) {
    others.push_back(fmt::format("{} on a prepared file", count_text(prepared->per_second())));
  }
  for (const Procedure procedure : {Procedure::dos, Procedure::ring}) {
    if (const CaseResult* const one = find(run, *floor, procedure)) {
      others.push_back(
          fmt::format("{} through {}", count_text(one->per_second()), words(procedure)));
    }
  }
  return text + (others.empty() ? "" : "; " + joined(others)) + ".";
}

std::optional<std::string> several_callers(const RunResult& run) {
  const CaseResult* const ring = first(run, [](const Case& one) {
    return one.procedure == Procedure::ring && one.operation == Operation::flush &&
           one.callers > 1 && one.arrival.kind == Arrival::Kind::closed;
  });
  if (ring == nullptr) return std::nullopt;
  std::string text = fmt::format(
      "{} callers at once, each waiting for its own: {} a second through the ring procedure",
      ring->measured.callers, count_text(ring->per_second()));
  if (ring->syncs > 0) {
    text += fmt::format(", where one sync serves {:.1f} of them", ring->flushes_per_sync());
  }
  if (const CaseResult* const raw = find(run, *ring, Procedure::raw)) {
    text += fmt::format("; {} with plain system calls", count_text(raw->per_second()));
  }
  return text + ".";
}

std::uint64_t longer_than(const Histogram& histogram, double ns) {
  std::uint64_t count = 0;
  histogram.for_each_bucket([&](std::uint64_t highest, std::uint64_t in_it) {
    if (static_cast<double>(highest) > ns) count += in_it;
  });
  return count;
}

std::string callback_part(const CaseResult& one, double period_ns) {
  const Histogram& calls = one.latency->submission;
  const std::uint64_t late = longer_than(calls, period_ns);
  return fmt::format(
      "through {} {} (p50), {} (p99.9) and at most {}, {}", words(one.measured.procedure),
      at(calls, 50), at(calls, 99.9), at(calls, 100),
      late == 0 ? std::string("never longer than its period")
                : fmt::format("longer than its period {} in {} calls",
                              late == 1 ? "once" : fmt::format("{} times", late), calls.count()));
}

std::optional<std::string> callback(const RunResult& run) {
  const CaseResult* const any = first(run, [](const Case& one) {
    return one.operation == Operation::write && one.arrival.kind == Arrival::Kind::fixed;
  });
  if (any == nullptr) return std::nullopt;
  const Case& what = any->measured;
  const double period_ns = 1e9 * what.callers / what.arrival.per_second;
  const bool audio =
      what.block_bytes == 16'384 && what.arrival.per_second == 3'000 && what.callers == 1;
  std::string text = fmt::format(
      "A callback that writes {} every {}{} would spend in WRITE: ", size_text(what.block_bytes),
      duration_text(period_ns), audio ? " (64 frames of 64 channels at 192 kHz)" : "");
  std::vector<std::string> parts;
  for (const Procedure procedure : {Procedure::ring, Procedure::dos, Procedure::raw}) {
    if (const CaseResult* const one = find(run, *any, procedure)) {
      parts.push_back(callback_part(*one, period_ns));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : "; ") + parts[i];
  return text + ".";
}

// Large data past it can be much faster, and is what the ring does by itself; so that is told.
constexpr const char* kCache = " (page cache)";

bool through_cache(const Case& one) {
  return one.procedure == Procedure::dos ||
         (one.procedure == Procedure::raw && one.direct != Direct::on);
}

std::optional<std::string> large_data(const RunResult& run) {
  const CaseResult* const any =
      first(run, [](const Case& one) { return one.operation == Operation::stream; });
  if (any == nullptr) return std::nullopt;
  std::vector<std::string> parts;
  for (const Procedure procedure : {Procedure::ring, Procedure::dos, Procedure::raw}) {
    if (const CaseResult* const one = find(run, *any, procedure)) {
      parts.push_back(fmt::format("{:.0f} MB/s through {}{}", one->durable_bytes_per_second() / 1e6,
                                  words(procedure), through_cache(one->measured) ? kCache : ""));
    }
  }
  return "Large data is on the disk at " + joined(parts) + ".";
}

}  // namespace

std::vector<std::string> meaning_of(const RunResult& run, bool durable) {
  std::vector<std::string> sentences;
  if (!durable) {
    sentences.emplace_back(
        "NOT DURABLE: no figure here says anything about a disk; give a directory on a disk whose "
        "syncs are done.");
  }
  for (auto part : {durable_writes, several_callers, callback, large_data}) {
    if (const auto sentence = part(run)) sentences.push_back(*sentence);
  }
  return sentences;
}

}  // namespace ringproc::tool::measure
