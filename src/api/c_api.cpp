// The C API: each function checks its arguments and makes one call.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>

#include "api/convert.hpp"
#include "api/guard.hpp"
#include "base/error.hpp"
#include "base/options_text.hpp"
#include "ringproc/ringproc.h"
#include "ringproc/version.h"
#include "runtime/log.hpp"

using namespace ringproc;
using namespace ringproc::core;

struct ringproc_file {
  std::unique_ptr<Handle> handle;
};

namespace {

template <typename Body>
std::int64_t guarded_count(Body body) noexcept {
  return guarded(body, std::int64_t{-ENOMEM}, std::int64_t{-EIO});
}

template <typename Body>
int guarded_code(Body body) noexcept {
  return guarded(body, -ENOMEM, -EIO);
}

std::int64_t count_of(const IoResult& result) noexcept {
  return result.error ? to_c_code(result.error) : static_cast<std::int64_t>(result.bytes);
}

bool is_buffer(const void* data, std::size_t size) noexcept {
  return (data || size == 0) && size <= static_cast<std::size_t>(INT64_MAX);
}

int convert(const ringproc_options& from, Options& to) {
  if (from.size != sizeof from) return RINGPROC_E_INVALID;
  return from_c(from, to) && check_options(to).empty() ? 0 : static_cast<int>(RINGPROC_E_OPTION);
}

std::span<const std::byte> bytes(const void* data, std::size_t size) noexcept {
  return {static_cast<const std::byte*>(data), size};
}

}  // namespace

const char* ringproc_strerror(std::int64_t code) noexcept {
  thread_local std::string text;
  try {
    text = code >= 0 ? "success" : from_c_code(code).message();
    return text.c_str();
  } catch (...) {
    return "out of memory";
  }
}

const char* ringproc_version() noexcept { return RINGPROC_VERSION; }

int ringproc_options_init(ringproc_options* options) noexcept {
  if (!options) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    std::string message;
    to_c(Runtime::instance().defaults().process(message), *options);
    if (message.empty()) return 0;
    log(message);
    return static_cast<int>(RINGPROC_E_OPTION);
  });
}

int ringproc_options_parse(ringproc_options* options, const char* text, char* message,
                           std::size_t message_size) noexcept {
  if (!options || !text) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    Options parsed;
    if (const int refused = convert(*options, parsed)) return refused;
    const std::string problem = apply_options(text, parsed);
    if (message && message_size > 0) {
      message[problem.copy(message, message_size - 1)] = '\0';
    }
    if (!problem.empty()) return static_cast<int>(RINGPROC_E_OPTION);
    to_c(parsed, *options);
    return 0;
  });
}

int ringproc_set_defaults(const ringproc_options* options) noexcept {
  return guarded_code([&] {
    Options wanted;
    if (options) {
      if (const int refused = convert(*options, wanted)) return refused;
    }
    Runtime::instance().defaults().set_process(options ? std::optional(wanted) : std::nullopt);
    return 0;
  });
}

int ringproc_set_path_options(const char* path, const ringproc_options* options) noexcept {
  if (!path) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    Options wanted;
    if (options) {
      if (const int refused = convert(*options, wanted)) return refused;
    }
    std::error_code error;
    const std::string absolute = absolute_path(path, error);
    if (error) return to_c_code(error);
    Runtime::instance().defaults().set_path(absolute,
                                            options ? std::optional(wanted) : std::nullopt);
    return 0;
  });
}

int ringproc_open(const char* path, unsigned flags, const ringproc_options* options,
                  ringproc_file** file) noexcept {
  if (file) *file = nullptr;
  HandleRequest request;
  if (!path || !file || !request_of(flags, request)) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    if (options) {
      Options wanted;
      if (const int refused = convert(*options, wanted)) return refused;
      request.options = wanted;
    }
    std::error_code error;
    auto handle = Handle::open(path, request, error);
    if (!error) *file = new ringproc_file{std::move(handle)};
    return to_c_code(error);
  });
}

int ringproc_close(ringproc_file* file) noexcept {
  if (!file) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    const std::unique_ptr<ringproc_file> owned(file);
    return to_c_code(owned->handle->close());
  });
}

std::int64_t ringproc_write(ringproc_file* file, const void* data, std::size_t size) noexcept {
  if (!file || !is_buffer(data, size)) return RINGPROC_E_INVALID;
  return guarded_count([&] { return count_of(file->handle->write(bytes(data, size))); });
}

std::int64_t ringproc_write_at(ringproc_file* file, const void* data, std::size_t size,
                               std::uint64_t offset) noexcept {
  if (!file || !is_buffer(data, size)) return RINGPROC_E_INVALID;
  return guarded_count([&] { return count_of(file->handle->write_at(bytes(data, size), offset)); });
}

std::int64_t ringproc_read(ringproc_file* file, void* data, std::size_t size) noexcept {
  if (!file || !is_buffer(data, size)) return RINGPROC_E_INVALID;
  return guarded_count([&] {
    return count_of(file->handle->read({static_cast<std::byte*>(data), size}));
  });
}

std::int64_t ringproc_seek(ringproc_file* file, std::int64_t offset, int whence) noexcept {
  if (!file || (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)) {
    return RINGPROC_E_INVALID;
  }
  return guarded_count([&]() -> std::int64_t {
    const Whence from = whence == SEEK_SET   ? Whence::set
                        : whence == SEEK_CUR ? Whence::current
                                             : Whence::end;
    if (const std::error_code error = file->handle->seek(offset, from)) return to_c_code(error);
    return static_cast<std::int64_t>(file->handle->tell());
  });
}

int ringproc_flush(ringproc_file* file) noexcept {
  if (!file) return RINGPROC_E_INVALID;
  return guarded_code([&] { return to_c_code(file->handle->flush()); });
}

std::int64_t ringproc_write_flush(ringproc_file* file, const void* data,
                                  std::size_t size) noexcept {
  if (!file || !is_buffer(data, size)) return RINGPROC_E_INVALID;
  return guarded_count([&] { return count_of(file->handle->write_flush(bytes(data, size))); });
}

int ringproc_set_options(ringproc_file* file, const ringproc_options* options) noexcept {
  if (!file || !options) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    Options wanted;
    if (const int refused = convert(*options, wanted)) return refused;
    return to_c_code(file->handle->set_options(wanted));
  });
}

int ringproc_stats_of(ringproc_file* file, ringproc_stats* stats) noexcept {
  if (!file) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    const ringproc_stats now = to_c(file->handle->statistics(), file->handle->suspect());
    return store_sized(now, stats) ? 0 : static_cast<int>(RINGPROC_E_INVALID);
  });
}

int ringproc_place_of(ringproc_file* file, char* text, std::size_t size) noexcept {
  if (!file || !text || size == 0) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    text[file->handle->place_text().copy(text, size - 1)] = '\0';
    return 0;
  });
}

int ringproc_failure_of(ringproc_file* file, ringproc_failure* failure) noexcept {
  if (!file) return RINGPROC_E_INVALID;
  return guarded_code([&] {
    return store_sized(to_c(file->handle->failure()), failure)
               ? 0
               : static_cast<int>(RINGPROC_E_INVALID);
  });
}

void ringproc_set_log(ringproc_log_function function, void* user) noexcept {
  set_log(function, user);
}
