#include "program_file_win32.hpp"

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "ringproc/mmio.h"
#include "substitute/injection.hpp"
#include "substitute/text.hpp"

namespace ringproc::tool {
namespace {

using substitute::error_text;
using substitute::to_utf8;

constexpr const wchar_t* kExtensions[] = {L".com", L".exe", L".bat", L".cmd"};

bool is_file(const std::wstring& path) {
  const DWORD attributes = GetFileAttributesW(path.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

std::wstring variable(const wchar_t* name) {
  std::wstring value(GetEnvironmentVariableW(name, nullptr, 0), L'\0');
  value.resize(GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
  return value;
}

std::vector<std::wstring> directories_of_path() {
  std::vector<std::wstring> directories = {L"."};
  const std::wstring path = variable(L"PATH");
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find(L';', begin), path.size());
    std::wstring one = path.substr(begin, end - begin);
    std::erase(one, L'"');
    if (!one.empty()) directories.push_back(std::move(one));
    begin = end + 1;
  }
  return directories;
}

bool has_extension(std::wstring_view name) {
  const std::size_t dot = name.find_last_of(L'.');
  return dot != std::wstring_view::npos &&
         name.find_first_of(L"\\/:", dot) == std::wstring_view::npos;
}

std::wstring with_extension(const std::wstring& path) {
  if (has_extension(path) && is_file(path)) return path;
  for (const wchar_t* const extension : kExtensions) {
    if (is_file(path + extension)) return path + extension;
  }
  return is_file(path) ? path : std::wstring();
}

std::wstring look_for(const std::wstring& name) {
  if (name.find_first_of(L"\\/:") != std::wstring::npos) return with_extension(name);
  for (const std::wstring& directory : directories_of_path()) {
    std::wstring found = with_extension(directory + L'\\' + name);
    if (!found.empty()) return found;
  }
  return {};
}

std::wstring full(const std::wstring& path) {
  wchar_t text[32768];
  const DWORD size = GetFullPathNameW(path.c_str(), 32768, text, nullptr);
  return size > 0 && size < 32768 ? std::wstring(text, size) : path;
}

bool ends_with(const std::wstring& path, std::wstring_view extension) {
  return path.size() > extension.size() &&
         CompareStringOrdinal(path.c_str() + path.size() - extension.size(),
                              static_cast<int>(extension.size()), extension.data(),
                              static_cast<int>(extension.size()), TRUE) == CSTR_EQUAL;
}

struct Header {
  DWORD error = 0;  // the file cannot be read
  bool program = false;
  IMAGE_FILE_HEADER file{};
};

Header read_header(const std::wstring& path) {
  Header header;
  const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                  nullptr, OPEN_EXISTING, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) {
    header.error = GetLastError();
    return header;
  }
  IMAGE_DOS_HEADER dos{};
  struct {
    DWORD signature = 0;
    IMAGE_FILE_HEADER file{};
  } pe;
  DWORD size = 0;
  header.program =
      ReadFile(file, &dos, sizeof(dos), &size, nullptr) && size == sizeof(dos) &&
      dos.e_magic == IMAGE_DOS_SIGNATURE &&
      SetFilePointer(file, dos.e_lfanew, nullptr, FILE_BEGIN) != INVALID_SET_FILE_POINTER &&
      ReadFile(file, &pe, sizeof(pe), &size, nullptr) && size == sizeof(pe) &&
      pe.signature == IMAGE_NT_SIGNATURE && !(pe.file.Characteristics & IMAGE_FILE_DLL);
  header.file = pe.file;
  CloseHandle(file);
  return header;
}

// Why it cannot be started from here.
std::string refusal(const std::wstring& path, const Header& header) {
  if (header.error == ERROR_ACCESS_DENIED) return "no permission to read it";
  if (header.error != 0) return "cannot read it: " + error_text(header.error);
  if (ends_with(path, L".bat") || ends_with(path, L".cmd")) {
    return "it is a batch file; name the program that it starts, or use --follow-children -- cmd "
           "/c FILE";
  }
  if (!header.program) return "it is not a Windows program";
  const WORD machine = header.file.Machine;
  if (machine == substitute::kOwnMachine) return {};
  if (machine == IMAGE_FILE_MACHINE_I386) {
    return "it is a 32-bit program; start it with the ringproc.exe of ringproc's 32-bit (x86) "
           "build";
  }
  if (machine == IMAGE_FILE_MACHINE_AMD64) {
    return "it is a 64-bit program; start it with the ringproc.exe of ringproc's 64-bit (x64) "
           "build";
  }
  return "it is for another kind of processor than x86 and x64";
}

}  // namespace

std::wstring program_of(const std::wstring& command) {
  std::wstring name;
  bool quoted = false;
  for (const wchar_t unit : command) {
    if (unit == L'"') {
      quoted = !quoted;
    } else if (!quoted && (unit == L' ' || unit == L'\t')) {
      break;
    } else {
      name += unit;
    }
  }
  return name;
}

ProgramFile find_program(const std::wstring& name) {
  const std::wstring found = look_for(name);
  if (found.empty()) {
    return {{}, to_utf8(name) + ": no such program", ExitStatus::cannot_open};
  }
  ProgramFile program{full(found), {}, ExitStatus::complete};
  const std::string why = refusal(program.path, read_header(program.path));
  if (!why.empty()) {
    program.error = to_utf8(program.path) + ": " + why;
    program.status = ExitStatus::cannot_open;
  }
  return program;
}

}  // namespace ringproc::tool
