#include "measure/case.hpp"

#include <fmt/core.h>

#include <array>

namespace ringproc::tool::measure {
namespace {

template <std::size_t N, typename Enum>
constexpr std::string_view pick(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

// What cases of a group have in common, but for the file's kind.
std::string pace_text(const Case& one) {
  std::string text;
  if (one.callers > 1) text += fmt::format(" x{}", one.callers);
  if (one.files > 1) text += fmt::format(" on {} files", one.files);
  if (one.arrival.kind != Arrival::Kind::closed) {
    text += fmt::format(" {} {:.6g}/s", name_of(one.arrival.kind), one.arrival.per_second);
  }
  return text;
}

}  // namespace

std::string_view name_of(Procedure procedure) {
  return pick(std::array<std::string_view, 3>{"raw", "dos", "ring"}, procedure);
}

std::string_view name_of(Operation operation) {
  return pick(std::array<std::string_view, 3>{"flush", "write", "stream"}, operation);
}

std::string_view name_of(FileKind file) {
  return pick(std::array<std::string_view, 2>{"growing", "prepared"}, file);
}

std::string_view name_of(Arrival::Kind arrival) {
  return pick(std::array<std::string_view, 3>{"closed", "fixed", "poisson"}, arrival);
}

std::string_view name_of(Direct direct) {
  return pick(std::array<std::string_view, 3>{"auto", "on", "off"}, direct);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"", "K", "M", "G"};
  std::size_t unit = 0;
  for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

std::string group_name(const Case& one) {
  return fmt::format("{} {}{}", name_of(one.operation), size_text(one.block_bytes), pace_text(one));
}

std::string name_of(const Case& one) {
  return fmt::format("{} {} {} {}{}", name_of(one.operation), name_of(one.procedure),
                     name_of(one.file), size_text(one.block_bytes), pace_text(one));
}

}  // namespace ringproc::tool::measure
