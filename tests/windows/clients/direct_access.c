/* Writes sound into the API's own buffer, byte by byte (mmioGetInfo, mmioAdvance, mmioSetInfo), and
 * patches the `fact` chunk at the end, as the wave writers of the DirectX samples' time do. Usage:
 * direct_access FILE */
#include "client.h"

enum { kSamples = 150001, kBytesPerSample = 2 };

static int write_fact(HMMIO file, DWORD samples) {
  MMCKINFO fact;
  return create_chunk(file, &fact, mmioFOURCC('f', 'a', 'c', 't')) &&
         tell("mmioWrite(fact)", mmioWrite(file, (char*)&samples, sizeof samples),
              sizeof samples) &&
         ascend(file, &fact);
}

static int write_sound(HMMIO file) {
  MMIOINFO info;
  DWORD i;
  if (!tell("mmioGetInfo", (long)mmioGetInfo(file, &info, 0), 0)) return 0;
  for (i = 0; i < kSamples * kBytesPerSample; ++i) {
    if (info.pchNext == info.pchEndWrite) {
      info.dwFlags |= MMIO_DIRTY;
      if (!tell("mmioAdvance", (long)mmioAdvance(file, &info, MMIO_WRITE), 0)) return 0;
    }
    *info.pchNext++ = payload_byte(i);
  }
  info.dwFlags |= MMIO_DIRTY;
  return tell("mmioSetInfo", (long)mmioSetInfo(file, &info, 0), 0);
}

static int patch_fact(HMMIO file) {
  MMCKINFO riff = {0}, fact = {0};
  DWORD samples = kSamples;
  riff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
  fact.ckid = mmioFOURCC('f', 'a', 'c', 't');
  return tell("mmioSeek", mmioSeek(file, 0, SEEK_SET), 0) &&
         tell("mmioDescend(RIFF)", (long)mmioDescend(file, &riff, NULL, MMIO_FINDRIFF), 0) &&
         tell("mmioDescend(fact)", (long)mmioDescend(file, &fact, &riff, MMIO_FINDCHUNK), 0) &&
         tell("mmioWrite(fact)", mmioWrite(file, (char*)&samples, sizeof samples),
              sizeof samples) &&
         ascend(file, &fact);
}

int main(int argc, char** argv) {
  MMCKINFO riff, data;
  HMMIO file;
  if (argc != 2) return 2;
  file = open_new(argv[1], MMIO_READWRITE | MMIO_ALLOCBUF);
  if (create_list(file, &riff, mmioFOURCC('W', 'A', 'V', 'E'), MMIO_CREATERIFF) &&
      write_format(file, 44100, 1) && write_fact(file, 0xFFFFFFFF) &&
      create_chunk(file, &data, mmioFOURCC('d', 'a', 't', 'a'))) {
    write_sound(file);
    ascend(file, &data);
    ascend(file, &riff);
    patch_fact(file);
  }
  return close_and_tell(file);
}
