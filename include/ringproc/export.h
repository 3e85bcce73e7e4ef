/* Visibility of the public symbols. One of the two headers that name _WIN32 (the other is mmio.h).
 */
#ifndef RINGPROC_EXPORT_H
#define RINGPROC_EXPORT_H

#if !defined(RINGPROC_SHARED)
#define RINGPROC_API
#elif defined(_WIN32) && defined(RINGPROC_BUILDING)
#define RINGPROC_API __declspec(dllexport)
#elif defined(_WIN32)
#define RINGPROC_API __declspec(dllimport)
#else
#define RINGPROC_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define RINGPROC_NOEXCEPT noexcept
#else
#define RINGPROC_NOEXCEPT
#endif

#endif
