/* The C API used from C11: that the headers compile, that every function links, and one round trip
 * through each way in. Usage: c_tests CASE. Exit status 0 if each check of the case held. Files are
 * made in the current folder. */
#include <stdio.h>
#include <string.h>

#include "ringproc/mmio.h"
#include "ringproc/procedure.h"
#include "ringproc/ringproc.h"

static int failures = 0;

static void check(int held, const char* what, int line) {
  if (!held) {
    fprintf(stderr, "c_tests.c:%d: does not hold: %s\n", line, what);
    ++failures;
  }
}
#define CHECK(condition) check((condition) ? 1 : 0, #condition, __LINE__)

typedef void (*any_function)(void);

/* Addresses are stored through a volatile table, so that the linker has to find each function. */
static void every_function_links(void) {
  static const volatile any_function functions[] = {
#define X(name) (any_function) name,
#include "exported.inc"
#undef X
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) CHECK(functions[i] != NULL);
  CHECK(strchr(ringproc_version(), '.') != NULL);
}

static void every_error_has_its_own_words(void) {
  static const int64_t codes[] = {RINGPROC_E_OVERRUN,    RINGPROC_E_TIMEOUT, RINGPROC_E_STALE,
                                  RINGPROC_E_FORKED,     RINGPROC_E_SHARING, RINGPROC_E_INVALID,
                                  RINGPROC_E_OPTION,     RINGPROC_E_ACCESS,  RINGPROC_E_LIMIT,
                                  RINGPROC_E_NOT_A_FILE, RINGPROC_E_REFUSED, RINGPROC_E_UNWRITTEN};
  enum { kCodes = sizeof codes / sizeof codes[0] };
  char words[kCodes][256];
  for (int i = 0; i < kCodes; ++i) {
    const char* text = ringproc_strerror(codes[i]);
    CHECK(text != NULL && text[0] != '\0');
    snprintf(words[i], sizeof words[i], "%s", text != NULL ? text : "");
    for (int j = 0; j < i; ++j) CHECK(strcmp(words[i], words[j]) != 0);
  }
  CHECK(ringproc_strerror(0) != NULL);
  CHECK(ringproc_strerror(-2) != NULL);        /* the operating system's */
  CHECK(ringproc_strerror(-999999) != NULL);   /* nobody's */
  CHECK(ringproc_strerror(INT64_MIN) != NULL); /* has no positive counterpart */
}

/* What plain stdio finds in the file: the bytes must have left the library after close. */
static int file_holds(const char* path, const char* bytes, size_t size) {
  char found[256];
  FILE* file = fopen(path, "rb");
  if (file == NULL) return 0;
  const size_t count = fread(found, 1, sizeof found, file);
  fclose(file);
  return count == size && memcmp(found, bytes, size) == 0;
}

static void written_bytes_are_read_back(void) {
  const char* path = "c_tests.bin";
  char back[16] = {0};
  ringproc_options options = {0};
  ringproc_stats stats = {0};
  ringproc_failure failure = {0};
  ringproc_file* file = NULL;
  stats.size = sizeof stats;
  failure.size = sizeof failure;

  CHECK(ringproc_options_init(&options) == 0);
  CHECK(options.size == sizeof options);
  CHECK(ringproc_options_parse(&options, "ring=64K,age=50ms", NULL, 0) == 0);
  CHECK(options.ring_bytes == 65536 && options.age_ms == 50);
  CHECK(ringproc_open(path, RINGPROC_CREATE | RINGPROC_READ, &options, &file) == 0);
  if (file == NULL) return;

  CHECK(ringproc_write(file, "0123456789", 10) == 10);
  CHECK(ringproc_write_at(file, "ab", 2, 4) == 2);
  CHECK(ringproc_flush(file) == 0);
  CHECK(ringproc_stats_of(file, &stats) == 0);
  CHECK(stats.accepted == 10 && stats.written == 10 && stats.durable == 10);
  CHECK(stats.logical_size == 10 && stats.patches == 2 && stats.handles == 1);
  CHECK(ringproc_write_flush(file, "xyz", 3) == 3);
  CHECK(ringproc_seek(file, 2, SEEK_SET) == 2);
  CHECK(ringproc_read(file, back, sizeof back) == 11);
  CHECK(memcmp(back, "23ab6789xyz", 11) == 0);
  CHECK(ringproc_read(file, back, sizeof back) == 0);
  CHECK(ringproc_seek(file, -3, SEEK_END) == 10);
  CHECK(ringproc_failure_of(file, &failure) == 0);
  CHECK(failure.code == 0 && failure.operation == RINGPROC_OP_NONE);
  CHECK(ringproc_close(file) == 0);
  CHECK(file_holds(path, "0123ab6789xyz", 13));
  remove(path);
}

static void bad_arguments_give_errors(void) {
  char byte = 0;
  char message[128] = {0};
  ringproc_options options;
  ringproc_file* file = NULL;

  CHECK(ringproc_options_init(NULL) == RINGPROC_E_INVALID);
  CHECK(ringproc_options_init(&options) == 0);
  CHECK(ringproc_options_parse(&options, "no_such_key=1", message, sizeof message) ==
        RINGPROC_E_OPTION);
  CHECK(strstr(message, "no_such_key") != NULL);
  CHECK(ringproc_open(NULL, RINGPROC_READ, NULL, &file) == RINGPROC_E_INVALID);
  CHECK(ringproc_open("c_tests.none", RINGPROC_READ, NULL, NULL) == RINGPROC_E_INVALID);
  CHECK(ringproc_open("c_tests.none", 0, NULL, &file) == RINGPROC_E_INVALID);
  CHECK(ringproc_open("c_tests.none", RINGPROC_READ, NULL, &file) < 0);
  CHECK(ringproc_open(".", RINGPROC_READ, NULL, &file) < 0);
  CHECK(file == NULL);
  CHECK(ringproc_write(NULL, &byte, 1) < 0);
  CHECK(ringproc_write_at(NULL, &byte, 1, 0) < 0);
  CHECK(ringproc_read(NULL, &byte, 1) < 0);
  CHECK(ringproc_seek(NULL, 0, SEEK_SET) < 0);
  CHECK(ringproc_flush(NULL) < 0);
  CHECK(ringproc_stats_of(NULL, NULL) < 0);
  CHECK(ringproc_close(NULL) < 0);
}

/* What an application does: name the procedure in MMIOINFO and use mmio as ever. */
static void procedure_works_under_mmio(void) {
  char path[] = "c_tests.mmio";
  char back[8] = {0};
  MMIOINFO info;
  memset(&info, 0, sizeof info);
  info.pIOProc = ringproc_ioproc;

  HMMIO handle = mmioOpen(path, &info, MMIO_CREATE | MMIO_READWRITE);
  CHECK(handle != NULL);
  if (handle == NULL) return;
  CHECK(mmioWrite(handle, "RINGPROC", 8) == 8);
  CHECK(mmioFlush(handle, 0) == MMSYSERR_NOERROR);
  CHECK(mmioSendMessage(handle, RINGPROC_MSG_FLUSH, 0, 0) == 1);
  CHECK(mmioSeek(handle, 4, SEEK_SET) == 4);
  CHECK(mmioRead(handle, back, 8) == 4);
  CHECK(memcmp(back, "PROC", 4) == 0);
  CHECK(mmioClose(handle, 0) == MMSYSERR_NOERROR);
  CHECK(file_holds(path, "RINGPROC", 8));
  CHECK(mmioOpen(path, NULL, MMIO_DELETE) != NULL);

  CHECK(mmioInstallIOProc(RINGPROC_FOURCC, ringproc_ioproc, MMIO_INSTALLPROC) == ringproc_ioproc);
  CHECK(mmioInstallIOProc(RINGPROC_FOURCC, NULL, MMIO_FINDPROC) == ringproc_ioproc);
  CHECK(mmioInstallIOProc(RINGPROC_FOURCC, NULL, MMIO_REMOVEPROC) == ringproc_ioproc);
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(void);
  } cases[] = {
      {"EveryFunctionLinks", every_function_links},
      {"EveryErrorHasItsOwnWords", every_error_has_its_own_words},
      {"WrittenBytesAreReadBack", written_bytes_are_read_back},
      {"BadArgumentsGiveErrors", bad_arguments_give_errors},
      {"ProcedureWorksUnderMmio", procedure_works_under_mmio},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    if (argc == 2 && strcmp(argv[1], cases[i].name) == 0) {
      cases[i].run();
      return failures == 0 ? 0 : 1;
    }
  }
  fprintf(stderr, "usage: c_tests CASE\n");
  return 2;
}
