// What the procedure needs to know of the open that it is called for: winmm hands it less than the
// program said (names go through the ANSI code page). Kept per thread, on the stack of the function
// that stands in for mmioOpen.
#pragma once

#include <cstdint>

#include "ringproc/mmio.h"
#include "substitute/patching.hpp"

namespace ringproc::substitute {

class OpenScope {
 public:
  // Once, before anything is patched. Returns: false if there is no room for it.
  [[nodiscard]] static bool prepare() noexcept;

  OpenScope(const wchar_t* name, Mechanism by) noexcept;
  ~OpenScope();
  OpenScope(const OpenScope&) = delete;
  OpenScope& operator=(const OpenScope&) = delete;

  // Returns: the scope of the open that this thread is in, to the first who asks; NULL if the open
  // did not come through one.
  [[nodiscard]] static OpenScope* claim() noexcept;

  const wchar_t* const name;  // NULL: none given
  const Mechanism mechanism;
  std::uint64_t key = 0;  // set by the procedure: what it has opened

 private:
  OpenScope* const outer_;
  bool claimed_ = false;
};

}  // namespace ringproc::substitute
