// Each claim is a shared lock on its own byte, so equal claims never collide; a claim of somebody
// else is found by asking whether an exclusive lock on that byte would be granted.
#include "backend/posix_share.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace ringproc::core {
namespace {

enum Claim : std::size_t { kReads, kWrites, kDeniesReading, kDeniesWriting, kClaims };

// Two apart, because the kernel merges neighbouring locks of one owner into one.
constexpr off_t kFirstByte = off_t{1} << 62;
constexpr off_t kSpacing = 2;

constexpr off_t byte_of(std::size_t claim) {
  return kFirstByte + kSpacing * static_cast<off_t>(claim);
}

// What must not be claimed by anybody else if one claims the index.
constexpr std::array<Claim, kClaims> kOpposite{kDeniesReading, kDeniesWriting, kReads, kWrites};

using Claims = std::array<bool, kClaims>;

Claims claims_of(const ShareMode& mode) {
  return {mode.read, mode.write, mode.deny_read, mode.deny_write};
}

struct flock lock_of(short type, std::size_t claim) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte_of(claim);
  lock.l_len = 1;
  return lock;
}

// Returns 0 or errno.
int control(int fd, int command, struct flock& lock) {
  for (;;) {
    if (::fcntl(fd, command, &lock) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

int set_lock(int fd, short type, std::size_t claim) {
  struct flock lock = lock_of(type, claim);
  return control(fd, F_OFD_SETLK, lock);
}

// A lock that reaches outside the reserved byte is a stranger's lock on the whole file, not a
// claim.
bool claimed_by_others(int fd, std::size_t claim) {
  struct flock lock = lock_of(F_WRLCK, claim);
  if (control(fd, F_OFD_GETLK, lock) != 0) return false;
  return lock.l_type != F_UNLCK && lock.l_start == byte_of(claim) && lock.l_len == 1;
}

void undo(int fd, const Claims& placed) {
  for (std::size_t claim = 0; claim < kClaims; ++claim) {
    // Unlocking what was just locked cannot fail in a way that could be mended here.
    if (placed[claim]) static_cast<void>(set_lock(fd, F_UNLCK, claim));
  }
}

}  // namespace

ShareResult acquire_share(int fd, ShareMode wanted, ShareMode held) noexcept {
  const Claims already = claims_of(held);
  Claims wants = claims_of(wanted);
  for (std::size_t claim = 0; claim < kClaims; ++claim) wants[claim] &= !already[claim];

  // Claim first, look second: of two that race, at least one sees the other.
  ShareResult result;
  Claims placed{};
  for (std::size_t claim = 0; claim < kClaims; ++claim) {
    if (!wants[claim]) continue;
    const int error = set_lock(fd, F_RDLCK, claim);
    placed[claim] = error == 0;
    if (error == EAGAIN || error == EACCES) {
      undo(fd, placed);
      result.error = std::make_error_code(std::errc::device_or_resource_busy);
      return result;
    }
    if (error != 0) result.locks_work = false;
  }
  for (std::size_t claim = 0; claim < kClaims; ++claim) {
    if (!wants[claim] || !claimed_by_others(fd, kOpposite[claim])) continue;
    undo(fd, placed);
    result.error = std::make_error_code(std::errc::device_or_resource_busy);
    return result;
  }
  return result;
}

void reduce_share(int fd, ShareMode wanted, ShareMode held) noexcept {
  const Claims keep = claims_of(wanted);
  Claims give_up = claims_of(held);
  for (std::size_t claim = 0; claim < kClaims; ++claim) give_up[claim] &= !keep[claim];
  undo(fd, give_up);
}

bool others_write(int fd) noexcept { return claimed_by_others(fd, kWrites); }

void release_share(int fd) noexcept { undo(fd, {true, true, true, true}); }

}  // namespace ringproc::core
