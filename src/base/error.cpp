#include "base/error.hpp"

#include <array>
#include <cstddef>
#include <new>
#include <string>

namespace ringproc {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "ringproc"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::overrun:
        return "the ring is full and the option on_full is fail: nothing was accepted";
      case Errc::timeout:
        return "the time-out passed; accepted bytes stay accepted, a later flush decides";
      case Errc::stale_handle:
        return "not an open handle";
      case Errc::forked:
        return "the handle belongs to the parent of this process";
      case Errc::sharing:
        return "sharing violation: another handle or process excludes this";
      case Errc::invalid:
        return "invalid argument";
      case Errc::option:
        return "unknown option or bad value";
      case Errc::access:
        return "the handle was not opened for this";
      case Errc::not_a_file:
        return "not a regular file that can be written at offsets";
      case Errc::limit:
        return "beyond a limit of this call";
      case Errc::refused:
        return "an earlier write was refused: the file lacks those bytes";
      case Errc::unwritten:
        return "the time-out of close passed with bytes not yet written";
      case Errc::survive:
        return "the option survive is on, and the ring cannot be kept where it survives the "
               "process";
    }
    return "unknown ringproc error";
  }

  // Lets callers that know no ringproc code (the mmio mapping) decide by the standard conditions.
  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<Errc>(value)) {
      case Errc::sharing:
        return std::errc::device_or_resource_busy;
      case Errc::timeout:
      case Errc::unwritten:
        return std::errc::timed_out;
      case Errc::access:
        return std::errc::permission_denied;
      case Errc::not_a_file:
        return std::errc::is_a_directory;
      case Errc::invalid:
      case Errc::option:
        return std::errc::invalid_argument;
      case Errc::limit:
        return std::errc::file_too_large;
      case Errc::stale_handle:
      case Errc::forked:
        return std::errc::bad_file_descriptor;
      case Errc::overrun:
      case Errc::refused:
        return std::errc::no_buffer_space;
      case Errc::survive:
        return std::errc::not_enough_memory;
    }
    return {value, *this};
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  // Exit handlers still use it, so it is never destroyed; and it takes no memory, because it may be
  // needed to tell that there is none.
  alignas(Category) static std::array<std::byte, sizeof(Category)> storage;
  static const Category* const leaked = new (storage.data()) Category;
  return *leaked;
}

std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

namespace core {

int to_c_code(const std::error_code& error) noexcept {
  if (!error) return 0;
  return error.category() == error_category() ? error.value() : -error.value();
}

std::error_code from_c_code(std::int64_t code) noexcept {
  if (code >= 0) return {};
  if (code <= static_cast<int>(Errc::overrun)) {
    return {static_cast<int>(code), error_category()};
  }
  return {static_cast<int>(-code), errno_category()};
}

}  // namespace core
}  // namespace ringproc
