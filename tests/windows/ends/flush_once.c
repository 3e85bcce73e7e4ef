/* Writes through the ring and flushes once, for a tracer. Usage: flush_once FILE */
#include <stdio.h>

#include "ringproc/install.h"

int main(int argc, char** argv) {
  static char block[4096];
  MMIOINFO info = {0};
  HMMIO file;
  MMRESULT flushed;
  if (argc != 2) return 2;
  info.pIOProc = ringproc_ioproc;
  file = mmioOpenA(argv[1], &info, MMIO_CREATE | MMIO_WRITE);
  if (!file || mmioWrite(file, block, sizeof block) != sizeof block) return 3;
  flushed = ringproc_mmio_flush(file);
  printf("flush: %u\n", flushed);
  fflush(stdout);
  /* The flush is what is looked for, not what a close might do. */
  TerminateProcess(GetCurrentProcess(), flushed == 0 ? 0u : 1u);
  return 1;
}
