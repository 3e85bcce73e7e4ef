#include "substitute/open_scope.hpp"

namespace ringproc::substitute {
namespace {

// Not thread_local: threads of the program exist before this DLL does.
DWORD g_slot = TLS_OUT_OF_INDEXES;

}  // namespace

bool OpenScope::prepare() noexcept {
  g_slot = TlsAlloc();
  return g_slot != TLS_OUT_OF_INDEXES;
}

OpenScope::OpenScope(const wchar_t* given, Mechanism by) noexcept
    : name(given), mechanism(by), outer_(static_cast<OpenScope*>(TlsGetValue(g_slot))) {
  TlsSetValue(g_slot, this);
}

OpenScope::~OpenScope() { TlsSetValue(g_slot, outer_); }

OpenScope* OpenScope::claim() noexcept {
  auto* const scope = static_cast<OpenScope*>(TlsGetValue(g_slot));
  if (!scope || scope->claimed_) return nullptr;
  scope->claimed_ = true;
  return scope;
}

}  // namespace ringproc::substitute
