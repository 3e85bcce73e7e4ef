/* Ends with bytes pending in a ring and a DLL that still holds the file.
 * Usage: ending FILE RINGPROC_DLL LATE_WRITER_DLL ring-first|ring-last|free
 * ring-first: ringproc.dll was loaded first, so that at exit it is detached last; ring-last: the
 * other way round; free: the DLL is freed, and its detach routine exits. */
#include <stdio.h>
#include <string.h>
#include <windows.h>
/* clang-format off */
#include <mmsystem.h>
/* clang-format on */

typedef int (*begin_function)(char*, LPMMIOPROC, int);

int main(int argc, char** argv) {
  HMODULE ring = NULL, writer;
  union {
    FARPROC found;
    LPMMIOPROC procedure;
    begin_function begin;
  } ioproc, begin;
  if (argc != 5) return 2;
  if (strcmp(argv[4], "ring-last") != 0) ring = LoadLibraryA(argv[2]);
  writer = LoadLibraryA(argv[3]);
  if (!ring) ring = LoadLibraryA(argv[2]);
  if (!ring || !writer) return 2;
  ioproc.found = GetProcAddress(ring, "ringproc_ioproc");
  begin.found = GetProcAddress(writer, "late_writer_begin");
  if (!ioproc.found || !begin.found) return 2;
  if (!begin.begin(argv[1], ioproc.procedure, strcmp(argv[4], "free") == 0)) return 3;
  if (strcmp(argv[4], "free") == 0) FreeLibrary(writer);
  return 0;
}
