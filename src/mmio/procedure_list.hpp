// The installed I/O procedures, newest first, with the built-in ones behind them. Any thread; the
// lock is held only to walk or change the list, never while a procedure runs.
#pragma once

#include <cstddef>

#include "ringproc/mmio.h"

namespace ringproc::mmio {

// One installation, owned by the list. In use (opened through) it cannot be removed.
class ProcedureNode;

// The procedure that serves one open file or one mmioRename. Keeps the installation it came from in
// use.
class ProcedureUse {
 public:
  ProcedureUse() = default;
  // An installation of the list, already counted as used. Null: none.
  explicit ProcedureUse(ProcedureNode* node) noexcept;
  // A procedure that is not in the list.
  ProcedureUse(LPMMIOPROC given, FOURCC code) noexcept;
  ~ProcedureUse();
  ProcedureUse(ProcedureUse&& other) noexcept;
  ProcedureUse& operator=(ProcedureUse&&) = delete;

  explicit operator bool() const noexcept { return procedure_ != nullptr; }
  [[nodiscard]] LPMMIOPROC procedure() const noexcept { return procedure_; }
  [[nodiscard]] FOURCC code() const noexcept { return code_; }
  // Effect: hands the use over to the caller, who gives it back by making a ProcedureUse of it.
  [[nodiscard]] ProcedureNode* release() noexcept;

 private:
  ProcedureNode* node_ = nullptr;
  LPMMIOPROC procedure_ = nullptr;
  FOURCC code_ = 0;
};

// Effect: chooses the procedure for `name`: pIOProc; else the newest one of fccIOProc; else the
// newest one of the code in a name like "take.abc+1"; else the newest 'DOS ', which is the built-in
// one unless another was installed. `info` and `name` may be null. Returns: none if fccIOProc names
// no procedure.
[[nodiscard]] ProcedureUse choose_procedure(const char* name, const MMIOINFO* info) noexcept;

// Returns: the code in the last "...abc+element" of a name, upper case and padded; 0 if there is
// none.
[[nodiscard]] FOURCC code_in_name(const char* name) noexcept;

// Up to four characters, padded with blanks.
[[nodiscard]] FOURCC make_code(const char* text, std::size_t length, bool upper_case) noexcept;

}  // namespace ringproc::mmio
