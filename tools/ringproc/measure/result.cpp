#include "measure/result.hpp"

#include <chrono>

namespace ringproc::tool::measure {
namespace {

double ratio(double above, double below) { return below > 0 ? above / below : 0; }

}  // namespace

void CaseResult::add(const TurnResult& turn) {
  latency->merge(*turn.latency);
  seconds += turn.seconds;
  until_durable_seconds += turn.until_durable_seconds;
  operations += turn.operations;
  flushes += turn.flushes;
  syncs += turn.syncs;
  not_begun += turn.not_begun;
  if (error.empty()) error = turn.error;
  if (turn.operations == 0) return;
  const Histogram& total = turn.latency->total;
  rounds.push_back({turn.at_seconds, turn.seconds, turn.until_durable_seconds, turn.operations,
                    turn.syncs, total.percentile(50), total.percentile(99), total.max()});
  const double length =
      std::chrono::duration<double>(turn.latency->over_time.part_length()).count();
  for (std::size_t i = 0; i < OverTime::kParts; ++i) {
    const OverTime::Part& part = turn.latency->over_time.part(i);
    if (part.count() == 0) continue;
    over_time.push_back({turn.at_seconds + static_cast<double>(i) * length, length, part.count(),
                         part.percentile(50), part.percentile(99), part.max()});
  }
}

double CaseResult::per_second() const { return ratio(static_cast<double>(operations), seconds); }

double CaseResult::durable_bytes_per_second() const {
  if (failed()) return 0;
  return ratio(static_cast<double>(bytes()), until_durable_seconds);
}

double CaseResult::flushes_per_sync() const {
  return ratio(static_cast<double>(flushes), static_cast<double>(syncs));
}

double durable_rate(const Case& measured, const RoundResult& round) {
  return ratio(static_cast<double>(round.operations) * measured.block_bytes,
               round.until_durable_seconds);
}

}  // namespace ringproc::tool::measure
