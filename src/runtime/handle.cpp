#include "runtime/handle.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/options_text.hpp"
#include "os/os.hpp"
#include "runtime/log.hpp"

namespace ringproc::core {
namespace {

std::error_code choose_options(const HandleRequest& request, const std::string& path,
                               Options& options) {
  Defaults& defaults = Runtime::instance().defaults();
  if (request.options) {
    options = *request.options;
  } else if (auto for_path = defaults.path(path)) {
    options = *for_path;
  } else {
    std::string message;
    options = defaults.process(message);
    if (!message.empty()) {
      log(message);
      return Errc::option;
    }
  }
  const std::string problem = check_options(options);
  if (problem.empty()) return {};
  log(path + ": " + problem);
  return Errc::option;
}

// What a dead process accepted for a file belongs to it.
std::error_code finish_dead_regions(const FileId& id, const Options& options, bool cut) {
  if (options.recover == Recover::off) return {};
  AutoRecovery& recovery = Runtime::instance().recovery();
  const std::error_code error = recovery.before_open(id, cut);
  recovery.start();
  return error;
}

std::error_code finish_dead_regions(Backend& backend, const Options& options, bool cut) {
  std::error_code error;
  const FileState state = backend.state(error);
  return error ? error : finish_dead_regions(state.id, options, cut);
}

// Before the file is opened: recovery excludes other writers, and where share modes belong to
// handles that would be ourselves. A file that is not there has nothing to be finished; one that
// cannot be looked at may have.
std::error_code finish_dead_regions(const std::string& path, const Options& options) {
  std::error_code error;
  const FileId id = file_id(path, error);
  const bool known = !error || error == std::errc::no_such_file_or_directory ||
                     error == std::errc::not_a_directory;
  if (!known && options.recover != Recover::off) return error;
  return finish_dead_regions(error ? FileId{} : id, options, false);
}

// Once per process: a ring that was to survive and does not.
void tell_private_ring(const File& file) {
  static std::atomic<bool> told{false};
  if (file.survives() || told.exchange(true)) return;
  log("accepted bytes do not survive this process: " + file.place_text());
}

}  // namespace

Handle::Handle(const HandleRequest& request) noexcept
    : mode_(request.mode), runtime_(&Runtime::instance()) {
  cursor_.limit = request.limit;
}

Handle::~Handle() {
  if (closed_ || !file_) return;
  if (const std::error_code error = close()) log("closing a handle: " + error.message());
}

std::unique_ptr<Handle> Handle::open(const std::string& path, const HandleRequest& request,
                                     std::error_code& error) {
  if (path.find('\0') != std::string::npos) {
    error = Errc::invalid;  // the system would open the part before it
    return nullptr;
  }
  if (os::process_is_ending()) {
    error = std::make_error_code(std::errc::operation_canceled);  // no thread would drain it
    return nullptr;
  }
  const std::string absolute = absolute_path(path, error);
  if (error) return nullptr;
  Options options;
  error = choose_options(request, absolute, options);
  if (error) return nullptr;
  if (!request.cut) error = finish_dead_regions(absolute, options);
  if (error) return nullptr;
  auto backend = open_file(absolute, request.mode, error);
  if (error) return nullptr;
  std::unique_ptr<Handle> handle(new Handle(request));
  error = handle->attach(std::move(backend), options, request);
  if (error) return nullptr;
  handle->native_ = handle->file_->backend().native();
  return handle;
}

std::unique_ptr<Handle> Handle::adopt(std::intptr_t native, const HandleRequest& request,
                                      std::error_code& error) {
  if (os::process_is_ending()) {
    error = std::make_error_code(std::errc::operation_canceled);
    return nullptr;
  }
  Options options;
  error = choose_options(request, {}, options);
  if (error) return nullptr;
  std::unique_ptr<Handle> handle(new Handle(request));
  auto backend = adopt_file(native, request.mode, &handle->cursor_.offset, error);
  if (!error && !request.cut) error = finish_dead_regions(*backend, options, false);
  if (error) return nullptr;
  error = handle->attach(std::move(backend), options, request);
  if (error) return nullptr;
  handle->native_ = native;
  handle->adopted_ = true;
  return handle;
}

std::error_code Handle::attach(std::unique_ptr<Backend> backend, const Options& options,
                               const HandleRequest& request) {
  std::error_code error;
  const bool shared = mode_.write && options.survive != Survive::off;
  attachment_ =
      runtime_->table().attach(std::move(backend), mode_, *runtime_, options,
                               shared ? runtime_->recovery().place(true) : RegionPlace{}, error);
  file_ = attachment_.file;
  if (error == std::errc::not_supported && options.direct == Direct::on) {
    log("direct=on, but this file cannot be written past the page cache");
  }
  if (error == Errc::survive)
    log("survive=on, but rings cannot survive: " + attachment_.why_private);
  if (error) return error;
  if (shared) tell_private_ring(*file_);
  if (request.cut && !mode_.write) error = Errc::access;
  // Only now is it certain that the file will be cut.
  if (request.cut && !error) error = finish_dead_regions(file_->backend(), options, true);
  if (request.cut && !error) error = file_->cut();
  if (error) {
    static_cast<void>(close());  // why it cannot be opened is told
    return error;
  }
  if (mode_.write) file_->drain().name_is_due();
  if (attachment_.suspect) {
    log(file_->backend().path() +
        ": a sync of this file failed earlier in this process; what is on disk is not known");
  }
  return {};
}

IoResult Handle::note_refusal(const IoResult& result) noexcept {
  if (result.error && result.bytes == 0) refused_.store(true);
  return result;
}

IoResult Handle::write(std::span<const std::byte> data) noexcept {
  if (!mode_.write) return {0, Errc::access};
  return note_refusal(file_->write(cursor_, data));
}

IoResult Handle::write_flush(std::span<const std::byte> data) noexcept {
  if (!mode_.write) return {0, Errc::access};
  return note_refusal(file_->write_flush(cursor_, data));
}

IoResult Handle::write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept {
  if (!mode_.write) return {0, Errc::access};
  return note_refusal(file_->write_at(data, offset));
}

IoResult Handle::read(std::span<std::byte> to) noexcept {
  if (!mode_.read) return {0, Errc::access};
  if (file_->orphaned()) return {0, Errc::forked};
  return file_->read(cursor_, to);
}

std::error_code Handle::seek(std::int64_t offset, Whence whence) noexcept {
  if (file_->orphaned()) return Errc::forked;
  return file_->seek(cursor_, offset, whence) ? std::error_code{} : make_error_code(Errc::invalid);
}

std::error_code Handle::set_options(const Options& options) noexcept {
  return check_options(options).empty() ? file_->set_options(options)
                                        : make_error_code(Errc::option);
}

FileStatistics Handle::statistics() noexcept {
  FileStatistics all = file_->statistics();
  if (file_->alone()) return all;
  all.handles = static_cast<std::uint32_t>(runtime_->table().handles(*file_));
  return all;
}

// Through a reader too: it covers what other handles of the process had accepted.
std::error_code Handle::flush() noexcept { return file_->flush(); }

std::error_code Handle::close(bool keep_native) noexcept {
  if (std::exchange(closed_, true)) return Errc::stale_handle;
  if (file_->orphaned()) return close_orphan();
  const std::uint64_t position = tell();
  std::error_code error = file_->drain_for_close();
  if (!mode_.write && error != Errc::unwritten)
    error.clear();  // a reader's close has nothing to lose
  if (!error && refused_.load()) error = Errc::refused;
  // The system closes what is open; the tables may be locked by threads that are gone.
  if (file_->alone()) return error;

  // A durable close that ran out of time: all may be written, and the sync be under way.
  const bool unfinished = error == Errc::unwritten;
  const FileTable::Left left = runtime_->table().detach(attachment_, unfinished);
  std::error_code close_error;
  if (adopted_ && keep_native) seek_native(native_, position);
  if (adopted_ && !keep_native) close_error = close_native(native_);
  if (left == FileTable::Left::work) {
    log(file_->backend().path() + ": close timed out; its bytes are still being written");
    runtime_->drain_now(
        *file_);  // its lane retires it when it comes to an end, also if it just did
    return error ? error : make_error_code(Errc::unwritten);
  }
  if (left == FileTable::Left::nothing) {
    const std::error_code last_error = close_file(keep_native && !adopted_, position);
    if (!close_error) close_error = last_error;
  } else if (keep_native && !adopted_) {
    close_error = Errc::sharing;  // others still write through it: it cannot be given away
  }
  return error ? error : close_error;
}

// This was the file's last handle.
std::error_code Handle::close_file(bool release, std::uint64_t position) noexcept {
  if (file_->writable()) runtime_->detach(*file_);
  // Bytes can be written and a lane still be inside the step: closing waits for it.
  bool lost = false;
  if (!file_->retire_steps(lost)) {
    runtime_->table().abandon(file_);
    runtime_->drain_now(*file_);  // whoever is inside may have left before that
    return Errc::unwritten;
  }
  std::error_code error = file_->give_back_space();
  const bool released = !release || file_->release_native(native_, position);
  if (const std::error_code closing = file_->close_backends()) error = closing;
  const std::string left = file_->give_up_region();
  if (!left.empty()) {
    log(file_->backend().path() + ": what was accepted and not written is in " + left +
        "; ringproc recover finishes it");
  }
  if (lost) return Errc::unwritten;  // accepted by another thread while this one closed
  return released ? error : make_error_code(Errc::sharing);
}

// In the child of a fork: only what belongs to the child is given up; nothing waits, for the
// parent's threads are not here.
std::error_code Handle::close_orphan() noexcept {
  if (runtime_->table().detach(attachment_) == FileTable::Left::nothing) {
    static_cast<void>(file_->close_backends());
  }
  return Errc::forked;
}

}  // namespace ringproc::core
