/* A program as written for Windows: nothing but the include differs. Writes one second of silence.
 */
#include <string.h>

#include "ringproc/mmio.h"

int write_wave(char* path);

int write_wave(char* path) {
  static char silence[16000];
  HMMIO hmmio;
  MMCKINFO ckRiff, ckFmt, ckData;
  PCMWAVEFORMAT format;
  DWORD dwWritten = 0;

  hmmio = mmioOpen(path, NULL, MMIO_ALLOCBUF | MMIO_CREATE | MMIO_READWRITE);
  if (hmmio == NULL) return FALSE;

  memset(&ckRiff, 0, sizeof(ckRiff));
  ckRiff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
  if (mmioCreateChunk(hmmio, &ckRiff, MMIO_CREATERIFF) != MMSYSERR_NOERROR) return FALSE;

  memset(&ckFmt, 0, sizeof(ckFmt));
  ckFmt.ckid = mmioStringToFOURCC("fmt", 0);
  ckFmt.cksize = sizeof(format);
  format.wf.wFormatTag = WAVE_FORMAT_PCM;
  format.wf.nChannels = 1;
  format.wf.nSamplesPerSec = 8000;
  format.wf.nAvgBytesPerSec = 16000;
  format.wf.nBlockAlign = 2;
  format.wBitsPerSample = 16;
  if (mmioCreateChunk(hmmio, &ckFmt, 0) != MMSYSERR_NOERROR) return FALSE;
  if (mmioWrite(hmmio, (HPSTR)&format, sizeof(format)) != sizeof(format)) return FALSE;
  if (mmioAscend(hmmio, &ckFmt, 0) != MMSYSERR_NOERROR) return FALSE;

  memset(&ckData, 0, sizeof(ckData));
  ckData.ckid = mmioFOURCC('d', 'a', 't', 'a');
  if (mmioCreateChunk(hmmio, &ckData, 0) != MMSYSERR_NOERROR) return FALSE;
  while (dwWritten < sizeof(silence)) {
    LONG lResult = mmioWrite(hmmio, silence + dwWritten, 1000);
    if (lResult != 1000) return FALSE;
    dwWritten += (DWORD)lResult;
  }
  if (mmioAscend(hmmio, &ckData, 0) || mmioAscend(hmmio, &ckRiff, 0)) return FALSE;
  return mmioClose(hmmio, 0) == MMSYSERR_NOERROR;
}
