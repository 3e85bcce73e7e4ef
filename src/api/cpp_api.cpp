// The C++ API over handles.
#include <utility>

#include "api/convert.hpp"
#include "base/error.hpp"
#include "base/options_text.hpp"
#include "ringproc/ringproc.hpp"

namespace ringproc {
namespace {

Count count_of(const core::IoResult& result) noexcept {
  return {result.error ? 0 : result.bytes, result.error};
}

std::error_code not_open() noexcept { return Errc::stale_handle; }

}  // namespace

std::string parse_options(std::string_view text, Options& options) {
  return core::apply_options(text, options);
}

File::File() noexcept = default;
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;
File::File(std::unique_ptr<core::Handle> handle) noexcept : handle_(std::move(handle)) {}

File File::open(const std::string& path, Mode mode, std::error_code& error,
                const Options* options) {
  core::HandleRequest request;
  if (!core::request_of(static_cast<unsigned>(mode), request)) {
    error = Errc::invalid;
    return {};
  }
  if (options) request.options = *options;
  return File(core::Handle::open(path, request, error));
}

Count File::write(std::span<const std::byte> data) noexcept {
  return handle_ ? count_of(handle_->write(data)) : Count{0, not_open()};
}

Count File::write_flush(std::span<const std::byte> data) noexcept {
  return handle_ ? count_of(handle_->write_flush(data)) : Count{0, not_open()};
}

Count File::write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept {
  return handle_ ? count_of(handle_->write_at(data, offset)) : Count{0, not_open()};
}

Count File::read(std::span<std::byte> to) noexcept {
  return handle_ ? count_of(handle_->read(to)) : Count{0, not_open()};
}

std::uint64_t File::seek(std::int64_t offset, Origin origin, std::error_code& error) noexcept {
  error = not_open();
  if (!handle_) return 0;
  const core::Whence whence = origin == Origin::begin     ? core::Whence::set
                              : origin == Origin::current ? core::Whence::current
                                                          : core::Whence::end;
  error = handle_->seek(offset, whence);
  return handle_->tell();
}

std::error_code File::flush() noexcept { return handle_ ? handle_->flush() : not_open(); }

std::error_code File::close() noexcept {
  if (!handle_) return not_open();
  const std::error_code error = handle_->close();
  handle_.reset();
  return error;
}

std::error_code File::set_options(const Options& options) noexcept {
  return handle_ ? handle_->set_options(options) : not_open();
}

Stats File::stats() const noexcept {
  return handle_ ? core::to_c(handle_->statistics(), handle_->suspect()) : Stats{};
}

std::string File::place() const { return handle_ ? handle_->place_text() : std::string(); }

FailureReport File::failure() const noexcept {
  if (!handle_) return {not_open()};
  const core::Failure failure = handle_->failure();
  return {failure.error, static_cast<int>(failure.operation), failure.file_offset, failure.position,
          failure.durable};
}

}  // namespace ringproc
