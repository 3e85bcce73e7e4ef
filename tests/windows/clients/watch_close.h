/* What mmioClose answers to a module of this process that does not tell: its import is led through
 * here. */
#ifndef RINGPROC_TESTS_WINDOWS_WATCH_CLOSE_H
#define RINGPROC_TESTS_WINDOWS_WATCH_CLOSE_H

#include <windows.h>
/* clang-format off */
#include <mmsystem.h>
/* clang-format on */

/* Returns: 1, or 0 if that module is not loaded or does not import mmioClose from winmm.dll. */
int watch_close_of(const char* module);
/* The first result that was not 0 since; 0 if there was none. *calls: how many calls there were. */
UINT watched_close(int* calls);

#endif
