// What is asked of the built-in procedure, on files.
/* clang-format off */
#include <windows.h>
#include <winioctl.h>
/* clang-format on */

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "winmm_questions.hpp"
#include "winmm_spy_win32.hpp"

namespace ringproc::tool {
namespace {

constexpr LONG kBelow2GiB = 0x7FFF'FFF0;
constexpr std::array<char, 64> kBytes{};

class BuiltinFile {
 public:
  BuiltinFile(std::string name, DWORD flags) : handle_(mmioOpenA(name.data(), nullptr, flags)) {}
  ~BuiltinFile() {
    if (handle_) mmioClose(handle_, 0);
  }
  BuiltinFile(const BuiltinFile&) = delete;
  BuiltinFile& operator=(const BuiltinFile&) = delete;
  [[nodiscard]] HMMIO get() const noexcept { return handle_; }

 private:
  const HMMIO handle_;
};

std::uint64_t size_of(const std::string& name) {
  WIN32_FILE_ATTRIBUTE_DATA data{};
  if (!GetFileAttributesExA(name.c_str(), GetFileExInfoStandard, &data)) return 0;
  return std::uint64_t{data.nFileSizeHigh} << 32 | data.nFileSizeLow;
}

void put(HMMIO handle, LONG bytes) {
  for (LONG done = 0; done < bytes;) {
    const LONG part = bytes - done < 64 ? bytes - done : 64;
    if (mmioWrite(handle, kBytes.data(), part) != part) return;
    done += part;
  }
}

// buffering: 0 or MMIO_ALLOCBUF.
std::string seek_end(const std::string& name, DWORD buffering) {
  {
    const BuiltinFile made(name, MMIO_CREATE | MMIO_WRITE);
    put(made.get(), 100);
  }
  const BuiltinFile file(name, MMIO_READWRITE | buffering);
  const LONG at_once = mmioSeek(file.get(), 16, SEEK_END);
  mmioSeek(file.get(), 0, SEEK_END);
  put(file.get(), 50);
  const LONG grown = mmioSeek(file.get(), 16, SEEK_END);
  return fmt::format("{}; {} after 50 bytes were appended through the handle", at_once, grown);
}

// A file that takes no room up to where it is written.
void make_sparse(const std::string& name) {
  const HANDLE file = CreateFileA(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                  CREATE_ALWAYS, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) return;
  DWORD bytes = 0;
  DeviceIoControl(file, FSCTL_SET_SPARSE, nullptr, 0, nullptr, 0, &bytes, nullptr);
  CloseHandle(file);
}

std::string beyond_2_gib(const std::string& name, DWORD buffering) {
  make_sparse(name);
  LONG below = 0;
  LONG written = 0;
  LONG tell = 0;
  LONG set = 0;
  {
    const BuiltinFile file(name, MMIO_READWRITE | buffering);
    below = mmioSeek(file.get(), kBelow2GiB, SEEK_SET);
    written = mmioWrite(file.get(), kBytes.data(), 32);
    mmioFlush(file.get(), 0);
    tell = mmioSeek(file.get(), 0, SEEK_CUR);
    put(file.get(), 16);
    set = mmioSeek(file.get(), kBelow2GiB + 0, SEEK_SET) == kBelow2GiB
              ? mmioSeek(file.get(), static_cast<LONG>(0x8000'0004u), SEEK_SET)
              : 0;
  }
  const std::string text = fmt::format(
      "seek to {} returns {}; 32 bytes: {}; position then {}; 16 more, seek to 0x80000004 returns "
      "{}; the file has {} bytes (right: {})",
      kBelow2GiB, below, written, tell, set, size_of(name), std::uint64_t{kBelow2GiB} + 48);
  DeleteFileA(name.c_str());
  return text;
}

std::string seek_to_a_custom_procedure() {
  constexpr FOURCC kCode = mmioFOURCC('R', 'P', 'S', 'Z');
  const Installation installation(kCode, false);
  SpiedHandle handle(kCode, 0);
  spy().messages.clear();
  const LONG result = mmioSeek(handle.get(), static_cast<LONG>(0x8000'0004u), SEEK_SET);
  return fmt::format("{}; mmioSeek returns {}", text_of(spy().messages), result);
}

std::string delete_flag(std::string name) {
  { const BuiltinFile file(name, MMIO_CREATE | MMIO_WRITE); }
  const HMMIO result = mmioOpenA(name.data(), nullptr, MMIO_DELETE);
  const bool there = GetFileAttributesA(name.c_str()) != INVALID_FILE_ATTRIBUTES;
  if (there && result) mmioClose(result, 0);
  return fmt::format("{}; the file is {}", reinterpret_cast<std::uintptr_t>(result),
                     there ? "still there" : "gone");
}

}  // namespace

void ask_of_builtin(const ProbeDirectory& directory, std::vector<Finding>& findings) {
  findings.push_back({"seek-end-unbuffered",
                      "what mmioSeek(16, SEEK_END) returns on a file of 100 bytes",
                      seek_end(directory.file("seek"), 0)});
  findings.push_back({"seek-end-buffered", "the same with a buffer",
                      seek_end(directory.file("seek"), MMIO_ALLOCBUF)});
  findings.push_back({"beyond-2gib-unbuffered", "writing from below 2 GiB across it",
                      beyond_2_gib(directory.file("large"), 0)});
  findings.push_back({"beyond-2gib-buffered", "the same with a buffer",
                      beyond_2_gib(directory.file("large"), MMIO_ALLOCBUF)});
  findings.push_back({"beyond-2gib-custom",
                      "what a custom procedure gets for mmioSeek(0x80000004, SEEK_SET)",
                      seek_to_a_custom_procedure()});
  findings.push_back(
      {"delete", "what mmioOpen with MMIO_DELETE returns", delete_flag(directory.file("delete"))});
}

}  // namespace ringproc::tool
