#include "substitute/patching.hpp"

// clang-format off
#include <psapi.h>
// clang-format on

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "substitute/text.hpp"

namespace ringproc::substitute {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kGranularity = 65536;
// jmp [rip+0], and the address behind it.
constexpr std::array<unsigned char, 6> kJump = {0xFF, 0x25, 0, 0, 0, 0};
constexpr std::size_t kJumpBytes = 16;

// A loaded module's headers and tables, by their relative addresses.
class Image {
 public:
  explicit Image(HMODULE module) : base_(reinterpret_cast<std::byte*>(module)) {}

  template <typename T>
  [[nodiscard]] T* at(std::size_t rva) const {
    return reinterpret_cast<T*>(base_ + rva);
  }
  [[nodiscard]] std::uintptr_t base() const { return reinterpret_cast<std::uintptr_t>(base_); }
  [[nodiscard]] std::size_t size() const { return headers().OptionalHeader.SizeOfImage; }
  [[nodiscard]] DWORD directory(std::size_t number) const {
    const IMAGE_OPTIONAL_HEADER& header = headers().OptionalHeader;
    if (number >= header.NumberOfRvaAndSizes) return 0;
    return header.DataDirectory[number].VirtualAddress;
  }

 private:
  [[nodiscard]] const IMAGE_NT_HEADERS& headers() const {
    return *at<IMAGE_NT_HEADERS>(static_cast<std::size_t>(at<IMAGE_DOS_HEADER>(0)->e_lfanew));
  }

  std::byte* const base_;
};

template <typename T>
bool store(T& place, T value) {
  DWORD before = 0;
  if (!VirtualProtect(&place, sizeof(place), PAGE_READWRITE, &before)) return false;
  place = value;
  DWORD now = 0;
  return VirtualProtect(&place, sizeof(place), before, &now) != 0;
}

// One import table, up to its NULL entry.
bool patch_table(void** entry, Mechanism mechanism, std::span<const Replacement> replacements) {
  for (; *entry; ++entry) {
    const auto found =
        std::ranges::find(replacements, *entry, [](const Replacement& one) { return one.real; });
    if (found != replacements.end() && !store(*entry, found->by(mechanism))) return false;
  }
  return true;
}

bool patch_module(HMODULE module, Mechanism mechanism, std::span<const Replacement> replacements) {
  const Image image(module);
  if (const DWORD imports = image.directory(IMAGE_DIRECTORY_ENTRY_IMPORT)) {
    for (auto* one = image.at<IMAGE_IMPORT_DESCRIPTOR>(imports); one->FirstThunk; ++one) {
      if (!patch_table(image.at<void*>(one->FirstThunk), mechanism, replacements)) return false;
    }
  }
  // Those that are not resolved yet ask GetProcAddress later.
  if (const DWORD delayed = image.directory(IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT)) {
    auto* one = image.at<IMAGE_DELAYLOAD_DESCRIPTOR>(delayed);
    for (; one->ImportAddressTableRVA; ++one) {
      void** const table = image.at<void*>(one->ImportAddressTableRVA);
      const bool relative = (one->Attributes.AllAttributes & 1) != 0;
      if (relative && !patch_table(table, mechanism, replacements)) return false;
    }
  }
  return true;
}

std::vector<HMODULE> loaded_modules() {
  std::vector<HMODULE> modules(256);
  for (;;) {
    DWORD bytes = 0;
    const auto room = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    if (!EnumProcessModules(GetCurrentProcess(), modules.data(), room, &bytes)) return {};
    modules.resize(bytes / sizeof(HMODULE));
    if (bytes <= room) return modules;
  }
}

// Addresses in an export table are offsets of 32 bits from the DLL's beginning: a page within
// reach.
std::byte* page_behind(const Image& image) {
  constexpr std::size_t kReach = 0x7000'0000;
  const std::size_t first = (image.size() + kGranularity - 1) / kGranularity * kGranularity;
  for (std::size_t offset = first; offset < kReach;) {
    MEMORY_BASIC_INFORMATION there{};
    std::byte* const wanted = image.at<std::byte>(offset);
    if (VirtualQuery(wanted, &there, sizeof(there)) == 0) return nullptr;
    if (there.State == MEM_FREE) {
      if (void* const got = VirtualAlloc(wanted, kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) {
        return static_cast<std::byte*>(got);
      }
      offset += kGranularity;
      continue;
    }
    const auto end = reinterpret_cast<std::uintptr_t>(there.BaseAddress) + there.RegionSize;
    offset = (end - image.base() + kGranularity - 1) / kGranularity * kGranularity;
  }
  return nullptr;
}

// Jumps to ours within reach of the DLL; ours themselves where every address is within reach.
bool make_reachable(const Image& image, std::vector<std::uintptr_t>& targets) {
  if constexpr (sizeof(void*) == 4) {
    return true;
  } else {
    std::byte* const page = page_behind(image);
    if (!page || targets.size() * kJumpBytes > kPage) return false;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      std::byte* const jump = page + i * kJumpBytes;
      std::memcpy(jump, kJump.data(), kJump.size());
      std::memcpy(jump + kJump.size(), &targets[i], sizeof(targets[i]));
      targets[i] = reinterpret_cast<std::uintptr_t>(jump);
    }
    DWORD before = 0;
    return VirtualProtect(page, kPage, PAGE_EXECUTE_READ, &before) != 0 &&
           FlushInstructionCache(GetCurrentProcess(), page, kPage) != 0;
  }
}

DWORD* exported(const Image& image, std::string_view name) {
  const DWORD directory = image.directory(IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (directory == 0) return nullptr;
  const auto& table = *image.at<IMAGE_EXPORT_DIRECTORY>(directory);
  const DWORD* const names = image.at<DWORD>(table.AddressOfNames);
  const WORD* const ordinals = image.at<WORD>(table.AddressOfNameOrdinals);
  for (DWORD i = 0; i < table.NumberOfNames; ++i) {
    if (image.at<const char>(names[i]) == name) {
      return image.at<DWORD>(table.AddressOfFunctions) + ordinals[i];
    }
  }
  return nullptr;
}

}  // namespace

const char* text_of(Mechanism mechanism) noexcept {
  switch (mechanism) {
    case Mechanism::program_import:
      return "import";
    case Mechanism::module_import:
      return "import-of-loaded-module";
    case Mechanism::looked_up:
      return "GetProcAddress";
    case Mechanism::export_table:
      return "later-module";
    case Mechanism::other:
      break;
  }
  return "explicit-DOS";
}

std::string patch_imports(std::span<const Replacement> replacements, std::span<const HMODULE> own) {
  const std::vector<HMODULE> modules = loaded_modules();
  if (modules.empty()) {
    return "the program's modules cannot be listed: " + error_text(GetLastError());
  }
  const HMODULE program = GetModuleHandleW(nullptr);
  for (const HMODULE module : modules) {
    if (std::ranges::find(own, module) != own.end()) continue;
    const Mechanism mechanism =
        module == program ? Mechanism::program_import : Mechanism::module_import;
    if (!patch_module(module, mechanism, replacements)) {
      return "the imports of a module of the program cannot be changed: " +
             error_text(GetLastError());
    }
  }
  return {};
}

std::string patch_exports(HMODULE owner, std::span<Replacement> replacements) {
  const Image image(owner);
  std::vector<std::uintptr_t> targets;
  for (const Replacement& one : replacements) {
    targets.push_back(reinterpret_cast<std::uintptr_t>(one.by(Mechanism::export_table)));
  }
  if (!make_reachable(image, targets)) {
    return "no code can be placed beside a system DLL: " + error_text(GetLastError());
  }
  for (std::size_t i = 0; i < replacements.size(); ++i) {
    Replacement& one = replacements[i];
    const bool exported_elsewhere = one.exported[0] != nullptr;
    DWORD* const entry = exported(image, one.name);
    if (!entry && exported_elsewhere) continue;
    const auto offset = static_cast<DWORD>(targets[i] - image.base());
    if (!entry || !store(*entry, offset)) {
      return std::string("the system does not let ") + one.name +
             " be replaced: " + error_text(GetLastError());
    }
    one.exported[exported_elsewhere ? 1 : 0] = reinterpret_cast<void*>(targets[i]);
  }
  return {};
}

}  // namespace ringproc::substitute
