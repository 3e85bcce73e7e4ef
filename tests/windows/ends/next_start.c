/* The next program that uses the library. Opens and closes FILE through the ring; then waits, ten
 * seconds at most, until no other process's bytes are left in the place of regions, by asking
 * whether LEFT, a file that a killed process wrote, has SIZE bytes or more.
 * Usage: next_start FILE [LEFT SIZE] */
#include <stdio.h>
#include <stdlib.h>

#include "ringproc/install.h"

static LONGLONG size_of(const char* name) {
  WIN32_FILE_ATTRIBUTE_DATA about;
  LARGE_INTEGER size;
  if (!GetFileAttributesExA(name, GetFileExInfoStandard, &about)) return -1;
  size.LowPart = about.nFileSizeLow;
  size.HighPart = (LONG)about.nFileSizeHigh;
  return size.QuadPart;
}

int main(int argc, char** argv) {
  MMIOINFO info = {0};
  HMMIO file;
  MMRESULT closed;
  int i;
  if (argc != 2 && argc != 4) return 2;
  info.pIOProc = ringproc_ioproc;
  file = mmioOpenA(argv[1], &info, argc == 2 ? MMIO_READWRITE : MMIO_CREATE | MMIO_WRITE);
  if (!file) return 3;
  for (i = 0; argc == 4 && i < 100 && size_of(argv[2]) < _atoi64(argv[3]); ++i) Sleep(100);
  closed = mmioClose(file, 0);
  if (closed != 0) fprintf(stderr, "closing %s: %u\n", argv[1], (unsigned)closed);
  return closed == 0 ? 0 : 1;
}
