// What makes a file writable: its ring, in a region that recovery can find, and what stands there
// of the file, its names too. Any thread; never on a hot path.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "file/file.hpp"
#include "file/settings.hpp"
#include "os/os.hpp"
#include "probe/probe.hpp"

namespace ringproc::core {

std::error_code File::make_writable(std::unique_ptr<Backend> backend, std::shared_ptr<Place> place,
                                    std::string no_place) {
  const Options options = settings_->get();
  Backend& writer = backend ? *backend : *first_backend_;
  std::error_code error;
  const FileState state = writer.known_state(error);
  if (!error && options.direct == Direct::on) error = writer.prepare_direct();
  if (error) return error;
  auto region = make_region(writer, state, std::move(place), std::move(no_place), error);
  if (error) return error;
  error = scheduler_.prepare(*this);
  if (error) {
    region->remove();
    return error;
  }
  side_owner_ =
      std::make_unique<WriteSide>(std::move(region), writer, *first_backend_, *this, state.size);
  side_owner_->drain.begin(options.direct, options.preallocate, state.size);
  write_backend_ = std::move(backend);
  side_owner_->drain.set_wait_for_space(options.wait_for_space);
  // release: pairs with side().
  side_.store(side_owner_.get(), std::memory_order_release);
  scheduler_.attach(shared_from_this());
  return {};
}

// A ring that survives the process, or else one that does not, if that is allowed.
std::unique_ptr<Region> File::make_region(const Backend& writer, const FileState& state,
                                          std::shared_ptr<Place> place, std::string no_place,
                                          std::error_code& error) {
  const Options options = settings_->get();
  const bool all = options.ring_bytes != 0;
  const std::uint64_t limit = options.memory_limit_bytes;
  // A limit below the default is meant as it is said; one below an explicit ring is refused.
  const std::uint64_t bytes = all          ? options.ring_bytes
                              : limit != 0 ? std::min(limit, kDefaultRing)
                                           : kDefaultRing;
  if (options.survive == Survive::off) {
    place.reset();
    no_place = "option survive=off";
  } else if (place && writer.findable_path().empty()) {
    place.reset();
    no_place = "recovery could not find the file: it has no name";
  }
  if (place) {
    const std::string directory = place->directory();
    std::unique_ptr<Region> region;
    if (!all && limit <= bytes) region = scheduler_.spare_region(place, bytes);
    if (!region) region = Region::create_shared(std::move(place), bytes, all, error, limit);
    if (!error) {
      fill_identity(region->header(), writer, state);
      error = region->publish();
    }
    if (!error) return region;
    no_place = "no region in " + directory + ": " + error.message();
  }
  why_private_ = no_place;
  if (options.survive == Survive::on) {
    error = Errc::survive;
    return nullptr;
  }
  return Region::create(bytes, all, error, limit);
}

void File::fill_identity(RegionHeader& header, const Backend& writer,
                         const FileState& state) const {
  Identity& identity = header.identity;
  identity.device = id_.device;
  identity.inode = id_.inode;
  identity.birth_ns = state.birth_ns;
  identity.process = os::process_id();
  identity.holder = identity.process;  // again: making the header has wiped out what lock() wrote
  const std::string& boot = os::boot_id();
  boot.copy(identity.boot_id.data(), identity.boot_id.size() - 1);
  const std::string path = writer.findable_path();
  path.copy(identity.paths[0].data(), kPathBytes - 1);
  FileMark& mark = header.journal.marks[0];
  mark.size = state.size;
  mark.modified_ns = state.modified_ns;
  mark.changed_ns = state.changed_ns;
}

std::string File::place_text() const {
  const WriteSide* const write = side();
  if (!write) return why_private_.empty() ? "not open for writing" : why_private_;
  const Region& region = *write->region;
  if (!region.published()) return "process memory (" + why_private_ + ")";
  return region.path() + " (" + std::to_string(region.free_bytes() >> 20) + " MiB free)";
}

// Both paths are known to recovery until the rename is over, whenever the process is killed.
void File::announce_rename(const std::string& to) {
  WriteSide* const write = side();
  if (!write) return;
  Identity& identity = write->region->header().identity;
  std::array<char, kPathBytes>& path =
      identity.paths[static_cast<std::size_t>((identity.renames.load() + 1) % 2)];
  path.fill('\0');
  to.copy(path.data(), path.size() - 1);
  probe::stored();
}

void File::rename(std::array<std::string, 2> to) noexcept {
  first_backend_->set_path(std::move(to[0]));
  if (write_backend_) write_backend_->set_path(std::move(to[1]));
  WriteSide* const write = side();
  if (!write) return;
  // Tells recovery, too, that the file's ctime has changed since it was noted.
  write->region->header().identity.renames.fetch_add(1);
  probe::stored();
  write->drain.name_is_due();
}

}  // namespace ringproc::core
