#include "watch_close.h"

typedef MMRESULT(WINAPI* close_function)(HMMIO, UINT);

static close_function next_close; /* what the import led to before */
static UINT first_error;
static int calls_seen;

static MMRESULT WINAPI watched(HMMIO file, UINT flags) {
  const MMRESULT result = next_close(file, flags);
  ++calls_seen;
  if (first_error == 0) first_error = result;
  return result;
}

static IMAGE_IMPORT_DESCRIPTOR* imports_of(BYTE* base) {
  const IMAGE_DOS_HEADER* const dos = (const IMAGE_DOS_HEADER*)base;
  const IMAGE_NT_HEADERS* const nt = (const IMAGE_NT_HEADERS*)(base + dos->e_lfanew);
  const DWORD at = nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
  return at == 0 ? NULL : (IMAGE_IMPORT_DESCRIPTOR*)(base + at);
}

/* The slot of the module's import table that holds the address of mmioClose; by name, since another
 * may have led it elsewhere already. */
static ULONG_PTR* close_slot(BYTE* base, const IMAGE_IMPORT_DESCRIPTOR* imports) {
  const IMAGE_THUNK_DATA* name = (const IMAGE_THUNK_DATA*)(base + imports->OriginalFirstThunk);
  IMAGE_THUNK_DATA* slot = (IMAGE_THUNK_DATA*)(base + imports->FirstThunk);
  if (imports->OriginalFirstThunk == 0) return NULL;
  for (; name->u1.AddressOfData != 0; ++name, ++slot) {
    const IMAGE_IMPORT_BY_NAME* const entry =
        (const IMAGE_IMPORT_BY_NAME*)(base + name->u1.AddressOfData);
    if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
    if (lstrcmpA((const char*)entry->Name, "mmioClose") == 0) return (ULONG_PTR*)&slot->u1.Function;
  }
  return NULL;
}

int watch_close_of(const char* module) {
  BYTE* const base = (BYTE*)GetModuleHandleA(module);
  const IMAGE_IMPORT_DESCRIPTOR* imports = base ? imports_of(base) : NULL;
  for (; imports && imports->Name != 0; ++imports) {
    ULONG_PTR* slot;
    DWORD protection;
    if (lstrcmpiA((const char*)base + imports->Name, "winmm.dll") != 0) continue;
    slot = close_slot(base, imports);
    if (!slot || !VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &protection)) continue;
    next_close = (close_function)*slot;
    *slot = (ULONG_PTR)&watched;
    VirtualProtect(slot, sizeof *slot, protection, &protection);
    return 1;
  }
  return 0;
}

UINT watched_close(int* calls) {
  *calls = calls_seen;
  return first_error;
}
