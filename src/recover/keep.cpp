#include "recover/keep.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "drain/replay.hpp"
#include "recover/image.hpp"

namespace ringproc::core {
namespace {

constexpr int kMostNames = 100;

class Fetching final : public ReplayObserver {
 public:
  Fetching(const RegionFile& file, Region& copy) : file_(file), copy_(copy) {}
  std::error_code before(const Batch& batch) noexcept override {
    return fetch(file_, copy_, batch) ? std::error_code{}
                                      : std::make_error_code(std::errc::io_error);
  }
  void after(const Batch&) noexcept override { forget_bytes(copy_); }

 private:
  const RegionFile& file_;
  Region& copy_;
};

std::error_code replay_into(const RegionFile& file, Backend& target) {
  // A copy of its own: a replay uses it up.
  Image image = load_image(file);
  if (image.state != ImageState::good) return std::make_error_code(std::errc::io_error);
  Fetching fetching(file, *image.region);
  return replay(*image.region, target, &fetching);
}

bool same_bytes(Backend& a, Backend& b, std::uint64_t offset, std::uint64_t length) {
  std::array<std::byte, 16384> of_a;
  std::array<std::byte, 16384> of_b;
  for (std::uint64_t done = 0; done < length;) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(of_a.size(), length - done));
    const IoResult first = a.read_at(std::span(of_a).first(n), offset + done);
    const IoResult second = b.read_at(std::span(of_b).first(n), offset + done);
    if (first.error || second.error || first.bytes != n || second.bytes != n) return false;
    if (std::memcmp(of_a.data(), of_b.data(), n) != 0) return false;
    done += n;
  }
  return true;
}

// Whether both hold the same where the region has bytes.
bool same_copies(const RegionFile& file, const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = open_file(a, {}, error);
  if (error) return false;
  const auto second = open_file(b, {}, error);
  if (error) return false;
  const Image image = load_image(file);
  if (image.state != ImageState::good) return false;
  if (first->state(error).size != second->state(error).size) return false;
  for (Batch batch; claim(*image.region, batch); batch = {}) {
    if (!same_bytes(*first, *second, batch.file_offset, batch.length)) return false;
    retire(image.region->header(), batch, batch.length);
  }
  return true;
}

std::error_code sync_all(Backend& target) {
  if (auto error = target.sync()) return error;
  const std::error_code error = target.sync_name();
  return error == std::errc::not_supported ? std::error_code{} : error;
}

}  // namespace

void forget_bytes(Region& copy) noexcept {
  // A refusal costs memory, nothing else.
  static_cast<void>(copy.memory().give_back(kRingStart, copy.memory().bytes().size()));
}

std::error_code keep_in_new(const RegionFile& file, const std::string& path) {
  std::error_code error;
  const auto target = create_file(path, error);
  if (error) return error;
  error = replay_into(file, *target);
  if (!error) error = sync_all(*target);
  if (!error) error = target->close();
  if (error) static_cast<void>(remove_file(path));  // half a copy helps nobody
  return error;
}

KeepResult keep_beside(const RegionFile& file, const std::string& region, const std::string& path) {
  const std::string part = path + "." + region + ".part";
  static_cast<void>(remove_file(part));  // of a recovery of this region that was cut off
  std::error_code error = keep_in_new(file, part);
  for (int k = 1; !error && k <= kMostNames; ++k) {
    const std::string name = k == 1 ? path : path + "." + std::to_string(k);
    error = rename_file(part, name);
    if (!error) return {name, sync_names(part, name)};
    if (error != std::errc::file_exists) break;
    error = {};
    // An earlier recovery was cut off after this.
    if (!same_copies(file, part, name)) continue;
    static_cast<void>(remove_file(part));
    return {name, sync_names(part, name)};
  }
  static_cast<void>(remove_file(part));
  return {{}, error ? error : std::make_error_code(std::errc::file_exists)};
}

}  // namespace ringproc::core
