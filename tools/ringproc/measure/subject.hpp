// The files of one turn behind one procedure: what is measured, and nothing that measures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "measure/case.hpp"

namespace ringproc::tool::measure {

// A growing file is one handle for all of its callers, who append; on a prepared file each caller
// has a handle and a part of the file of its own, which it writes over and over. Threads: write()
// and flush() of a caller: that caller's; flush_all(): any one beside them; the rest: one thread
// without any of them.
class Subject {
 public:
  virtual ~Subject() = default;

  // Effect: writes one block at the caller's next place, in one call of the procedure. Blocks: as
  // that does. Allocates: nothing.
  // Returns: success; then error() says why not.
  [[nodiscard]] virtual bool write(unsigned caller) = 0;

  // Effect: everything written to the caller's file before is durable. Returns: success. Blocks: on
  // the disk.
  [[nodiscard]] virtual bool flush(unsigned caller) = 0;

  // The same for each file.
  [[nodiscard]] virtual bool flush_all() = 0;

  // Syncs given to the system since it was opened.
  [[nodiscard]] virtual std::uint64_t syncs() = 0;

  // Effect: closes everything. Returns: success.
  [[nodiscard]] virtual bool close() = 0;

  // The first failure in words; empty if there was none. Threads: any.
  [[nodiscard]] virtual std::string error() = 0;
};

struct SubjectRequest {
  Case measured;
  std::vector<std::string> paths;   // one for each file; growing: not there, prepared: there
  std::span<const std::byte> data;  // one block, on a page's boundary; lives longer
  std::string library_options;      // ring: as in RINGPROC_OPTIONS
};

struct OpenedSubject {
  std::unique_ptr<Subject> subject;
  std::string error;  // why there is none
};

// Blocks: on the OS's open.
[[nodiscard]] OpenedSubject open_raw_subject(const SubjectRequest& request);
[[nodiscard]] OpenedSubject open_dos_subject(const SubjectRequest& request);
[[nodiscard]] OpenedSubject open_ring_subject(const SubjectRequest& request);

[[nodiscard]] OpenedSubject open_subject(const SubjectRequest& request);

}  // namespace ringproc::tool::measure
