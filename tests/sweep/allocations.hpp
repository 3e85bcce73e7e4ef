// Memory that runs out at a chosen allocation, of the thread that calls the library or of the
// library's own, whoever makes it there: the library, the C++ runtime or the C library.
#pragma once

namespace sweep {

enum class Whose { callers, librarys };

// Counts from here on, in this thread or in all others; the number-th allocation fails, and no
// other. 0: none does.
void fail_allocation(long number, Whose whose);
// As many have been made since then.
long allocations();

// While it lives, the allocations are the program's own: they do not count.
class OwnAllocations {
 public:
  OwnAllocations();
  ~OwnAllocations();
  OwnAllocations(const OwnAllocations&) = delete;
  OwnAllocations& operator=(const OwnAllocations&) = delete;

 private:
  bool before_;
};

}  // namespace sweep
