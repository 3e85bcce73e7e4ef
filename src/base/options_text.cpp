#include "base/options_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace ringproc::core {
namespace {

constexpr std::uint64_t kSmallestRing = 4096;
// The addresses for all of it are reserved at open, and 32 bits have few.
constexpr bool kManyAddresses = sizeof(void*) >= 8;
constexpr std::uint64_t kLargestRing = std::uint64_t{1} << (kManyAddresses ? 40 : 30);
constexpr std::int64_t kLongestTime = 24 * 3600 * 1000;
constexpr std::chrono::hours kLongestAge{1};

// A number and what follows it, such as "64M" -> 64, "M".
std::optional<std::pair<double, std::string_view>> split_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !(number >= 0)) return {};
  return {{number, text.substr(static_cast<std::size_t>(end - text.data()))}};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto split = split_number(text);
  if (!split) return {};
  double scale = 0;
  if (split->second.empty()) scale = 1;
  if (split->second == "K") scale = 1024;
  if (split->second == "M") scale = 1024.0 * 1024;
  if (split->second == "G") scale = 1024.0 * 1024 * 1024;
  const double bytes = split->first * scale;
  if (bytes < kSmallestRing || bytes > static_cast<double>(kLargestRing)) return {};
  return static_cast<std::uint64_t>(bytes);
}

std::optional<std::chrono::milliseconds> parse_time(std::string_view text) {
  if (text == "none") return std::chrono::milliseconds{0};
  const auto split = split_number(text);
  if (!split) return {};
  double scale = 0;
  if (split->second.empty() || split->second == "s") scale = 1000;
  if (split->second == "ms") scale = 1;
  const double ms = split->first * scale;
  // 0 would mean "none", which is to be said in words.
  if (!(ms >= 1) || ms > static_cast<double>(kLongestTime)) return {};
  return std::chrono::milliseconds{static_cast<std::int64_t>(ms)};
}

template <typename Enum, std::size_t N>
std::optional<Enum> parse_word(std::string_view text,
                               const std::array<std::pair<std::string_view, Enum>, N>& words) {
  for (const auto& [word, value] : words) {
    if (text == word) return value;
  }
  return {};
}

template <typename T>
std::string store(const std::optional<T>& value, T& to, std::string_view expected) {
  if (!value) return std::string(expected);
  to = *value;
  return {};
}

// Returns: empty, or what values the key takes.
using Words = std::string_view;
std::string apply_one(std::string_view key, std::string_view value, Options& to, bool& known) {
  constexpr Words kSize =
      kManyAddresses ? "a size from 4K to 1024G, such as 64M" : "a size from 4K to 1G, such as 64M";
  constexpr Words kTime = "a time from 1ms to 24 hours, such as 250ms or 2s, or none";
  const auto level = parse_word<Until, 2>(value, {{{"device", Until::device}, {"os", Until::os}}});
  if (key == "ring") return store(parse_size(value), to.ring_bytes, kSize);
  if (key == "memory_limit") return store(parse_size(value), to.memory_limit_bytes, kSize);
  if (key == "age") {
    const auto age = parse_time(value);
    const bool usable = age && age->count() > 0 && *age <= kLongestAge;
    return usable ? store(age, to.age, kTime) : "a time from 1ms to one hour, such as 250ms or 2s";
  }
  if (key == "on_full") {
    return store(parse_word<OnFull, 2>(value, {{{"block", OnFull::block}, {"fail", OnFull::fail}}}),
                 to.on_full, "block or fail");
  }
  if (key == "write_timeout") return store(parse_time(value), to.write_timeout, kTime);
  if (key == "flush_timeout") return store(parse_time(value), to.flush_timeout, kTime);
  if (key == "close_timeout") return store(parse_time(value), to.close_timeout, kTime);
  if (key == "exit_timeout") return store(parse_time(value), to.exit_timeout, kTime);
  if (key == "flush") return store(level, to.flush, "device or os");
  if (key == "close") return store(level, to.close, "device or os");
  if (key == "wait_for_space") {
    return store(parse_word<bool, 2>(value, {{{"on", true}, {"off", false}}}), to.wait_for_space,
                 "on or off");
  }
  if (key == "direct") {
    return store(
        parse_word<Direct, 3>(
            value, {{{"auto", Direct::automatic}, {"on", Direct::on}, {"off", Direct::off}}}),
        to.direct, "auto, on or off");
  }
  if (key == "preallocate") {
    return store(parse_word<Preallocate, 3>(value, {{{"auto", Preallocate::automatic},
                                                     {"written", Preallocate::written},
                                                     {"off", Preallocate::off}}}),
                 to.preallocate, "auto, written or off");
  }
  if (key == "survive") {
    return store(
        parse_word<Survive, 3>(
            value, {{{"auto", Survive::automatic}, {"on", Survive::on}, {"off", Survive::off}}}),
        to.survive, "auto, on or off");
  }
  if (key == "recover") {
    return store(
        parse_word<Recover, 2>(value, {{{"auto", Recover::automatic}, {"off", Recover::off}}}),
        to.recover, "auto or off");
  }
  known = false;
  return {};
}

}  // namespace

std::string apply_options(std::string_view text, Options& options) {
  Options result = options;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      return "option '" + std::string(item) + "' has no value: write key=value,key=value";
    }
    const std::string_view key = item.substr(0, equals);
    const std::string_view value = item.substr(equals + 1);
    bool known = true;
    const std::string expected = apply_one(key, value, result, known);
    if (!known) return "unknown option '" + std::string(key) + "'";
    if (!expected.empty()) {
      return "option " + std::string(key) + ": '" + std::string(value) + "' is not " + expected;
    }
  }
  std::string problem = check_options(result);
  if (problem.empty()) options = result;
  return problem;
}

std::string check_options(const Options& options) {
  using std::chrono::milliseconds;
  const auto size_is_right = [](std::uint64_t bytes) {
    return bytes == 0 || (bytes >= kSmallestRing && bytes <= kLargestRing);
  };
  const auto time_is_right = [](milliseconds time) {
    return time.count() >= 0 && time.count() <= kLongestTime;
  };
  const std::string no_size =
      kManyAddresses ? "not from 4K to 1024G" : "not from 4K to 1G, the most in a 32-bit program";
  if (!size_is_right(options.ring_bytes)) return "option ring: " + no_size;
  if (!size_is_right(options.memory_limit_bytes)) return "option memory_limit: " + no_size;
  if (options.memory_limit_bytes != 0 && options.memory_limit_bytes < options.ring_bytes) {
    return "option memory_limit: less than ring";
  }
  if (options.age < milliseconds(1) || options.age > kLongestAge) {
    return "option age: not from 1ms to one hour";
  }
  for (const auto& [name, time] : {std::pair{"write_timeout", options.write_timeout},
                                   std::pair{"flush_timeout", options.flush_timeout},
                                   std::pair{"close_timeout", options.close_timeout},
                                   std::pair{"exit_timeout", options.exit_timeout}}) {
    if (!time_is_right(time)) return std::string("option ") + name + ": not up to 24 hours";
  }
  return {};
}

}  // namespace ringproc::core
