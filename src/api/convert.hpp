// Between the library's types and those of the C API. Shared by the C API, the C++ API and the
// procedure.
#pragma once

#include "ringproc/ringproc.h"
#include "runtime/handle.hpp"

namespace ringproc::core {

// False if a value is none that the enumerations know. Ranges: see check_options.
[[nodiscard]] bool from_c(const ringproc_options& from, Options& to) noexcept;
void to_c(const Options& from, ringproc_options& to) noexcept;
[[nodiscard]] ringproc_stats to_c(const FileStatistics& from, bool suspect) noexcept;
[[nodiscard]] ringproc_failure to_c(const Failure& from) noexcept;

// What ringproc_open's flags ask for. False if they make no sense.
[[nodiscard]] bool request_of(unsigned flags, HandleRequest& request) noexcept;

// Copies as much of a structure as the caller's `size` says it has room for; keeps that size.
template <typename T>
[[nodiscard]] bool store_sized(const T& from, T* to) noexcept;

}  // namespace ringproc::core

#include <cstring>

template <typename T>
bool ringproc::core::store_sized(const T& from, T* to) noexcept {
  if (!to || to->size < sizeof to->size || to->size > sizeof(T)) return false;
  const std::size_t size = to->size;
  std::memcpy(to, &from, size);
  to->size = size;
  return true;
}
