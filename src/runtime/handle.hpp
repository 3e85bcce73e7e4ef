// An open handle: a cursor on a file, with what it was opened for. The procedure, the C API and the
// C++ API are thin layers over this. One thread at a time, but for flush, write_at, statistics and
// failure, which any thread may call beside it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "file/file.hpp"
#include "runtime/runtime.hpp"

namespace ringproc::core {

struct HandleRequest {
  OpenRequest mode;
  bool cut = false;                              // empty the file
  std::uint64_t limit = std::uint64_t{1} << 62;  // no offset beyond this
  std::optional<Options> options;                // none: what the path or the process says
};

class Handle {
 public:
  // See ringproc_open. Errors: the OS's; Errc::sharing, not_a_file, option.
  [[nodiscard]] static std::unique_ptr<Handle> open(const std::string& path,
                                                    const HandleRequest& request,
                                                    std::error_code& error);
  // On a handle of the OS's that the application opened; its position is taken over.
  [[nodiscard]] static std::unique_ptr<Handle> adopt(std::intptr_t native,
                                                     const HandleRequest& request,
                                                     std::error_code& error);
  ~Handle();

  [[nodiscard]] IoResult write(std::span<const std::byte> data) noexcept;
  [[nodiscard]] IoResult write_flush(std::span<const std::byte> data) noexcept;
  [[nodiscard]] IoResult write_at(std::span<const std::byte> data, std::uint64_t offset) noexcept;
  [[nodiscard]] IoResult read(std::span<std::byte> to) noexcept;
  [[nodiscard]] std::error_code seek(std::int64_t offset, Whence whence) noexcept;
  [[nodiscard]] std::uint64_t tell() noexcept { return file_->tell(cursor_); }
  [[nodiscard]] std::error_code flush() noexcept;

  // keep_native: the OS handle stays open, standing where this handle stood.
  // Returns: see ringproc_close. The handle is closed in every case; a second call returns
  // Errc::stale_handle.
  [[nodiscard]] std::error_code close(bool keep_native = false) noexcept;

  [[nodiscard]] std::error_code set_options(const Options& options) noexcept;
  [[nodiscard]] Options options() const { return file_->options(); }
  [[nodiscard]] FileStatistics statistics() noexcept;
  [[nodiscard]] Failure failure() const { return file_->failure(); }
  [[nodiscard]] std::string place_text() const { return file_->place_text(); }
  // A write was refused: the file lacks those bytes, and close says so.
  [[nodiscard]] bool refused() const noexcept { return refused_.load(); }
  [[nodiscard]] bool suspect() const noexcept { return attachment_.suspect; }
  [[nodiscard]] std::intptr_t native() const noexcept { return native_; }

 private:
  explicit Handle(const HandleRequest& request) noexcept;
  [[nodiscard]] std::error_code attach(std::unique_ptr<Backend> backend, const Options& options,
                                       const HandleRequest& request);
  [[nodiscard]] std::error_code close_file(bool release, std::uint64_t position) noexcept;
  [[nodiscard]] std::error_code close_orphan() noexcept;
  [[nodiscard]] IoResult note_refusal(const IoResult& result) noexcept;

  const OpenRequest mode_;
  Cursor cursor_;  // guarded by the file's producer lock
  std::shared_ptr<File> file_;
  FileTable::Attachment attachment_;
  bool adopted_ = false;
  std::intptr_t native_ = -1;
  Runtime* runtime_ = nullptr;
  bool closed_ = false;
  std::atomic<bool> refused_{false};  // a write was refused: close has to say so
};

}  // namespace ringproc::core
