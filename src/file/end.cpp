// How a file ends: by its last close, with the process, or in the child of a fork.
#include <array>
#include <new>
#include <utility>

#include "file/file.hpp"
#include "file/settings.hpp"
#include "os/os.hpp"

namespace ringproc::core {

std::error_code File::drain_for_close() noexcept {
  WriteSide* const write = side();
  if (!write) return {};
  static_cast<void>(alone());
  if (write->drain.failed()) return sticky();
  const Options options = settings_->get();
  const std::error_code error =
      reach(write->drain.target(), level_of(options.close), options.close_timeout);
  return error == Errc::timeout ? make_error_code(Errc::unwritten) : error;
}

std::error_code File::drain_for_exit() noexcept {
  Drain& drain = side()->drain;
  return drain.reach_by_helper(drain.target(), Level::os,
                               deadline_after(settings_->get().exit_timeout));
}

bool File::retire_steps(bool& lost) noexcept {
  WriteSide* const write = side();
  lost = false;
  return !write || write->drain.retire_steps(deadline_after(settings_->get().close_timeout), lost);
}

std::error_code File::give_back_space() noexcept {
  WriteSide* const write = side();
  if (!write) return {};
  const Failure failure = write->drain.failure();
  // A write that found the disk full has left the file valid up to what was written.
  const bool known = !failure.error || failure.error == Errc::stale_handle ||
                     (failure.operation == Operation::write && is_disk_full(failure.error));
  if (!known) return {};
  const std::error_code error = write->drain.give_back_space();
  // Cutting zeros off changed the size, which a durable close promises too.
  const bool durable = settings_->get().close == Until::device;
  if (error || !durable || !write->drain.header().space_filled) return error;
  const std::error_code sync = backend().sync();
  if (sync) scheduler_.suspect(*this);
  return sync;
}

std::error_code File::close_backends() noexcept {
  const std::error_code first = first_backend_ ? first_backend_->close() : std::error_code{};
  const std::error_code second = write_backend_ ? write_backend_->close() : std::error_code{};
  return second ? second : first;
}

std::string File::give_up_region() noexcept {
  WriteSide* const write = side();
  if (!write || !write->region->published()) return {};
  {
    // Whoever is in the middle of a write has published it, or will not.
    const Locked locked(*write);
    write->producer.stop();
  }
  if (!write->drain.end()) return write->region->path();
  write->region->remove();
  return {};
}

bool File::release_native(std::intptr_t native, std::uint64_t position) noexcept {
  for (Backend* const each : {first_backend_.get(), write_backend_.get()}) {
    if (!each || each->native() != native) continue;
    each->release(position);
    return true;
  }
  return false;
}

bool File::alone() noexcept {
  if (!os::process_is_ending()) return false;
  if (std::exchange(alone_, true)) return true;
  new (&settings_->m) std::mutex;
  if (WriteSide* const write = side()) {
    write->drain.left_alone();
    write->region->left_alone();
    new (&write->room_queue) RoomQueue;
    new (&write->floors) ReadFloors;
  }
  return true;
}

bool File::finish_alone() noexcept {
  constexpr std::uint64_t kPart = 1024 * 1024;
  WriteSide* const write = side();
  if (!write || !alone()) return true;
  const Deadline deadline = deadline_after(settings_->get().exit_timeout);
  write->drain.want_written();
  while (write->drain.work(kPart) == Step::progressed && (!deadline || Clock::now() < *deadline)) {
  }
  if (!write->drain.has_work()) static_cast<void>(give_back_space());
  write->doorbell.arm(0);  // whoever is detached after us and still writes rings at each byte
  // The region stays, with nothing pending: a mapped file cannot be removed, and a DLL that is
  // detached later may still write. The next start of the library removes it.
  return !write->drain.failed() && !write->drain.has_work();
}

void File::orphan() noexcept {
  orphaned_.store(true);
  first_backend_->abandon();
  if (write_backend_) write_backend_->abandon();
  if (WriteSide* const write = side()) {
    write->drain.orphan({Errc::forked, Operation::none, 0, 0, 0});
  }
}

}  // namespace ringproc::core
