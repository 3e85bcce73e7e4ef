/* What the client programs share. They know winmm and nothing of ringproc: programs nobody will
 * recompile. Each tells what mmioClose returned and exits with 1 if that was not 0; an earlier
 * error is told, and the file is closed all the same, as programs do. */
#ifndef RINGPROC_TESTS_WINDOWS_CLIENT_H
#define RINGPROC_TESTS_WINDOWS_CLIENT_H

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
/* clang-format off */
#include <mmsystem.h>
/* clang-format on */

/* Byte number `at` of every payload: no period that is a power of two, so that a block in the wrong
 * place shows. */
static inline char payload_byte(DWORD at) { return (char)((at * 2654435761u) >> 23); }

static inline void fill_payload(char* data, DWORD size, DWORD at) {
  DWORD i;
  for (i = 0; i < size; ++i) data[i] = payload_byte(at + i);
}

static inline int tell(const char* call, long result, long wanted) {
  if (result == wanted) return 1;
  printf("%s: %ld instead of %ld\n", call, result, wanted);
  return 0;
}

static inline HMMIO open_new(char* name, DWORD flags) {
  MMIOINFO info = {0};
  const HMMIO file = mmioOpenA(name, &info, flags | MMIO_CREATE);
  if (file) return file;
  printf("mmioOpen: error %u\n", info.wErrorRet);
  exit(3);
}

static inline int close_and_tell(HMMIO file) {
  const UINT result = mmioClose(file, 0);
  printf("mmioClose: %u\n", result);
  return result == 0 ? 0 : 1;
}

static inline int write_format(HMMIO file, DWORD rate, WORD channels) {
  MMCKINFO chunk = {0};
  PCMWAVEFORMAT format = {{WAVE_FORMAT_PCM, channels, rate, 0, 0}, 16};
  format.wf.nBlockAlign = (WORD)(2 * channels);
  format.wf.nAvgBytesPerSec = rate * format.wf.nBlockAlign;
  chunk.ckid = mmioFOURCC('f', 'm', 't', ' ');
  chunk.cksize = sizeof format;
  return tell("mmioCreateChunk(fmt)", (long)mmioCreateChunk(file, &chunk, 0), 0) &&
         tell("mmioWrite(fmt)", mmioWrite(file, (char*)&format, sizeof format), sizeof format) &&
         tell("mmioAscend(fmt)", (long)mmioAscend(file, &chunk, 0), 0);
}

static inline int create_list(HMMIO file, MMCKINFO* chunk, FOURCC type, UINT kind) {
  ZeroMemory(chunk, sizeof *chunk);
  chunk->fccType = type;
  return tell("mmioCreateChunk(list)", (long)mmioCreateChunk(file, chunk, kind), 0);
}

static inline int create_chunk(HMMIO file, MMCKINFO* chunk, FOURCC id) {
  ZeroMemory(chunk, sizeof *chunk);
  chunk->ckid = id;
  return tell("mmioCreateChunk", (long)mmioCreateChunk(file, chunk, 0), 0);
}

static inline int ascend(HMMIO file, MMCKINFO* chunk) {
  return tell("mmioAscend", (long)mmioAscend(file, chunk, 0), 0);
}

#endif
