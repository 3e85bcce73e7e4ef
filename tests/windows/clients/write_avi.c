/* An uncompressed film written by AVIFile (avifil32.dll), which is the client of winmm here. It
 * keeps what mmioClose returned to itself; we watch it. Usage: write_avi FILE */
#include "client.h"
/* clang-format off */
#include <vfw.h>
/* clang-format on */

#include "watch_close.h"

enum { kWidth = 64, kHeight = 48, kFrame = kWidth * kHeight * 3, kFrames = 60 };

static PAVISTREAM create_stream(PAVIFILE file) {
  PAVISTREAM stream = NULL;
  AVISTREAMINFOA about = {0};
  BITMAPINFOHEADER format = {0};
  about.fccType = streamtypeVIDEO;
  about.dwScale = 1;
  about.dwRate = 25;
  about.dwSuggestedBufferSize = kFrame;
  about.rcFrame.right = kWidth;
  about.rcFrame.bottom = kHeight;
  format.biSize = sizeof format;
  format.biWidth = kWidth;
  format.biHeight = kHeight;
  format.biPlanes = 1;
  format.biBitCount = 24;
  format.biSizeImage = kFrame;
  if (!tell("AVIFileCreateStream", AVIFileCreateStreamA(file, &stream, &about), 0)) return NULL;
  tell("AVIStreamSetFormat", AVIStreamSetFormat(stream, 0, &format, sizeof format), 0);
  return stream;
}

static void write_frames(PAVISTREAM stream) {
  static char frame[kFrame];
  LONG i;
  for (i = 0; i < kFrames; ++i) {
    fill_payload(frame, kFrame, (DWORD)i * kFrame);
    if (!tell("AVIStreamWrite", AVIStreamWrite(stream, i, 1, frame, kFrame, AVIIF_KEYFRAME, 0, 0),
              0)) {
      return;
    }
  }
}

int main(int argc, char** argv) {
  PAVIFILE file = NULL;
  PAVISTREAM stream;
  int calls;
  UINT result;
  if (argc != 2) return 2;
  AVIFileInit();
  if (!watch_close_of("avifil32.dll")) {
    printf("avifil32.dll does not import mmioClose\n");
    return 2;
  }
  if (!tell("AVIFileOpen", AVIFileOpenA(&file, argv[1], OF_CREATE | OF_WRITE, NULL), 0)) return 3;
  stream = create_stream(file);
  if (stream) {
    write_frames(stream);
    AVIStreamRelease(stream);
  }
  AVIFileRelease(file);
  AVIFileExit();
  result = watched_close(&calls);
  printf("mmioClose: %u\n", result);
  return calls == 1 && result == 0 ? 0 : 1;
}
