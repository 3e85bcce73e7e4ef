#include "verify_progress.hpp"

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <utility>

#include "say.hpp"
#include "units.hpp"

namespace ringproc::tool {
namespace {

// Smaller ones are read before anybody looks.
constexpr std::uint64_t kLeastBytes = 64'000'000;
constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

VerifyProgress::VerifyProgress(std::uint64_t all_bytes)
    : all_bytes_(all_bytes),
      shows_(all_bytes >= kLeastBytes && os::error_output_is_terminal()),
      next_(os::Clock::now()) {}

VerifyProgress::~VerifyProgress() {
  if (shown_ > 0) say(fmt::format("\r{:<{}}\r", "", shown_));
}

void VerifyProgress::update(std::uint64_t done_bytes) {
  if (!shows_) return;
  const os::Clock::time_point now = os::Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double part = static_cast<double>(done_bytes) / static_cast<double>(all_bytes_);
  const std::string text = fmt::format("{:3.0f} % of {}", 100 * part, bytes_text(all_bytes_));
  say(fmt::format("\r{:<{}}", text, std::exchange(shown_, text.size())));
}

}  // namespace ringproc::tool
