#include "api/convert.hpp"

#include "base/error.hpp"

namespace ringproc::core {
namespace {

std::chrono::milliseconds ms(std::uint32_t value) { return std::chrono::milliseconds{value}; }

std::uint32_t ms(std::chrono::milliseconds value) {
  return static_cast<std::uint32_t>(value.count());
}

// RINGPROC_AUTO, ON, OFF, WRITTEN to the enumerations, whose orders differ.
template <typename Enum>
bool choose(std::uint32_t from, std::initializer_list<std::pair<std::uint32_t, Enum>> words,
            Enum& to) {
  for (const auto& [value, word] : words) {
    if (from != value) continue;
    to = word;
    return true;
  }
  return false;
}

template <typename Enum>
std::uint32_t name(Enum from, std::initializer_list<std::pair<std::uint32_t, Enum>> words) {
  for (const auto& [value, word] : words) {
    if (from == word) return value;
  }
  return RINGPROC_AUTO;
}

constexpr std::initializer_list<std::pair<std::uint32_t, Direct>> kDirect{
    {RINGPROC_AUTO, Direct::automatic}, {RINGPROC_ON, Direct::on}, {RINGPROC_OFF, Direct::off}};
constexpr std::initializer_list<std::pair<std::uint32_t, Preallocate>> kPreallocate{
    {RINGPROC_AUTO, Preallocate::automatic},
    {RINGPROC_OFF, Preallocate::off},
    {RINGPROC_WRITTEN, Preallocate::written}};
constexpr std::initializer_list<std::pair<std::uint32_t, Survive>> kSurvive{
    {RINGPROC_AUTO, Survive::automatic}, {RINGPROC_ON, Survive::on}, {RINGPROC_OFF, Survive::off}};
constexpr std::initializer_list<std::pair<std::uint32_t, Recover>> kRecover{
    {RINGPROC_AUTO, Recover::automatic}, {RINGPROC_OFF, Recover::off}};

}  // namespace

bool from_c(const ringproc_options& from, Options& to) noexcept {
  if (from.size != sizeof from) return false;
  if (from.on_full > 1 || from.flush > 1 || from.close > 1 || from.wait_for_space > 1) return false;
  Options result;
  if (!choose(from.direct, kDirect, result.direct) ||
      !choose(from.preallocate, kPreallocate, result.preallocate) ||
      !choose(from.survive, kSurvive, result.survive) ||
      !choose(from.recover, kRecover, result.recover)) {
    return false;
  }
  result.ring_bytes = from.ring_bytes;
  result.memory_limit_bytes = from.memory_limit_bytes;
  result.age = ms(from.age_ms);
  result.on_full = static_cast<OnFull>(from.on_full);
  result.write_timeout = ms(from.write_timeout_ms);
  result.flush_timeout = ms(from.flush_timeout_ms);
  result.flush = static_cast<Until>(from.flush);
  result.close = static_cast<Until>(from.close);
  result.close_timeout = ms(from.close_timeout_ms);
  result.exit_timeout = ms(from.exit_timeout_ms);
  result.wait_for_space = from.wait_for_space == 1;
  to = result;
  return true;
}

void to_c(const Options& from, ringproc_options& to) noexcept {
  to = {sizeof to,
        from.ring_bytes,
        from.memory_limit_bytes,
        ms(from.age),
        static_cast<std::uint32_t>(from.on_full),
        ms(from.write_timeout),
        ms(from.flush_timeout),
        static_cast<std::uint32_t>(from.flush),
        static_cast<std::uint32_t>(from.close),
        ms(from.close_timeout),
        ms(from.exit_timeout),
        from.wait_for_space ? 1u : 0u,
        name(from.direct, kDirect),
        name(from.preallocate, kPreallocate),
        name(from.survive, kSurvive),
        name(from.recover, kRecover)};
}

ringproc_stats to_c(const FileStatistics& from, bool suspect) noexcept {
  ringproc_stats to{};
  to.size = sizeof to;
  to.accepted = from.accepted;
  to.written = from.written;
  to.durable = from.durable;
  to.logical_size = from.logical_size;
  to.ring_capacity_bytes = from.capacity;
  to.ring_high_water_bytes = from.drain.high_water;
  to.patches = from.patch_bytes;
  to.writes = from.writes;
  to.refused_writes = from.refused_writes;
  to.refused_bytes = from.refused_bytes;
  to.stalls = from.stalls;
  to.stalled_ns = from.stalled_ns;
  to.doorbells = from.doorbells;
  to.os_writes = from.drain.os_writes;
  to.flushes = from.flushes;
  to.syncs = from.drain.syncs;
  to.sync_ns_mean = from.drain.sync_ns_mean;
  to.capabilities = RINGPROC_CAN_SYNC;
  if (from.can_sync_name) to.capabilities |= RINGPROC_CAN_SYNC_NAME;
  if (from.can_lock) to.capabilities |= RINGPROC_CAN_LOCK;
  if (from.can_survive) to.capabilities |= RINGPROC_CAN_SURVIVE;
  if (from.can_write_direct) to.capabilities |= RINGPROC_CAN_DIRECT;
  if (from.can_preallocate) to.capabilities |= RINGPROC_CAN_PREALLOCATE;
  to.direct_bytes = from.drain.direct_bytes;
  if (from.can_grow) to.capabilities |= RINGPROC_CAN_GROW;
  to.memory_bytes = from.reserved;
  to.growth_refusals = from.growth_refusals;
  to.suspect = suspect ? 1 : 0;
  to.handles = from.handles;
  return to;
}

ringproc_failure to_c(const Failure& from) noexcept {
  return {
      sizeof(ringproc_failure), to_c_code(from.error), static_cast<std::int32_t>(from.operation),
      from.file_offset,         from.position,         from.durable};
}

bool request_of(unsigned flags, HandleRequest& request) noexcept {
  constexpr unsigned kAll =
      RINGPROC_READ | RINGPROC_WRITE | RINGPROC_CREATE | RINGPROC_DENY_READ | RINGPROC_DENY_WRITE;
  if ((flags & ~kAll) != 0) return false;
  request.mode.read = (flags & RINGPROC_READ) != 0;
  request.mode.write = (flags & (RINGPROC_WRITE | RINGPROC_CREATE)) != 0;
  request.mode.create = request.cut = (flags & RINGPROC_CREATE) != 0;
  request.mode.deny_read = (flags & RINGPROC_DENY_READ) != 0;
  request.mode.deny_write = (flags & RINGPROC_DENY_WRITE) != 0;
  return request.mode.read || request.mode.write;
}

}  // namespace ringproc::core
