// A program as written for Windows: nothing but the include differs. Counts the bytes of a wave
// file by direct access.
#include <vector>

#include "ringproc/mmio.h"

LONG ReadWave(LPSTR pszFileName, WAVEFORMATEX* pwfx);

LONG ReadWave(LPSTR pszFileName, WAVEFORMATEX* pwfx) {
  MMIOINFO mmioinfo = {};
  HMMIO hmmio = mmioOpen(pszFileName, &mmioinfo, MMIO_READ | MMIO_ALLOCBUF | MMIO_DENYWRITE);
  if (!hmmio) return -1;

  MMCKINFO ckRiff = {};
  ckRiff.fccType = mmioFOURCC('W', 'A', 'V', 'E');
  MMCKINFO ck = {};
  ck.ckid = mmioFOURCC('f', 'm', 't', ' ');
  PCMWAVEFORMAT pcm = {};
  if (mmioDescend(hmmio, &ckRiff, NULL, MMIO_FINDRIFF) != 0 ||
      mmioDescend(hmmio, &ck, &ckRiff, MMIO_FINDCHUNK) != 0 ||
      mmioRead(hmmio, reinterpret_cast<HPSTR>(&pcm), sizeof(pcm)) != sizeof(pcm) ||
      mmioAscend(hmmio, &ck, 0) != 0) {
    mmioClose(hmmio, 0);
    return -1;
  }
  pwfx->nChannels = pcm.wf.nChannels;
  pwfx->nSamplesPerSec = pcm.wf.nSamplesPerSec;
  pwfx->wBitsPerSample = pcm.wBitsPerSample;

  ck.ckid = mmioFOURCC('d', 'a', 't', 'a');
  if (mmioDescend(hmmio, &ck, &ckRiff, MMIO_FINDCHUNK) != 0 ||
      mmioGetInfo(hmmio, &mmioinfo, 0) != MMSYSERR_NOERROR) {
    mmioClose(hmmio, 0);
    return -1;
  }
  LONG lBytes = 0;
  for (;;) {
    if (mmioinfo.pchNext == mmioinfo.pchEndRead) {
      if (mmioAdvance(hmmio, &mmioinfo, MMIO_READ) != MMSYSERR_NOERROR) return -1;
      if (mmioinfo.pchNext == mmioinfo.pchEndRead) break;
    }
    if (*mmioinfo.pchNext++ != 0) return -1;
    ++lBytes;
  }
  mmioSetInfo(hmmio, &mmioinfo, 0);
  return mmioClose(hmmio, 0) == MMSYSERR_NOERROR ? lBytes : -1;
}
