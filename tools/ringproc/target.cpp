#include "target.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace ringproc::tool {
namespace {

struct ErrorText {
  UINT code;
  const char* text;
};

constexpr std::array<ErrorText, 14> kErrorTexts = {{
    {MMIOERR_FILENOTFOUND, "there is no such file"},
    {MMIOERR_OUTOFMEMORY, "not enough memory; a smaller ring (--ring) may do"},
    {MMIOERR_CANNOTOPEN, "it cannot be opened"},
    {MMIOERR_CANNOTCLOSE, "it cannot be closed properly"},
    {MMIOERR_CANNOTREAD, "it cannot be read"},
    {MMIOERR_CANNOTWRITE, "it cannot be written"},
    {MMIOERR_CANNOTSEEK, "seeking in it failed"},
    {MMIOERR_CANNOTEXPAND, "there is no room for it to grow"},
    {MMIOERR_PATHNOTFOUND, "its directory does not exist"},
    {MMIOERR_ACCESSDENIED, "access is denied; check the permissions of file and directory"},
    {MMIOERR_SHARINGVIOLATION, "another program or handle is using it"},
    {MMIOERR_TOOMANYOPENFILES, "too many files are open"},
    {MMIOERR_INVALIDFILE, "it is not a usable file"},
    {MMSYSERR_NOMEM, "not enough memory"},
}};

}  // namespace

// Forwards by the relative seek, because a LONG holds less than half of the offsets, in steps that
// it holds; any result but -1 is a position.
bool Target::skip(std::int64_t bytes) {
  constexpr std::int64_t kStep = 1 << 30;
  while (bytes != 0) {
    const std::int64_t step = std::clamp(bytes, -kStep, kStep);
    if (mmioSeek(handle_, static_cast<LONG>(step), SEEK_CUR) == -1) return false;
    bytes -= step;
  }
  return true;
}

bool is_no_room(const std::error_code& error) noexcept {
  return core::is_disk_full(error) || error == std::errc::file_too_large;
}

std::string mmio_error_text(UINT code) {
  const auto found = std::ranges::find(kErrorTexts, code, &ErrorText::code);
  if (found == kErrorTexts.end()) return fmt::format("mmio error {}", code);
  return fmt::format("{} (mmio error {})", found->text, code);
}

}  // namespace ringproc::tool
