/* Writes many bytes and ends by ExitProcess, without mmioClose. Usage: exit_without_close FILE
 * MEBIBYTES */
#include "client.h"

enum { kBlock = 65536 };

int main(int argc, char** argv) {
  static char block[kBlock];
  HMMIO file;
  DWORD i, blocks;
  if (argc != 3) return 2;
  blocks = strtoul(argv[2], NULL, 10) * 16;
  file = open_new(argv[1], MMIO_WRITE);
  for (i = 0; i < blocks; ++i) {
    fill_payload(block, kBlock, i * kBlock);
    if (!tell("mmioWrite", mmioWrite(file, block, kBlock), kBlock)) return 1;
  }
  printf("wrote %lu bytes\n", blocks * kBlock);
  fflush(stdout);
  ExitProcess(0);
}
