/* Lists in lists, with chunks of odd and even sizes, buffered; each size is patched backwards when
 * its chunk ends. Usage: nested_lists FILE */
#include "client.h"

enum { kTracks = 12, kItems = 9, kLargestItem = 11000 };

/* Item sizes go through odd and even, zero, and more than one buffer of the API's. */
static DWORD item_size(DWORD track, DWORD item) {
  return (track * 997 + item * 1231) % kLargestItem;
}

static int write_item(HMMIO file, DWORD track, DWORD item) {
  static char data[kLargestItem];
  const DWORD size = item_size(track, item);
  MMCKINFO chunk;
  fill_payload(data, size, track * 1000000 + item * 50000);
  return create_chunk(file, &chunk, mmioFOURCC('i', 't', 'e', 'm')) &&
         tell("mmioWrite(item)", mmioWrite(file, data, (LONG)size), (long)size) &&
         ascend(file, &chunk);
}

static int write_track(HMMIO file, DWORD track) {
  MMCKINFO outer, inner;
  DWORD item;
  if (!create_list(file, &outer, mmioFOURCC('t', 'r', 'c', 'k'), MMIO_CREATELIST)) return 0;
  if (!create_list(file, &inner, mmioFOURCC('i', 't', 'm', 's'), MMIO_CREATELIST)) return 0;
  for (item = 0; item < kItems; ++item) {
    if (!write_item(file, track, item)) return 0;
  }
  return ascend(file, &inner) && ascend(file, &outer);
}

int main(int argc, char** argv) {
  MMCKINFO riff;
  HMMIO file;
  DWORD track;
  if (argc != 2) return 2;
  file = open_new(argv[1], MMIO_READWRITE | MMIO_ALLOCBUF);
  if (create_list(file, &riff, mmioFOURCC('N', 'E', 'S', 'T'), MMIO_CREATERIFF)) {
    for (track = 0; track < kTracks; ++track) {
      if (!write_track(file, track)) break;
    }
    ascend(file, &riff);
  }
  return close_and_tell(file);
}
