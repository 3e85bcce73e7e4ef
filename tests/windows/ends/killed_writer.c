/* Writes through the ring until another of its threads terminates the process, in the middle of
 * whatever it does. How many writes have returned is kept in a mapped file.
 * Usage: killed_writer FILE COUNT_FILE MILLISECONDS */
#include <stdlib.h>

#include "ringproc/install.h"

enum { kBlock = 10007, kMost = 60000, kStatus = 77 };

static DWORD WINAPI terminate_soon(LPVOID milliseconds) {
  Sleep((DWORD)(DWORD_PTR)milliseconds);
  TerminateProcess(GetCurrentProcess(), kStatus);
  return 0;
}

static volatile LONG* mapped_count(const char* name) {
  const HANDLE file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                                  CREATE_ALWAYS, 0, NULL);
  const HANDLE mapping = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, sizeof(LONG), NULL);
  return mapping ? (volatile LONG*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0) : NULL;
}

int main(int argc, char** argv) {
  static char block[kBlock];
  MMIOINFO info = {0};
  volatile LONG* count;
  HMMIO file;
  LONG i;
  if (argc != 4) return 2;
  count = mapped_count(argv[2]);
  info.pIOProc = ringproc_ioproc;
  file = mmioOpenA(argv[1], &info, MMIO_CREATE | MMIO_WRITE);
  if (!count || !file) return 3;
  if (!CreateThread(NULL, 0, terminate_soon, (LPVOID)(DWORD_PTR)atoi(argv[3]), 0, NULL)) return 3;
  for (i = 0; i < kMost; ++i) {
    FillMemory(block, kBlock, (BYTE)(i * 7 + 1));
    if (mmioWrite(file, block, kBlock) != kBlock) return 4;
    InterlockedIncrement(count);
  }
  Sleep(INFINITE); /* everything is written before the end: whoever reads the count sees it */
  return 0;
}
