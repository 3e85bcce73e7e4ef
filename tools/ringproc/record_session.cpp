#include "record_session.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "backend/backend.hpp"
#include "machine.hpp"
#include "recover/recover.hpp"

namespace ringproc::tool {
namespace {

std::unique_ptr<Source> make_source(const RecordOptions& options) {
  if (is_live(options.source)) return nullptr;
  if (options.source == SourceKind::standard_input) {
    return std::make_unique<StdinSource>(options.format);
  }
  return std::make_unique<CounterSource>(options.format, options.seed);
}

CaptureSettings capture_settings(const RecordOptions& options, const WaveLayout& layout) {
  return {options.format, options.max_frames, layout.max_frames, options.period_frames,
          options.paced};
}

// The smallest of many, because only a preempted pair takes longer.
std::uint64_t clock_cost_ns() {
  auto smallest = os::Clock::duration::max();
  for (int i = 0; i < 1'000; ++i) {
    const auto before = os::Clock::now();
    smallest = std::min(smallest, os::Clock::now() - before);
  }
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(smallest).count());
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace

RecordSession::RecordSession(const RecordOptions& options, std::unique_ptr<Target> target,
                             os::StopSignals& signals, LiveSource* live)
    : options_(options),
      target_(std::move(target)),
      signals_(signals),
      wave_(target_->handle(), options.format),
      live_(live),
      source_(make_source(options)),
      capture_(capture_settings(options, wave_.layout()), *target_),
      flush_(*target_, [this] { stop_capture(); }) {
  summary_.options = options;
  summary_.started_utc = utc_now();
  summary_.file_system = file_system_of(options.output);
  summary_.clock_cost_ns = clock_cost_ns();
}

RecordSummary RecordSession::run() {
  const auto start = os::Clock::now();
  if (wave_.start()) {
    target_->start_data();
    capture_until_end();
  } else {
    end_ = CaptureEnd::write_failed;
  }
  finalise();
  judge_end();
  summary_.elapsed_seconds = std::chrono::duration<double>(os::Clock::now() - start).count();
  return std::move(summary_);
}

void RecordSession::capture_until_end() {
  if (options_.sync_seconds > 0) {
    flush_.start(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(options_.sync_seconds)));
  }
  const auto scheduling = options_.paced ? os::Scheduling::real_time : os::Scheduling::ordinary;
  writer_ = os::start_thread("ringproc-writer", scheduling, [this](bool real_time) {
    summary_.real_time = live_ ? live_->facts().real_time : real_time;
    end_ = live_ ? live_->run(capture_, options_.format) : capture_.run(*source_);
    writer_ended_.store(true, std::memory_order_release);
    signals_.wake();
  });
  LiveDisplay display(options_, capture_.progress(), *target_, flush_, live_);
  display.begin();
  bool stopped = false;
  while (!writer_ended_.load(std::memory_order_acquire)) {
    signals_.wait(display.interval());
    if (signals_.received() != 0 && !std::exchange(stopped, true)) {
      stop_capture();
    }
    display.update();
  }
  writer_.join();
  flush_.stop();
  display.finish();
}

// A capture that waits for input is woken from that.
void RecordSession::stop_capture() {
  capture_.stop();
  os::stop_input();
}

void RecordSession::finalise() {
  std::optional<TargetFailure> failure = target_->failure();
  if (!failure && end_ == CaptureEnd::write_failed)
    failure = TargetFailure{false, "writing the header failed"};
  if (!failure) failure = finish_file();
  take_counts();
  close_file(std::move(failure));
}

// First the samples durable, then the sizes, so that the header never claims more than what
// survives a power cut. The first flush also empties the ring, so that a ring that refuses when
// full takes the sizes.
std::optional<TargetFailure> RecordSession::finish_file() {
  const bool finished =
      flush_.flush_now() && wave_.finish(capture_.accepted_frames()) && flush_.flush_now();
  if (finished) {
    finished_ = true;
    return std::nullopt;
  }
  const auto failure = target_->failure();
  return failure ? *failure : TargetFailure{false, "writing the header's sizes failed"};
}

// After losses the procedure fails the close on purpose, because buffered callers would not hear of
// them otherwise.
void RecordSession::close_file(std::optional<TargetFailure> failure) {
  const MMRESULT closed = target_->close();
  if (!failure && closed != 0 && summary_.frames_lost == 0) {
    failure = TargetFailure{closed == MMIOERR_CANNOTEXPAND,
                            fmt::format("closing failed: {}", mmio_error_text(closed))};
  }
  if (!failure) return;
  summary_.failure = failure->text;
  summary_.exit_reason = failure->no_room ? "disk_full" : "io_error";
  summary_.status = failure->no_room ? ExitStatus::disk_full : ExitStatus::io_error;
  if (finished_) return;
  const bool more_to_come = left_in_ring() > 0;
  const std::string error =
      mend_wave_file(options_.output, options_.format, summary_.frames_written, more_to_come);
  if (!error.empty())
    summary_.failure += fmt::format("; its header could not be mended: {}", error);
  // Again: now with the header as this process has made it.
  summary_.bytes_left_in_ring = left_in_ring();
}

// What the failed file's ring still holds. Tells the ring that changes of the file since were this
// process's own.
std::uint64_t RecordSession::left_in_ring() const {
  std::string problem;
  const auto place =
      core::Place::open(core::Place::default_directory(), core::Place::Make::no, problem);
  std::error_code error;
  const core::FileId id = core::file_id(options_.output, error);
  std::uint64_t bytes = 0;
  if (!place || error || !core::take_owners_change(*place, id, bytes)) return 0;
  return bytes;
}

// Before closing: the marks are gone afterwards. The sizes that finish() patches count as accepted
// bytes of the procedure too, hence the limits.
void RecordSession::take_counts() {
  const TargetMarks marks = target_->marks();
  const std::uint64_t frame_bytes = options_.format.frame_bytes();
  const std::uint64_t accepted = capture_.accepted_frames();
  summary_.frames_captured = capture_.captured_frames();
  summary_.frames_written = std::min(accepted, marks.written / frame_bytes);
  summary_.frames_durable = std::min(accepted, marks.durable / frame_bytes);
  summary_.frames_lost = capture_.losses().frames();
  summary_.lost_ranges = capture_.losses().ranges();
  summary_.lost_ranges_complete = capture_.losses().complete();
  if (live_) summary_.live = live_totals(*live_);
  const std::uint64_t header = wave_.layout().header_bytes;
  const std::uint64_t pad = finished_ ? accepted * frame_bytes % 2 : 0;
  summary_.bytes_accepted = header + accepted * frame_bytes + pad;
  summary_.bytes_durable = summary_.frames_durable == 0 && !finished_
                               ? 0
                               : header + summary_.frames_durable * frame_bytes + pad;
  summary_.target = target_->stats();
  summary_.deadline_misses = capture_.deadline_misses();
  summary_.write_ns = capture_.write_ns();
  summary_.flush_ns = flush_.flush_ns();
}

// How it ended, unless a failure has decided that already.
void RecordSession::judge_end() {
  if (end_ == CaptureEnd::stopped) summary_.signal = signals_.received_name();
  if (!summary_.exit_reason.empty()) return;
  summary_.status = summary_.frames_lost > 0 || summary_.live.gap_frames > 0 ? ExitStatus::loss
                                                                             : ExitStatus::complete;
  switch (end_) {
    case CaptureEnd::complete:
      summary_.exit_reason = "complete";
      break;
    case CaptureEnd::end_of_input:
      summary_.exit_reason = "end_of_input";
      break;
    case CaptureEnd::cut_frame:
      summary_.exit_reason = "cut_frame";
      summary_.failure = "the input ended inside a frame; the whole frames are kept";
      summary_.status = ExitStatus::loss;
      break;
    case CaptureEnd::stopped:
      summary_.exit_reason = "signal";
      break;
    case CaptureEnd::size_limit:
      summary_.exit_reason = "size_limit";
      break;
    case CaptureEnd::write_failed:
      summary_.exit_reason = "io_error";
      summary_.status = ExitStatus::io_error;
      break;
    case CaptureEnd::source_failed:
      summary_.exit_reason = "source_died";
      summary_.failure = live_ ? live_->error()
                               : fmt::format("reading standard input failed: {}", source_->error());
      summary_.status = ExitStatus::source_died;
      break;
  }
}

}  // namespace ringproc::tool
