// Forking beside the library's threads, which some sanitizers cannot bear.
#pragma once

// Why a test that forks beside running threads cannot run in this build; nullptr: it can. Both
// limits are the sanitizer's: the library's own locks are taken around a fork, and these tests run
// in every other build.
inline const char* why_no_fork() {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return "ThreadSanitizer cannot start threads in a child forked beside threads";
#elif __has_feature(address_sanitizer)
#define RINGPROC_TESTS_ADDRESS_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(RINGPROC_TESTS_ADDRESS_SANITIZER)
  return "AddressSanitizer's heap may be locked for ever in a child forked beside threads";
#else
  return nullptr;
#endif
}
