// What one case of a bench measures: an operation of one procedure on files of one kind, at one
// size, by so many callers, at some pace. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringproc::tool::measure {

enum class Procedure { raw, dos, ring };
enum class Operation {
  flush,  // write and flush, each waited for
  write,  // WRITE alone; another thread may flush beside it
  stream  // as much as the size says in one go, then one flush
};
enum class FileKind {
  growing,  // appended to, from nothing
  prepared  // written over, from one end to the other and again; made and synced before
};
enum class Direct { automatic, on, off };

struct Arrival {
  enum class Kind {
    closed,  // an operation begins when the caller's last one is done
    fixed,   // at even intervals, whatever the disk does
    poisson  // at random moments
  };
  Kind kind = Kind::closed;
  double per_second = 0;  // open loops: all callers together
};

struct Case {
  Procedure procedure = Procedure::raw;
  Operation operation = Operation::flush;
  FileKind file = FileKind::growing;
  std::uint32_t block_bytes = 4096;
  unsigned callers = 1;
  unsigned files = 1;  // caller i writes to file i modulo files
  Arrival arrival{};
  double sync_seconds = 0;       // write: everything is made durable this often beside it; 0: never
  double seconds = 1;            // of one turn
  std::uint64_t file_bytes = 0;  // the most of a file that is written, or its prepared size
  Direct direct = Direct::automatic;

  [[nodiscard]] unsigned callers_of(unsigned file_index) const {
    return callers / files + (file_index < callers % files ? 1 : 0);
  }
};

[[nodiscard]] std::string_view name_of(Procedure procedure);
[[nodiscard]] std::string_view name_of(Operation operation);
[[nodiscard]] std::string_view name_of(FileKind file);
[[nodiscard]] std::string_view name_of(Arrival::Kind arrival);
[[nodiscard]] std::string_view name_of(Direct direct);

// "4K", "1M", "4097"
[[nodiscard]] std::string size_text(std::uint64_t bytes);

// What is measured, without the procedure: what cases of one group have in common.
[[nodiscard]] std::string group_name(const Case& one);

// Unique within a plan.
[[nodiscard]] std::string name_of(const Case& one);

}  // namespace ringproc::tool::measure
