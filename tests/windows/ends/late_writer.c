/* A DLL that holds an open file until the program ends and writes to it in its detach routine, as
 * plug-ins do. Of winmm only. */
#include <stdio.h>
#include <windows.h>
/* clang-format off */
#include <mmsystem.h>
/* clang-format on */

enum { kBlock = 4096, kBlocks = 256, kLate = 1000, kStatus = 5 };

__declspec(dllexport) int late_writer_begin(char* name, LPMMIOPROC procedure, int exit_at_detach);

static HMMIO file;
static int exits;

int late_writer_begin(char* name, LPMMIOPROC procedure, int exit_at_detach) {
  static char block[kBlock];
  MMIOINFO info = {0};
  int i;
  exits = exit_at_detach;
  info.pIOProc = procedure;
  file = mmioOpenA(name, &info, MMIO_CREATE | MMIO_WRITE);
  FillMemory(block, kBlock, 'b');
  for (i = 0; file && i < kBlocks; ++i) {
    if (mmioWrite(file, block, kBlock) != kBlock) return 0;
  }
  return file != NULL;
}

static void write_late(void) {
  static char late[kLate];
  char text[80];
  DWORD told;
  long written;
  UINT closed;
  FillMemory(late, kLate, 'l');
  written = mmioWrite(file, late, kLate);
  closed = mmioClose(file, 0);
  wsprintfA(text, "late write: %ld, close: %u\n", written, closed);
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)lstrlenA(text), &told, NULL);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self;
  (void)reserved;
  if (reason != DLL_PROCESS_DETACH || !file) return TRUE;
  if (exits) {
    exits = 0;
    ExitProcess(kStatus);
  }
  write_late();
  file = NULL;
  return TRUE;
}
