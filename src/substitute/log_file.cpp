#include "substitute/log_file.hpp"

#include <cstdint>
#include <new>

#include "substitute/library.hpp"
#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

LogFile g_log;

// The same for every process that writes to this file.
std::wstring mutex_name(const std::wstring& path) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const wchar_t unit : path) {
    hash = (hash ^ static_cast<std::uint64_t>(unit)) * 0x100'0000'01B3;
  }
  return L"Local\\ringproc-log-" + std::to_wstring(hash);
}

}  // namespace

LogFile& log_file() noexcept { return g_log; }

std::string LogFile::open(const std::wstring& path) {
  file_ =
      CreateFileW(path.c_str(), FILE_APPEND_DATA | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                  nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file_ == INVALID_HANDLE_VALUE) {
    return "cannot write the log " + to_utf8(path) + ": " + error_text(GetLastError());
  }
  // Not every host appends in one step (Wine looks for the end first).
  turn_ = CreateMutexW(nullptr, FALSE, mutex_name(path).c_str());
  const std::wstring program = path_of(nullptr);
  prefix_ = to_utf8(program.substr(program.find_last_of(L'\\') + 1)) + '[' +
            std::to_string(GetCurrentProcessId()) + "] ";
  return {};
}

void LogFile::write(std::string_view text) const noexcept {
  if (file_ == INVALID_HANDLE_VALUE) return;
  try {
    append(prefix_ + std::string(text) + '\n', kLogWaitMs);
  } catch (const std::bad_alloc&) {
    // Nothing to tell it with.
  }
}

void LogFile::write_at_exit(std::string_view text, std::string_view quoted) noexcept {
  if (file_ == INVALID_HANDLE_VALUE) return;
  const std::size_t room = last_line_.size() - 2;  // for the quotation mark and the line's end
  std::size_t size = 0;
  for (const std::string_view part : {std::string_view(prefix_), text, quoted}) {
    size += part.copy(last_line_.data() + size, room - size);
  }
  last_line_[size++] = '"';
  last_line_[size++] = '\n';
  append({last_line_.data(), size}, 0);
}

void LogFile::append(std::string_view line, DWORD wait_ms) const noexcept {
  const DWORD turn = turn_ ? WaitForSingleObject(turn_, wait_ms) : WAIT_FAILED;
  DWORD written = 0;
  WriteFile(file_, line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
  if (turn == WAIT_OBJECT_0 || turn == WAIT_ABANDONED) ReleaseMutex(turn_);
}

}  // namespace ringproc::substitute
