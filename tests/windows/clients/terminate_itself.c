/* Writes some blocks and is terminated in the middle, without any warning to anybody. Usage:
 * terminate_itself FILE BLOCKS */
#include "client.h"

enum { kBlock = 10007, kStatus = 77 };

int main(int argc, char** argv) {
  static char block[kBlock];
  HMMIO file;
  DWORD i, blocks;
  if (argc != 3) return 2;
  blocks = strtoul(argv[2], NULL, 10);
  file = open_new(argv[1], MMIO_WRITE);
  for (i = 0; i < blocks; ++i) {
    fill_payload(block, kBlock, i * kBlock);
    if (!tell("mmioWrite", mmioWrite(file, block, kBlock), kBlock)) return 1;
  }
  printf("wrote %lu bytes\n", blocks * kBlock);
  fflush(stdout);
  TerminateProcess(GetCurrentProcess(), kStatus);
  return 1;
}
