// What stands between the library and callers that cannot catch: every C function and the procedure
// run inside this.
#pragma once

#include <cstdint>
#include <new>

namespace ringproc::core {

// Runs body; memory shortage gives `no_memory`, anything else thrown gives `other`.
template <typename Body, typename Result>
[[nodiscard]] Result guarded(Body body, Result no_memory, Result other) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (...) {
    return other;
  }
}

}  // namespace ringproc::core
