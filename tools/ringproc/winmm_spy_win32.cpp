#include "winmm_spy_win32.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace ringproc::tool {
namespace {

constexpr std::size_t kNameBytes = 64;

// ANSI or UTF-16: a program cannot know before it has looked. A name whose second byte is zero is
// UTF-16, or has one character.
std::string first_bytes(LPARAM pointer) {
  const char* const text = reinterpret_cast<const char*>(pointer);
  if (!text || text[0] == '\0') return {};
  const bool wide = text[1] == '\0' && text[2] != '\0';
  std::string bytes;
  for (std::size_t i = 0; i < kNameBytes; i += wide ? 2 : 1) {
    if (text[i] == '\0' && (!wide || text[i + 1] == '\0')) break;
    bytes.append(text + i, wide ? 2 : 1);
  }
  return bytes;
}

LRESULT seek(Spy& state, MMIOINFO& info, LPARAM offset, LPARAM origin) {
  if (origin == SEEK_SET) state.position = static_cast<DWORD>(offset);
  if (origin == SEEK_CUR) state.position += static_cast<std::uint64_t>(std::int64_t{offset});
  if (origin == SEEK_END) state.position = state.size - static_cast<DWORD>(offset);
  info.lDiskOffset = static_cast<LONG>(static_cast<DWORD>(state.position));
  return static_cast<LRESULT>(state.position);
}

LRESULT write(Spy& state, MMIOINFO& info, LPARAM count) {
  const LRESULT taken = state.write_result == Spy::kAll ? count : state.write_result;
  if (taken > 0) state.position += static_cast<std::uint64_t>(taken);
  state.size = std::max(state.size, state.position);
  info.lDiskOffset = static_cast<LONG>(static_cast<DWORD>(state.position));
  return taken;
}

std::string text_of(const SpiedMessage& one) {
  constexpr const char* kOrigins[] = {"SET", "CUR", "END"};
  switch (one.message) {
    case MMIOM_OPEN:
      return "OPEN";
    case MMIOM_CLOSE:
      return "CLOSE";
    case MMIOM_READ:
      return fmt::format("READ({})", one.lparam2);
    case MMIOM_WRITE:
      return fmt::format("WRITE({})", one.lparam2);
    case MMIOM_WRITEFLUSH:
      return fmt::format("WRITEFLUSH({})", one.lparam2);
    case MMIOM_SEEK:
      return fmt::format("SEEK({},{})", one.lparam1,
                         one.lparam2 >= 0 && one.lparam2 < 3 ? kOrigins[one.lparam2] : "?");
    case MMIOM_RENAME:
      return "RENAME";
    default:
      return fmt::format("{:#x}", one.message);
  }
}

}  // namespace

Spy& spy() {
  static Spy state;
  return state;
}

LRESULT CALLBACK spy_procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1, LPARAM lparam2) {
  Spy& state = spy();
  state.messages.push_back({message, lparam1, lparam2});
  if (!mmioinfo) return 0;
  auto& info = *reinterpret_cast<MMIOINFO*>(mmioinfo);
  switch (message) {
    case MMIOM_OPEN:
      state.name = first_bytes(lparam1);
      return 0;
    case MMIOM_CLOSE:
      return state.close_result;
    case MMIOM_WRITE:
    case MMIOM_WRITEFLUSH:
      return write(state, info, lparam2);
    case MMIOM_SEEK:
      return seek(state, info, lparam1, lparam2);
    default:
      return 0;  // reads find the end
  }
}

std::string text_of(const std::vector<SpiedMessage>& messages) {
  std::string text;
  for (const SpiedMessage& one : messages) text += (text.empty() ? "" : " ") + text_of(one);
  return text.empty() ? "nothing" : text;
}

bool contains(const std::vector<SpiedMessage>& messages, UINT message) {
  return std::any_of(messages.begin(), messages.end(),
                     [message](const SpiedMessage& one) { return one.message == message; });
}

Installation::Installation(FOURCC code, bool wide) : code_(code) {
  done_ = (wide ? mmioInstallIOProcW : mmioInstallIOProcA)(code, spy_procedure, MMIO_INSTALLPROC) !=
          nullptr;
}

Installation::~Installation() {
  if (done_) mmioInstallIOProcA(code_, nullptr, MMIO_REMOVEPROC);
}

SpiedHandle::SpiedHandle(FOURCC code, LONG buffer) {
  spy() = Spy{};
  MMIOINFO info{};
  info.fccIOProc = code;
  info.cchBuffer = buffer;
  char name[] = "ringproc-probe";
  handle_ = mmioOpenA(
      name, &info,
      static_cast<DWORD>(MMIO_CREATE | MMIO_READWRITE | (buffer > 0 ? MMIO_ALLOCBUF : 0)));
}

SpiedHandle::~SpiedHandle() { static_cast<void>(close()); }

MMRESULT SpiedHandle::close() {
  const HMMIO handle = std::exchange(handle_, nullptr);
  return handle ? mmioClose(handle, 0) : MMRESULT{MMSYSERR_INVALHANDLE};
}

}  // namespace ringproc::tool
