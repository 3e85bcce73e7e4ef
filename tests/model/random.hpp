// Numbers for the random tests: one 64-bit seed replays everything. Not for concurrent use.
#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>

namespace model {

// splitmix64: every seed is good, also small and neighbouring ones.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept { return mix(state_++); }
  // Uniform in [0, limit); limit > 0.
  std::uint64_t below(std::uint64_t limit) noexcept { return next() % limit; }
  bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }
  template <class T>
  T pick(std::initializer_list<T> values) noexcept {
    return values.begin()[below(values.size())];
  }
  // 1..limit, each power of two equally likely: many tiny values, some as large as the limit.
  std::uint64_t log_uniform(std::uint64_t limit) noexcept {
    const auto bits = below(static_cast<std::uint64_t>(std::bit_width(limit))) + 1;
    const auto value = 1 + below(std::uint64_t{1} << bits);
    return value > limit ? limit : value;
  }

 private:
  std::uint64_t state_;
};

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 0) : otherwise;
}

inline std::uint64_t seed_from_environment() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return number_from_environment("RINGPROC_SEED", mix(static_cast<std::uint64_t>(now)) >> 16);
}

// Sanitizers cost about a factor of ten; the same seconds then do fewer steps.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t kSanitizerShare = 10;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr std::uint64_t kSanitizerShare = 10;
#else
inline constexpr std::uint64_t kSanitizerShare = 1;
#endif
#else
inline constexpr std::uint64_t kSanitizerShare = 1;
#endif

inline std::uint64_t steps_from_environment(std::uint64_t otherwise) {
  return number_from_environment("RINGPROC_STEPS", otherwise / kSanitizerShare);
}

}  // namespace model
