#include <ringproc/install.h>
#include <stdio.h>

int main(void) {
  const char samples[4096] = {0};
  ringproc_install(RINGPROC_FOURCC);

  MMIOINFO info = {.fccIOProc = RINGPROC_FOURCC};
  HMMIO file = mmioOpen("example.raw", &info, MMIO_CREATE | MMIO_WRITE);
  if (!file) return printf("cannot open: error %u\n", info.wErrorRet), 1;

  for (int i = 0; i < 1000; ++i) { /* returns when the bytes are copied */
    if (mmioWrite(file, samples, sizeof samples) != sizeof samples) return puts("write failed"), 1;
  }
  if (ringproc_mmio_flush(file) != 0) return puts("not durable"), 1; /* they are on disk */
  if (mmioClose(file, 0) != 0) return puts("something was lost"), 1;
  return puts("durable"), 0;
}
