/* A recorder: unbuffered, one mmioWrite per buffer of sound. Usage: write_wave FILE */
#include "client.h"

enum { kBuffer = 16384, kBuffers = 50 };

static int write_sound(HMMIO file) {
  static char sound[kBuffer];
  int i;
  for (i = 0; i < kBuffers; ++i) {
    fill_payload(sound, kBuffer, (DWORD)i * kBuffer);
    if (!tell("mmioWrite", mmioWrite(file, sound, kBuffer), kBuffer)) return 0;
  }
  return 1;
}

int main(int argc, char** argv) {
  MMCKINFO riff, data;
  HMMIO file;
  if (argc != 2) return 2;
  file = open_new(argv[1], MMIO_READWRITE);
  if (create_list(file, &riff, mmioFOURCC('W', 'A', 'V', 'E'), MMIO_CREATERIFF) &&
      write_format(file, 48000, 2) && create_chunk(file, &data, mmioFOURCC('d', 'a', 't', 'a'))) {
    write_sound(file);
    ascend(file, &data);
    ascend(file, &riff);
  }
  return close_and_tell(file);
}
