// powercut_writer DIRECTORY STYLE SEED [SEED...]: in the guest, performs the script of each
// seed on files below DIRECTORY, through the procedure, with the options in RINGPROC_OPTIONS.
// Before an operation begins, and after one with a promise has returned, it says so where the cut
// can be told from: on the console (POWERCUT_MARKS unset) or in the log of writes
// (POWERCUT_MARKS=NAME of its device). Exit status: 0; 1: something failed or is not in force, said
// on the console.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"
#include "powercut/marks.hpp"
#include "powercut/procedure_file.hpp"
#include "powercut/script.hpp"

namespace {

using powercut::Kind;
using powercut::Op;

// What the options ask for, and whether it was seen to be in force.
class Modes {
 public:
  Modes() {
    if (const char* const text = std::getenv("RINGPROC_OPTIONS")) options_ = text;
  }

  void look(powercut::ProcedureFile& file, const std::string& path) {
    const ringproc_stats stats = file.stats();
    need(stats, RINGPROC_CAN_SYNC, "RINGPROC_CAN_SYNC", true);
    need(stats, RINGPROC_CAN_SYNC_NAME, "RINGPROC_CAN_SYNC_NAME", true);
    if (has("direct=on")) need(stats, RINGPROC_CAN_DIRECT, "RINGPROC_CAN_DIRECT", true);
    if (has("direct=off")) need(stats, RINGPROC_CAN_DIRECT, "RINGPROC_CAN_DIRECT", false);
    const bool ahead = has("preallocate=auto") || has("preallocate=written");
    need(stats, RINGPROC_CAN_PREALLOCATE, "RINGPROC_CAN_PREALLOCATE", ahead);
    direct_bytes_ += stats.direct_bytes;
    struct stat now {};
    if (::stat(path.c_str(), &now) != 0) return lack("a file by its name");
    const auto size = static_cast<std::uint64_t>(now.st_size);
    if (size > stats.logical_size) ++zeros_ahead_;
    if (static_cast<std::uint64_t>(now.st_blocks) * 512 > size + kAhead) ++space_ahead_;
  }

  // Returns: whether everything asked for was in force.
  bool report() {
    if (has("direct=on") && direct_bytes_ == 0) lack("direct=on: nothing went past the page cache");
    if (has("direct=off") && direct_bytes_ != 0) lack("direct=off: something went direct");
    if (has("preallocate=written") && zeros_ahead_ == 0) lack("preallocate=written: no zeros");
    if (has("preallocate=auto") && space_ahead_ == 0) lack("preallocate=auto: no space ahead");
    if (!has("preallocate=written") && zeros_ahead_ != 0) lack("preallocate: zeros unasked for");
    powercut::say("MODE direct_bytes=" + std::to_string(direct_bytes_) + " zeros_ahead=" +
                  std::to_string(zeros_ahead_) + " space_ahead=" + std::to_string(space_ahead_));
    return good_;
  }

 private:
  static constexpr std::uint64_t kAhead = 256 * 1024;  // less than the library takes at a time

  bool has(std::string_view option) const { return options_.find(option) != std::string::npos; }
  void need(const ringproc_stats& stats, std::uint32_t bit, const char* name, bool wanted) {
    if (((stats.capabilities & bit) != 0) != wanted) {
      lack(std::string(name) + (wanted ? " is not in force" : " is in force"));
    }
  }
  void lack(const std::string& what) {
    if (good_) powercut::say("BROKEN mode: " + what);
    good_ = false;
  }

  std::string options_;
  std::uint64_t direct_bytes_ = 0;
  std::uint64_t zeros_ahead_ = 0;
  std::uint64_t space_ahead_ = 0;
  bool good_ = true;
};

class Writer {
 public:
  Writer(std::string directory, powercut::Style style, const powercut::Marks& marks)
      : directory_(std::move(directory)), style_(style), marks_(marks) {}

  bool perform(std::uint64_t seed) {
    seed_ = seed;
    marks_.begins(seed);
    const std::vector<Op> script = make_script(seed, style_);
    files_.assign(script.size(), {});
    bool good = true;
    for (std::size_t i = 0; i < script.size() && good; ++i) {
      marks_.begins(seed, i);
      good = perform(script[i], i);
      if (!good) complain(script[i], i);
      if (good && script[i].kind != Kind::open && script[i].kind != Kind::write)
        marks_.returned(seed, i);
    }
    marks_.ends(seed);
    return close_all() && good;
  }

  bool modes_were_in_force() { return modes_.report(); }

 private:
  struct File {
    powercut::ProcedureFile handle;
    std::uint32_t at = 0;
    unsigned renames = 0;
    bool made = false;
  };

  bool perform(const Op& op, std::size_t i) {
    File& file = files_[op.file];
    switch (op.kind) {
      case Kind::open:
        return open(file, op.file);
      case Kind::write:
      case Kind::write_flush:
        return write(file, op, i);
      case Kind::flush:
        return (result_ = file.handle.write_flush(nullptr, 0)) == 0;
      case Kind::message:
        return (result_ = file.handle.flush_message()) == 1;
      case Kind::rename:
        return rename(file, op.file);
      case Kind::close:
        return close(file, op.file);
    }
    return false;
  }

  void complain(const Op& op, std::size_t i) {
    const ringproc_failure failure = files_[op.file].handle.failure();
    powercut::say("BROKEN operation " + std::to_string(i) + " of kind " +
                  std::to_string(static_cast<int>(op.kind)) + " at " + std::to_string(op.offset) +
                  " of " + std::to_string(op.size) + " bytes returned " + std::to_string(result_) +
                  ", error " + std::to_string(failure.code) + " in " +
                  std::to_string(failure.operation));
  }

  bool open(File& file, unsigned number) {
    result_ = file.handle.open(path(file, number), MMIO_CREATE | MMIO_READWRITE);
    return file.made = result_ == MMSYSERR_NOERROR;
  }

  bool write(File& file, const Op& op, std::size_t i) {
    bytes_.resize(op.size);
    for (std::uint32_t k = 0; k < op.size; ++k) {
      bytes_[k] = static_cast<char>(powercut::byte_of(seed_, op.file, i, op.offset + k));
    }
    if (file.at != op.offset && file.handle.seek(op.offset) != op.offset) return false;
    file.at = op.offset + op.size;
    result_ = op.kind == Kind::write ? file.handle.write(bytes_.data(), op.size)
                                     : file.handle.write_flush(bytes_.data(), op.size);
    if (result_ != op.size) return false;
    if (op.kind == Kind::write_flush) modes_.look(file.handle, path(file, op.file));
    return true;
  }

  bool rename(File& file, unsigned number) {
    const std::string from = path(file, number);
    ++file.renames;
    result_ = powercut::ProcedureFile::rename(from, path(file, number));
    return result_ == MMSYSERR_NOERROR;
  }

  bool close(File& file, unsigned number) {
    modes_.look(file.handle, path(file, number));
    result_ = file.handle.close();
    return result_ == MMSYSERR_NOERROR;
  }

  // Their blocks are used again: what a later seed finds of them is foreign there.
  bool close_all() {
    bool good = true;
    for (unsigned number = 0; number < files_.size(); ++number) {
      File& file = files_[number];
      if (file.handle.is_open() && !close(file, number)) good = false;
      if (file.made && ::unlink(path(file, number).c_str()) != 0) good = false;
    }
    if (!good) powercut::say("BROKEN close or unlink: " + std::to_string(result_));
    return good;
  }

  std::string path(const File& file, unsigned number) const {
    return directory_ + "/" + powercut::name_of(seed_, number, file.renames);
  }

  const std::string directory_;
  const powercut::Style style_;
  const powercut::Marks& marks_;
  Modes modes_;
  std::uint64_t seed_ = 0;
  std::vector<File> files_;
  std::vector<char> bytes_;
  LRESULT result_ = 0;  // of the last message
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string_view style = argv[2];
  const powercut::Marks marks(std::getenv("POWERCUT_MARKS"));
  Writer writer(argv[1], style == "close" ? powercut::Style::close : powercut::Style::flush, marks);
  bool good = true;
  for (int i = 3; i < argc && good; ++i) good = writer.perform(std::strtoull(argv[i], nullptr, 10));
  return writer.modes_were_in_force() && good ? 0 : 1;
}
