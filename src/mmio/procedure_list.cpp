#include "mmio/procedure_list.hpp"

#include <cstring>
#include <iterator>
#include <list>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>

#include "mmio/dos_procedure.hpp"
#include "mmio/memory_file.hpp"

namespace ringproc::mmio {

class ProcedureNode {
 public:
  FOURCC code;
  LPMMIOPROC procedure;
  bool built_in;
  unsigned long uses = 0;  // guarded by ProcedureList::m_
};

namespace {

class ProcedureList {
 public:
  // Effect: as mmioInstallIOProc; each returns the procedure or null.
  LPMMIOPROC install(FOURCC code, LPMMIOPROC procedure) noexcept {
    const std::lock_guard lock(m_);
    try {
      nodes_.push_front({code, procedure, false});
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
    return procedure;
  }

  LPMMIOPROC remove(FOURCC code, LPMMIOPROC procedure) noexcept {
    const std::lock_guard lock(m_);
    const auto node = newest(code, procedure);
    if (node == nodes_.end() || node->built_in || node->uses != 0) return nullptr;
    const LPMMIOPROC removed = node->procedure;
    nodes_.erase(node);
    return removed;
  }

  LPMMIOPROC find(FOURCC code, LPMMIOPROC procedure) noexcept {
    const std::lock_guard lock(m_);
    const auto node = newest(code, procedure);
    return node == nodes_.end() ? nullptr : node->procedure;
  }

  ProcedureNode* use(FOURCC code) noexcept {
    const std::lock_guard lock(m_);
    const auto node = newest(code, nullptr);
    if (node == nodes_.end()) return nullptr;
    ++node->uses;
    return &*node;
  }

  void unuse(ProcedureNode& node) noexcept {
    const std::lock_guard lock(m_);
    --node.uses;
  }

 private:
  using Iterator = std::list<ProcedureNode>::iterator;

  // By code; a code of 0 means by address.
  Iterator newest(FOURCC code, LPMMIOPROC procedure) noexcept {
    auto node = nodes_.begin();
    for (; node != nodes_.end(); ++node) {
      if (code != 0 ? node->code == code : node->procedure == procedure) break;
    }
    return node;
  }

  std::mutex m_;
  std::list<ProcedureNode> nodes_{// guarded by m_
                                  {FOURCC_DOS, dos_procedure, true},
                                  {FOURCC_MEM, memory_procedure, true}};
};

// Never destroyed: files may be opened and closed after static destructors have run.
ProcedureList& procedures() noexcept {
  // Without memory for this the process ends. NOLINTNEXTLINE(bugprone-unhandled-exception-at-new)
  static ProcedureList& list = *new ProcedureList;
  return list;
}

char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

ProcedureUse::ProcedureUse(ProcedureNode* node) noexcept : node_(node) {
  if (node == nullptr) return;
  procedure_ = node->procedure;
  code_ = node->code;
}

ProcedureUse::ProcedureUse(LPMMIOPROC given, FOURCC code) noexcept
    : procedure_(given), code_(code) {}

ProcedureUse::~ProcedureUse() {
  if (node_ != nullptr) procedures().unuse(*node_);
}

ProcedureUse::ProcedureUse(ProcedureUse&& other) noexcept
    : node_(std::exchange(other.node_, nullptr)),
      procedure_(other.procedure_),
      code_(other.code_) {}

ProcedureNode* ProcedureUse::release() noexcept { return std::exchange(node_, nullptr); }

ProcedureUse choose_procedure(const char* name, const MMIOINFO* info) noexcept {
  if (info != nullptr && info->pIOProc != nullptr) {
    return ProcedureUse(info->pIOProc, info->fccIOProc);
  }
  if (info != nullptr && info->fccIOProc != 0) {
    return ProcedureUse(procedures().use(info->fccIOProc));
  }
  const FOURCC code = name == nullptr ? 0 : code_in_name(name);
  ProcedureNode* const named = code == 0 ? nullptr : procedures().use(code);
  return ProcedureUse(named != nullptr ? named : procedures().use(FOURCC_DOS));
}

FOURCC code_in_name(const char* name) noexcept {
  const std::string_view text(name);
  const std::size_t plus = text.rfind(CFSEPCHAR);
  if (plus == std::string_view::npos) return 0;
  const std::string_view before = text.substr(0, plus);
  const std::size_t dot = before.rfind('.');
  if (dot == std::string_view::npos) return 0;
  const std::string_view extension = before.substr(dot + 1);
  // A point in a directory's name is not an extension.
  if (extension.empty() || extension.find('/') != std::string_view::npos) return 0;
  return make_code(extension.data(), extension.size(), true);
}

FOURCC make_code(const char* text, std::size_t length, bool upper_case) noexcept {
  char code[4] = {' ', ' ', ' ', ' '};
  for (std::size_t i = 0; i < length && i < 4; ++i) {
    code[i] = upper_case ? to_upper(text[i]) : text[i];
  }
  return mmioFOURCC(code[0], code[1], code[2], code[3]);
}

}  // namespace ringproc::mmio

LPMMIOPROC mmioInstallIOProcA(FOURCC fccIOProc, LPMMIOPROC pIOProc, DWORD dwFlags) {
  auto& list = ringproc::mmio::procedures();
  // MMIO_GLOBALPROC and MMIO_UNICODEPROC change nothing here: one process, UTF-8.
  switch (dwFlags & (MMIO_INSTALLPROC | MMIO_REMOVEPROC | MMIO_FINDPROC)) {
    case MMIO_INSTALLPROC:
      if (pIOProc == nullptr || fccIOProc == 0) return nullptr;
      return list.install(fccIOProc, pIOProc);
    case MMIO_REMOVEPROC:
      return list.remove(fccIOProc, pIOProc);
    case MMIO_FINDPROC:
      return list.find(fccIOProc, pIOProc);
    default:
      return nullptr;
  }
}

FOURCC mmioStringToFOURCCA(LPCSTR sz, UINT uFlags) {
  if (sz == nullptr) return 0;
  return ringproc::mmio::make_code(sz, std::strlen(sz), (uFlags & MMIO_TOUPPER) != 0);
}
