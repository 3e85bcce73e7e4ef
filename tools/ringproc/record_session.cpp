#include "record_session.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "machine.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool {
namespace {

std::unique_ptr<Source> make_source(const RecordOptions& options) {
  if (is_live(options.source)) return nullptr;
  if (options.source == SourceKind::standard_input) {
    return std::make_unique<StdinSource>(options.format);
  }
  return std::make_unique<CounterSource>(options.format, options.seed);
}

CaptureSettings capture_settings(const RecordOptions& options, const RecordingFile& file) {
  return {options.format,        options.max_frames, file.max_frames(),
          options.period_frames, options.paced,      options.on_overrun};
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
                             std::string unpublished, LiveSource* live, os::StopSignals& signals)
    : options_(options),
      file_(options, std::move(target), std::move(unpublished)),
      signals_(signals),
      live_(live),
      source_(make_source(options)),
      capture_(capture_settings(options, file_), file_.target()),
      flush_(file_.target(), file_.header(), capture_.progress().file_frames,
             [this] { stop_capture(); }),
      gaps_({options.gap_map, options.gap_map_always, options.output, options.format.rate,
             options.on_overrun},
            capture_.losses(), live_ ? &live_->gaps() : nullptr),
      disk_(file_.path(), file_.target(), [this] { gaps_.update(); }),
      space_(options.format, options.min_free_seconds) {
  summary_.options = options;
  summary_.started_utc = utc_now();
  summary_.file_system = file_system_of(options.output);
  summary_.clock_cost_ns = clock_cost_ns();
}

RecordSummary RecordSession::run() {
  const auto start = os::Clock::now();
  if (file_.begin()) {
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
  LiveDisplay display(options_, capture_, file_.target(), flush_, disk_, live_);
  display.begin();
  disk_.start();
  while (!writer_ended_.load(std::memory_order_acquire)) {
    signals_.wait(display.interval());
    if (signals_.received() != 0 && !std::exchange(stopping_, true)) stop_capture();
    heed_disk(display);
    display.update();
  }
  writer_.join();
  display.finish();
  flush_.stop();
  disk_.stop();
}

// A file that nobody can reach any more is not worth the disk's room, and the sooner it is told,
// the sooner somebody begins another.
void RecordSession::heed_disk(LiveDisplay& display) {
  if (stopping_) return;
  if (disk_.is_deleted()) {
    stopping_ = true;
    display.tell(
        fmt::format("DELETED: {} is gone, nobody can reach it any more; ending", options_.output));
    return stop_capture();
  }
  const auto room = disk_.room_bytes();
  if (!room) return;
  if (space_.must_end(*room)) {
    stopping_ = true;
    no_space_ = space_.reason(*room);
    return stop_capture();
  }
  // relaxed: a number to compare with.
  const auto captured = capture_.progress().captured_frames.load(std::memory_order_relaxed);
  const double frames = static_cast<double>(options_.max_frames - captured);
  display.tell(space_.warning(*room, frames / options_.format.rate));
}

// A capture that waits for input is woken from that.
void RecordSession::stop_capture() {
  capture_.stop();
  os::stop_input();
}

void RecordSession::finalise() {
  std::optional<TargetFailure> failure = file_.target().failure();
  if (!failure && !file_.not_published().empty()) {
    failure = TargetFailure{false, file_.not_published()};
  }
  if (!failure && end_ == CaptureEnd::write_failed)
    failure = TargetFailure{false, "writing the header failed"};
  if (!failure) failure = finish_file();
  disk_.look();
  deleted_ = disk_.is_deleted();
  take_counts();
  close_file(std::move(failure));
  finish_gaps();
}

// First the samples durable, then the sizes, so that the header never claims more than what
// survives a power cut. The first flush also empties the ring, so that a ring that refuses when
// full takes the sizes.
std::optional<TargetFailure> RecordSession::finish_file() {
  const bool finished = flush_.flush_now() && end_silence() && file_.finish(capture_.file_frames());
  if (finished) {
    finished_ = true;
    return std::nullopt;
  }
  const auto failure = file_.target().failure();
  return failure ? *failure : TargetFailure{false, "writing the header's sizes failed"};
}

// Silence that nothing follows has its last frame written, or the file would end before it.
// Returns: success.
bool RecordSession::end_silence() {
  // relaxed: the writing thread has been joined.
  const auto sounding = capture_.progress().file_frames.load(std::memory_order_relaxed);
  if (capture_.file_frames() == sounding) return true;
  const std::vector<std::byte> frame(options_.format.frame_bytes());
  return file_.target().skip(-static_cast<std::int64_t>(frame.size())) &&
         file_.target().write(frame) == Accept::accepted && file_.target().flush();
}

// After losses the procedure fails the close on purpose, because buffered callers would not hear of
// them otherwise.
void RecordSession::close_file(std::optional<TargetFailure> failure) {
  const MMRESULT closed = file_.close();
  if (!failure && closed != 0 && summary_.frames_lost == 0) {
    failure = TargetFailure{closed == MMIOERR_CANNOTEXPAND,
                            fmt::format("closing failed: {}", mmio_error_text(closed))};
  }
  if (!failure) return;
  summary_.failure = failure->text;
  summary_.exit_reason = failure->no_room ? "disk_full" : "io_error";
  summary_.status = failure->no_room ? ExitStatus::disk_full : ExitStatus::io_error;
  // Unless the disk has failed: that says more.
  if (!file_.not_published().empty() && failure->text == file_.not_published()) {
    summary_.exit_reason = "cannot_open";
    summary_.status = ExitStatus::cannot_open;
  }
  if (finished_ || deleted_ || !file_.is_published()) return;
  const std::string error = file_.mend(summary_.frames_in_file);
  if (!error.empty()) summary_.failure += fmt::format("; the file could not be mended: {}", error);
  summary_.bytes_left_in_ring = file_.left_in_ring();
}

// Before closing: the marks are gone afterwards. The sizes that finish() patches count as accepted
// bytes of the procedure too, hence the limits.
void RecordSession::take_counts() {
  const TargetMarks marks = file_.target().marks();
  const std::uint64_t frame_bytes = options_.format.frame_bytes();
  const std::uint64_t accepted = capture_.accepted_frames();
  summary_.frames_captured = capture_.captured_frames();
  summary_.frames_written = std::min(accepted, marks.written / frame_bytes);
  summary_.frames_durable = std::min(accepted, marks.durable / frame_bytes);
  summary_.frames_lost = capture_.losses().frames();
  summary_.lost_ranges = capture_.losses().ranges();
  summary_.lost_ranges_complete = capture_.losses().complete();
  summary_.frames_in_file = finished_ ? capture_.file_frames() : in_file(summary_.frames_written);
  const std::uint64_t durable =
      finished_ ? summary_.frames_in_file : in_file(summary_.frames_durable);
  if (live_) summary_.live = live_totals(*live_);
  const std::uint64_t header = file_.header_bytes();
  const std::uint64_t pad = finished_ ? summary_.frames_in_file * frame_bytes % 2 : 0;
  summary_.bytes_accepted = header + capture_.file_frames() * frame_bytes + pad;
  summary_.bytes_durable = durable == 0 && !finished_ ? 0 : header + durable * frame_bytes + pad;
  summary_.target = file_.target().stats();
  summary_.deadline_misses = capture_.deadline_misses();
  summary_.write_ns = capture_.write_ns();
  summary_.flush_ns = flush_.flush_ns();
}

// Where so many of the accepted frames end in the file.
std::uint64_t RecordSession::in_file(std::uint64_t frames) const {
  if (options_.on_overrun != OnOverrun::silence) return frames;
  if (capture_.losses().complete()) return file_frames_of(frames, capture_.losses().ranges());
  // Too many places to tell: what is there, then, which is written in order.
  std::error_code error;
  const auto size = std::filesystem::file_size(to_path(options_.output), error);
  const std::uint64_t header = file_.header_bytes();
  if (error || size <= header) return 0;
  return std::min(capture_.file_frames(), (size - header) / options_.format.frame_bytes());
}

// In a directory that is gone, too, the list has no place.
void RecordSession::finish_gaps() {
  if (deleted_) return;
  if (const std::error_code error = gaps_.finish()) summary_.gap_map_error = error.message();
  if (gaps_.written()) summary_.gap_map = options_.gap_map;
}

void RecordSession::judge_deleted() {
  summary_.exit_reason = "deleted";
  summary_.failure = fmt::format(
      "{} was deleted while it was being recorded, by itself or with its directory; "
      "what was recorded is gone",
      options_.output);
  summary_.status = ExitStatus::io_error;
  summary_.frames_durable = 0;
  summary_.bytes_durable = 0;
}

// How it ended, unless a failure has decided that already.
void RecordSession::judge_end() {
  if (end_ == CaptureEnd::stopped) summary_.signal = signals_.received_name();
  if (deleted_) return judge_deleted();
  if (!summary_.exit_reason.empty()) return;
  if (end_ == CaptureEnd::stopped && !no_space_.empty()) {
    summary_.exit_reason = "min_free";
    summary_.failure = no_space_;
    summary_.status = ExitStatus::disk_full;
    return;
  }
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
    case CaptureEnd::overrun:
      summary_.exit_reason = "overrun";
      summary_.failure =
          fmt::format("the ring was full at frame {}, and --on-overrun stop ends there",
                      summary_.lost_ranges.front().start);
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
