// The one interface to files of the operating system. It adapts intentions (write here, make
// durable), not calls, and knows no ring. One .cpp per system implements it and the functions
// below; tests have fakes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace ringproc::core {

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

struct FileState {
  FileId id;
  std::uint64_t size = 0;
  std::uint64_t birth_ns = 0;  // 0: unknown
  std::uint64_t modified_ns = 0;
  std::uint64_t changed_ns = 0;
};

struct IoResult {
  std::size_t bytes = 0;
  std::error_code error;
};

struct OpenRequest {
  bool read = true;
  bool write = false;
  bool create = false;  // create if missing; the opener truncates
  bool deny_read = false;
  bool deny_write = false;
};

// Direct writes need offsets, addresses and sizes that are multiples of this. No common device
// needs more; one that did would refuse, and then everything goes through the page cache.
inline constexpr std::size_t kDirectBlock = 4096;

// An open file. All calls may block on the device and may be made from any thread; write_at and
// sync each by one thread at a time. EINTR is handled inside; a short count without an error is the
// caller's to continue.
class Backend {
 public:
  virtual ~Backend() = default;

  // Writes the parts, one after the other, at offset. Returns: bytes handed to the OS, which may be
  // fewer than asked; 0 bytes with an error if none. Errors: the OS's. Never moves a file position.
  [[nodiscard]] virtual IoResult write_at(std::span<const std::span<const std::byte>> parts,
                                          std::uint64_t offset) noexcept = 0;

  // Reads at offset. Returns: bytes read; fewer than asked only at the end of the file or on an
  // error.
  [[nodiscard]] virtual IoResult read_at(std::span<std::byte> to,
                                         std::uint64_t offset) noexcept = 0;

  // Success: all bytes written before the call, and the size, are on stable storage as far as the
  // OS can tell. Failure: nothing may be claimed, now or by a second call.
  [[nodiscard]] virtual std::error_code sync() noexcept = 0;

  // Success: the directory entry is on stable storage. std::errc::not_supported: there is no such
  // call here.
  [[nodiscard]] virtual std::error_code sync_name() noexcept = 0;

  // ---- what not every file can: std::errc::not_supported where there is no such thing ----

  // As write_at, but from memory to the device, not leaving the bytes in the page cache. What is in
  // there and on the device stay one. Requires: offset, and address and size of each part, are
  // multiples of kDirectBlock. Errors: not_supported, from then on always, and nothing was written.
  [[nodiscard]] virtual IoResult write_direct_at(std::span<const std::span<const std::byte>>,
                                                 std::uint64_t) noexcept {
    return {0, std::make_error_code(std::errc::not_supported)};
  }
  // Makes sure, before the first write, that it can be done. Errors: not_supported; the OS's.
  [[nodiscard]] virtual std::error_code prepare_direct() noexcept {
    return std::make_error_code(std::errc::not_supported);
  }
  // Whether such writes have not been refused so far.
  [[nodiscard]] virtual bool can_write_direct() const noexcept { return false; }
  // Reserves space for [from, to) on the device; the size stays. Errors: the OS's; nothing is
  // broken by them.
  [[nodiscard]] virtual std::error_code reserve(std::uint64_t, std::uint64_t) noexcept {
    return std::make_error_code(std::errc::not_supported);
  }
  // Whether no other process claims to write to this file, as far as claims can be seen.
  [[nodiscard]] virtual bool is_sole_writer() const noexcept { return false; }

  [[nodiscard]] virtual std::error_code truncate(std::uint64_t size) noexcept = 0;
  [[nodiscard]] virtual FileState state(std::error_code& error) noexcept = 0;
  // The same as far as the system knows it without asking a disk that may hang: this system's own
  // writes are in it.
  [[nodiscard]] virtual FileState known_state(std::error_code& error) noexcept {
    return state(error);
  }
  [[nodiscard]] virtual std::uint64_t size(std::error_code& error) noexcept {
    return state(error).size;
  }
  // Whether the file's times are told by this machine's clock, and changed while the call that
  // changes the file runs.
  [[nodiscard]] virtual bool has_local_times() noexcept { return false; }

  // The file was renamed: sync_name() and path() follow.
  virtual void set_path(std::string path) = 0;
  // A handle was opened by that path: the next sync_name() covers it, too. Absolute, or empty.
  virtual void also_named(const std::string&) {}
  [[nodiscard]] virtual std::string path()
      const = 0;  // absolute; empty for an adopted handle without a name
  // A path by which another process finds this file now; empty if there is none. For an adopted
  // handle too, if the system knows it.
  [[nodiscard]] virtual std::string findable_path() const = 0;

  // Claims, against other processes, what the handles on this file do and deny; replaces the last
  // claim. Errors: Errc::sharing, and the last claim stays.
  [[nodiscard]] virtual std::error_code share(const OpenRequest& all_handles) noexcept = 0;
  // In a forked child: file and claims are the parent's. Closes the child's copy of the OS handle
  // and nothing else, so that the claims end with the parent.
  virtual void abandon() noexcept = 0;
  // Whether such claims work on this file system.
  [[nodiscard]] virtual bool locks() const noexcept = 0;

  [[nodiscard]] virtual std::intptr_t native() const noexcept = 0;
  // Gives the OS handle up without closing it, its position set to `position`.
  virtual void release(std::uint64_t position) noexcept = 0;
  // Closes the OS handle, once; later calls return success. Errors: the OS's, and the handle is
  // closed nevertheless.
  [[nodiscard]] virtual std::error_code close() noexcept = 0;
};

// Opens a regular file. Errors: the OS's; Errc::not_a_file. Never truncates, claims nothing.
[[nodiscard]] std::unique_ptr<Backend> open_file(const std::string& path,
                                                 const OpenRequest& request,
                                                 std::error_code& error);

// Works on a duplicate of a handle that the application opened. *position: where that handle
// stands. Errors: Errc::not_a_file for pipes, terminals, directories and handles that append.
[[nodiscard]] std::unique_ptr<Backend> adopt_file(std::intptr_t native, const OpenRequest& request,
                                                  std::uint64_t* position, std::error_code& error);
// For an adopted handle: closes the application's own, or leaves it open at `position`.
[[nodiscard]] std::error_code close_native(std::intptr_t native) noexcept;
void seek_native(std::intptr_t native, std::uint64_t position) noexcept;

// Renames within a file system, never replacing a file.
[[nodiscard]] std::error_code rename_file(const std::string& from, const std::string& to) noexcept;
// Makes the directory entries of a rename durable where that can be done.
[[nodiscard]] std::error_code sync_names(const std::string& from, const std::string& to) noexcept;
[[nodiscard]] FileId file_id(const std::string& path, std::error_code& error) noexcept;
// What stands at that path, opened or not; links are followed.
[[nodiscard]] FileState file_state(const std::string& path, std::error_code& error) noexcept;
// A new file for its owner's eyes only, open for reading and writing; never an existing one.
[[nodiscard]] std::unique_ptr<Backend> create_file(const std::string& path, std::error_code& error);
[[nodiscard]] std::error_code remove_file(const std::string& path) noexcept;
// Creates a new empty file in the directory of `like` (without one: the system's place for
// temporary files), its name beginning with up to three characters of the last part of `like`;
// returns its name.
[[nodiscard]] std::string create_temporary(const std::string& like, std::error_code& error);
[[nodiscard]] bool is_absolute_path(const std::string& path) noexcept;
[[nodiscard]] std::string absolute_path(const std::string& path, std::error_code& error);
// A name in the encoding in which programs hand it to the mmio API, to UTF-8 and back (Windows: the
// ANSI code page; elsewhere nothing happens).
[[nodiscard]] std::string from_program(const char* name);
[[nodiscard]] std::string to_program(const std::string& path);
// Tells a missing file (false) from a missing parent directory (true).
[[nodiscard]] bool parent_is_missing(const std::string& path) noexcept;

}  // namespace ringproc::core
