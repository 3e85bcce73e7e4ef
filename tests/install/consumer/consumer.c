/* The C API from an installed package. */
#include <ringproc/ringproc.h>
#include <stdio.h>

int main(void) {
  ringproc_file* file = NULL;
  int result = ringproc_open("consumer_c.bin", RINGPROC_CREATE, NULL, &file);
  if (result == 0 && ringproc_write(file, "hello", 5) == 5) result = ringproc_flush(file);
  if (file != NULL && ringproc_close(file) != 0) result = -1;
  printf("ringproc %s: %s\n", ringproc_version(), ringproc_strerror(result));
  return result == 0 ? 0 : 1;
}
