#include "sweep/allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <utility>

// The C library's own, under the names it keeps for whoever replaces malloc.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

std::atomic<long> made{0};
std::atomic<long> failing{0};
std::atomic<bool> counting{false};
std::atomic<sweep::Whose> swept{sweep::Whose::callers};
thread_local sweep::Whose whose = sweep::Whose::librarys;
thread_local bool own = false;

bool may_have_it() noexcept {
  if (!counting.load() || own || whose != swept.load()) return true;
  if (made.fetch_add(1) + 1 != failing.load()) return true;
  errno = ENOMEM;
  return false;
}

}  // namespace

void sweep::fail_allocation(long number, Whose of) {
  failing.store(number);
  made.store(0);
  swept.store(of);
  whose = Whose::callers;
  counting.store(true);
}

long sweep::allocations() { return made.load(); }

sweep::OwnAllocations::OwnAllocations() : before_(std::exchange(own, true)) {}
sweep::OwnAllocations::~OwnAllocations() { own = before_; }

extern "C" {

void* malloc(std::size_t size) { return may_have_it() ? __libc_malloc(size) : nullptr; }

void* calloc(std::size_t count, std::size_t size) {
  return may_have_it() ? __libc_calloc(count, size) : nullptr;
}

void* realloc(void* old, std::size_t size) {
  return may_have_it() ? __libc_realloc(old, size) : nullptr;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return may_have_it() ? __libc_memalign(alignment, size) : nullptr;
}

int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
  *at = may_have_it() ? __libc_memalign(alignment, size) : nullptr;
  return *at ? 0 : ENOMEM;
}
}
