#include "bad_disk/requests.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <string>

namespace bad_disk {
namespace {

struct Handle {
  std::shared_ptr<Node> node;
  bool direct = false;
};

Disk& disk() { return *static_cast<Disk*>(::fuse_get_context()->private_data); }

Handle& handle(const fuse_file_info* info) { return *reinterpret_cast<Handle*>(info->fh); }

std::shared_ptr<Node> node_of(const char* path, const fuse_file_info* info) {
  return info != nullptr && info->fh != 0 ? handle(info).node : disk().names.find(path);
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Verdict pass(Call call, const Node& node) {
  return disk().faults.pass(call, disk().names.name_of(node));
}
Verdict pass(Call call, const char* path) { return disk().faults.pass(call, last_part(path)); }

void keep(std::shared_ptr<Node> node, fuse_file_info* info) {
  info->fh =
      reinterpret_cast<std::uint64_t>(new Handle{std::move(node), (info->flags & O_DIRECT) != 0});
}

void* on_init(fuse_conn_info* connection, fuse_config* config) {
  // Else the kernel makes an I/O error of a direct write that takes a part, and waits for a read
  // that hangs whenever it sees that a file has changed.
  connection->want &= ~static_cast<unsigned>(FUSE_CAP_ASYNC_DIO | FUSE_CAP_AUTO_INVAL_DATA);
  config->use_ino = 1;
  config->hard_remove = 1;
  config->nullpath_ok = 1;
  config->attr_timeout = 0;
  config->entry_timeout = 0;
  config->negative_timeout = 0;
  return ::fuse_get_context()->private_data;
}

int on_getattr(const char* path, struct stat* to, fuse_file_info* info) {
  const auto node = node_of(path, info);
  if (!node) return -ENOENT;
  if (const auto verdict = pass(Call::getattr, *node); verdict.error) return -verdict.error;
  *to = {};
  if (node->contents && node->contents->state(to) != 0) return -EIO;
  to->st_mode = node->mode;
  to->st_ino = node->id;
  to->st_nlink = node->contents ? 1 : 2;
  return 0;
}

int on_open(const char* path, fuse_file_info* info) {
  auto node = disk().names.find(path);
  if (!node) return -ENOENT;
  if (const auto verdict = pass(Call::open, *node); verdict.error) return -verdict.error;
  if ((info->flags & O_TRUNC) != 0 && node->contents->truncate(0) != 0) return -EIO;
  keep(std::move(node), info);
  return 0;
}

int on_create(const char* path, mode_t mode, fuse_file_info* info) {
  if (const auto verdict = pass(Call::create, path); verdict.error) return -verdict.error;
  std::shared_ptr<Node> node;
  if (const int error = disk().names.make(path, mode | S_IFREG, node); error) return error;
  keep(std::move(node), info);
  return 0;
}

int on_opendir(const char* path, fuse_file_info* info) {
  auto node = disk().names.find(path);
  if (!node) return -ENOENT;
  if (const auto verdict = pass(Call::opendir, *node); verdict.error) return -verdict.error;
  keep(std::move(node), info);
  return 0;
}

int on_release(const char*, fuse_file_info* info) {
  delete &handle(info);
  return 0;
}

int on_flush(const char*, fuse_file_info* info) {
  return -pass(Call::flush, *handle(info).node).error;
}

int on_read(const char*, char* to, std::size_t size, off_t offset, fuse_file_info* info) {
  const auto& node = *handle(info).node;
  if (const auto verdict = pass(Call::read, node); verdict.error) return -verdict.error;
  return node.contents->read(to, size, static_cast<std::uint64_t>(offset));
}

int on_write(const char*, const char* from, std::size_t size, off_t offset, fuse_file_info* info) {
  const Handle& file = handle(info);
  timespec began{};
  ::clock_gettime(CLOCK_REALTIME, &began);
  if (file.direct) disk().faults.count_direct();
  const auto verdict = pass(Call::write, *file.node);
  if (verdict.error) return -verdict.error;
  if (verdict.full && static_cast<std::uint64_t>(offset) + size > file.node->contents->size()) {
    return -ENOSPC;
  }
  // Local file systems note the time when a write begins. How long a test holds one depends on the
  // machine's load, and half a write that came late cannot be told from a stranger's.
  const auto most = std::min(verdict.limit, verdict.half ? size / 2 : size);
  return file.node->contents->write(from, most, static_cast<std::uint64_t>(offset),
                                    verdict.half ? &began : nullptr);
}

int on_truncate(const char* path, off_t size, fuse_file_info* info) {
  const auto node = node_of(path, info);
  if (!node || !node->contents) return -ENOENT;
  if (const auto verdict = pass(Call::truncate, *node); verdict.error) return -verdict.error;
  return node->contents->truncate(static_cast<std::uint64_t>(size));
}

int on_fallocate(const char*, int mode, off_t offset, off_t length, fuse_file_info* info) {
  const auto& node = *handle(info).node;
  if (const auto verdict = pass(Call::fallocate, node); verdict.error) return -verdict.error;
  return node.contents->allocate(mode, static_cast<std::uint64_t>(offset),
                                 static_cast<std::uint64_t>(length));
}

// As on Linux, bytes that could not be written count as clean afterwards. A call that was
// interrupted has given no verdict and changed nothing.
int on_fsync(const char*, int, fuse_file_info* info) {
  const auto& node = *handle(info).node;
  const auto verdict = pass(Call::fsync, node);
  if (verdict.lie) return 0;
  if (verdict.error == EIO || verdict.error == ENOSPC || verdict.error == EDQUOT) {
    node.contents->drop();
  } else if (verdict.error == 0) {
    node.contents->sync();
  }
  return -verdict.error;
}

int on_fsyncdir(const char*, int, fuse_file_info* info) {
  auto& node = *handle(info).node;
  const auto verdict = pass(Call::fsyncdir, node);
  if (verdict.error == 0 && !verdict.lie) disk().names.sync(node);
  return -verdict.error;
}

int on_readdir(const char*, void* to, fuse_fill_dir_t fill, off_t, fuse_file_info* info,
               fuse_readdir_flags) {
  const auto& node = *handle(info).node;
  if (const auto verdict = pass(Call::readdir, node); verdict.error) return -verdict.error;
  for (const auto* dots : {".", ".."}) fill(to, dots, nullptr, 0, fuse_fill_dir_flags{});
  for (const auto& [name, entry] : disk().names.entries_of(node)) {
    struct stat status {};
    status.st_ino = entry->id;
    status.st_mode = entry->mode;
    if (fill(to, name.c_str(), &status, 0, fuse_fill_dir_flags{}) != 0) break;
  }
  return 0;
}

int on_mkdir(const char* path, mode_t mode) {
  if (const auto verdict = pass(Call::mkdir, path); verdict.error) return -verdict.error;
  std::shared_ptr<Node> node;
  return disk().names.make(path, mode | S_IFDIR, node);
}

int on_rmdir(const char* path) {
  if (const auto verdict = pass(Call::rmdir, path); verdict.error) return -verdict.error;
  return disk().names.remove(path, true);
}

int on_unlink(const char* path) {
  if (const auto verdict = pass(Call::unlink, path); verdict.error) return -verdict.error;
  return disk().names.remove(path, false);
}

int on_rename(const char* from, const char* to, unsigned flags) {
  if (const auto verdict = pass(Call::rename, from); verdict.error) return -verdict.error;
  return disk().names.rename(from, to, flags);
}

int on_chmod(const char* path, mode_t mode, fuse_file_info* info) {
  const auto node = node_of(path, info);
  if (!node) return -ENOENT;
  if (const auto verdict = pass(Call::chmod, *node); verdict.error) return -verdict.error;
  node->mode = (node->mode & S_IFMT) | (mode & ~static_cast<mode_t>(S_IFMT));
  return 0;
}

int on_utimens(const char* path, const timespec times[2], fuse_file_info* info) {
  const auto node = node_of(path, info);
  if (!node) return -ENOENT;
  if (const auto verdict = pass(Call::utimens, *node); verdict.error) return -verdict.error;
  return node->contents ? node->contents->set_times(times) : 0;
}

int on_statfs(const char* path, struct statvfs* to) {
  if (const auto verdict = pass(Call::statfs, path ? path : ""); verdict.error) {
    return -verdict.error;
  }
  return ::statvfs(disk().backing_directory.c_str(), to) == 0 ? 0 : -errno;
}

}  // namespace

fuse_operations requests() {
  fuse_operations all{};
  all.init = on_init;
  all.getattr = on_getattr;
  all.open = on_open;
  all.create = on_create;
  all.opendir = on_opendir;
  all.release = on_release;
  all.releasedir = on_release;
  all.flush = on_flush;
  all.read = on_read;
  all.write = on_write;
  all.truncate = on_truncate;
  all.fallocate = on_fallocate;
  all.fsync = on_fsync;
  all.fsyncdir = on_fsyncdir;
  all.readdir = on_readdir;
  all.mkdir = on_mkdir;
  all.rmdir = on_rmdir;
  all.unlink = on_unlink;
  all.rename = on_rename;
  all.chmod = on_chmod;
  all.utimens = on_utimens;
  all.statfs = on_statfs;
  return all;
}

}  // namespace bad_disk
