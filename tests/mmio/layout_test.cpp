// The types of mmio.h are the ones of mmsystem.h, byte for byte. Nothing here runs.
#include <gtest/gtest.h>

#include <cstddef>

#include "ringproc/mmio.h"

static_assert(sizeof(DWORD) == 4 && sizeof(LONG) == 4 && sizeof(UINT) == 4 && sizeof(WORD) == 2);
static_assert(sizeof(LPARAM) == sizeof(void*) && sizeof(LRESULT) == sizeof(void*));

#if UINTPTR_MAX > 0xFFFFFFFFu
static_assert(sizeof(MMIOINFO) == 100);
static_assert(offsetof(MMIOINFO, dwFlags) == 0 && offsetof(MMIOINFO, fccIOProc) == 4);
static_assert(offsetof(MMIOINFO, pIOProc) == 8 && offsetof(MMIOINFO, wErrorRet) == 16);
static_assert(offsetof(MMIOINFO, htask) == 20 && offsetof(MMIOINFO, cchBuffer) == 28);
static_assert(offsetof(MMIOINFO, pchBuffer) == 32 && offsetof(MMIOINFO, pchNext) == 40);
static_assert(offsetof(MMIOINFO, pchEndRead) == 48 && offsetof(MMIOINFO, pchEndWrite) == 56);
static_assert(offsetof(MMIOINFO, lBufOffset) == 64 && offsetof(MMIOINFO, lDiskOffset) == 68);
static_assert(offsetof(MMIOINFO, adwInfo) == 72 && offsetof(MMIOINFO, dwReserved1) == 84);
static_assert(offsetof(MMIOINFO, dwReserved2) == 88 && offsetof(MMIOINFO, hmmio) == 92);
#else
static_assert(sizeof(MMIOINFO) == 72 && offsetof(MMIOINFO, hmmio) == 68);
#endif

static_assert(sizeof(MMCKINFO) == 20 && offsetof(MMCKINFO, dwFlags) == 16);
static_assert(sizeof(WAVEFORMAT) == 14 && sizeof(PCMWAVEFORMAT) == 16);
static_assert(sizeof(WAVEFORMATEX) == 18 && offsetof(WAVEFORMATEX, cbSize) == 16);

static_assert(FOURCC_DOS == 0x20534F44 && FOURCC_MEM == 0x204D454D);
static_assert(FOURCC_RIFF == 0x46464952 && FOURCC_LIST == 0x5453494C);
static_assert(mmioFOURCC('W', 'A', 'V', 'E') == 0x45564157);
static_assert(MMIOERR_FILENOTFOUND == 257 && MMIOERR_INVALIDFILE == 272);
static_assert(MMIOM_WRITEFLUSH == 5 && MMIOM_USER == 0x8000);

TEST(StringToFourcc, PadsWithBlanksAndConvertsCaseOnRequest) {
  EXPECT_EQ(mmioStringToFOURCC("wave", 0), mmioFOURCC('w', 'a', 'v', 'e'));
  EXPECT_EQ(mmioStringToFOURCC("wave", MMIO_TOUPPER), mmioFOURCC('W', 'A', 'V', 'E'));
  EXPECT_EQ(mmioStringToFOURCC("DOS", 0), DWORD{FOURCC_DOS});
  EXPECT_EQ(mmioStringToFOURCC("waveform", 0), mmioFOURCC('w', 'a', 'v', 'e'));
  EXPECT_EQ(mmioStringToFOURCC("", 0), DWORD{0x20202020});
  EXPECT_EQ(mmioStringToFOURCC(nullptr, 0), DWORD{0});
}
