// The I/O procedure under the portable mmio functions, from an installed package.
#include <ringproc/mmio.h>
#include <ringproc/procedure.h>

int main() {
  char path[] = "consumer_cpp.bin";
  MMIOINFO info{};
  info.pIOProc = ringproc_ioproc;
  const HMMIO handle = mmioOpen(path, &info, MMIO_CREATE | MMIO_WRITE);
  if (handle == nullptr) return 1;
  const bool written = mmioWrite(handle, "hello", 5) == 5 && mmioFlush(handle, 0) == 0;
  return mmioClose(handle, 0) == 0 && written ? 0 : 1;
}
