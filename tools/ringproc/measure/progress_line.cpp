#include "measure/progress_line.hpp"

#include <fmt/core.h>

#include <utility>

#include "say.hpp"

namespace ringproc::tool::measure {
namespace {

constexpr std::chrono::seconds kLogInterval{10};

}  // namespace

ProgressLine::ProgressLine(bool quiet)
    : quiet_(quiet),
      terminal_(os::error_output_is_terminal()),
      start_(os::Clock::now()),
      next_log_(start_ + kLogInterval) {}

void ProgressLine::update(const BenchRun::Progress& progress) {
  const auto now = os::Clock::now();
  if (quiet_ || (!terminal_ && now < next_log_)) return;
  std::string text =
      fmt::format("{:3.0f} %  {:.0f} of about {:.0f} s  ", 100 * progress.done,
                  std::chrono::duration<double>(now - start_).count(), progress.expected_seconds);
  if (progress.round > 0) text += fmt::format("round {}: ", progress.round);
  text += progress.name;
  if (terminal_) {
    text = text.substr(0, os::error_output_columns() - 1);
    say(fmt::format("\r{:<{}}", text, std::exchange(shown_, text.size())));
  } else {
    say(text + "\n");
    next_log_ = now + kLogInterval;
  }
}

void ProgressLine::finish() {
  if (shown_ > 0) say(fmt::format("\r{:<{}}\r", "", std::exchange(shown_, 0)));
}

}  // namespace ringproc::tool::measure
