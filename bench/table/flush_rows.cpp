// WRITEFLUSH of one caller against the same calls in a plain loop, 4 KiB each, call by call in
// turns on two files: prepared ones (written before, overwritten in place), and growing ones.
#include <chrono>
#include <filesystem>

#include "bench/table/group.hpp"
#include "bench/table/plain_file.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

constexpr std::size_t kBlock = 4 * kKiB;
constexpr std::size_t kPrepared = 16 * kMiB;

template <typename Call>
double timed_us(Call call) {
  const auto begin = std::chrono::steady_clock::now();
  const bool ok = call();
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  if (!ok) throw std::runtime_error("a flush failed");
  return took.count();
}

ringproc::File open(const std::string& path, ringproc::Mode mode,
                    ringproc::Preallocate preallocate = ringproc::Preallocate::automatic) {
  ringproc::Options options;
  options.preallocate = preallocate;
  std::error_code error;
  auto file = ringproc::File::open(path, mode, error, &options);
  if (error) throw std::system_error(error, "open");
  return file;
}

void rewind(ringproc::File& file) {
  std::error_code error;
  file.seek(0, ringproc::Origin::begin, error);
  if (error) throw std::system_error(error, "seek");
}

void close(ringproc::File& file) {
  if (const auto error = file.close()) throw std::system_error(error, "close");
}

struct Files {
  ringproc::File& ring;
  const PlainFile& plain;
  std::size_t wraps_at;  // 0: they grow
};

// One turn: medians over `calls` of each. end: where the plain loop's file is.
Turn turn(const Files& files, int calls, std::size_t& end) {
  static const std::vector<std::byte> data(kBlock, std::byte{0x5a});
  std::vector<double> ours;
  std::vector<double> theirs;
  const auto our_call = [&] {
    ours.push_back(timed_us([&] { return files.ring.write_flush(data).bytes == kBlock; }));
  };
  const auto their_call = [&] {
    theirs.push_back(timed_us([&] {
      return files.plain.try_write_at(data, static_cast<off_t>(end)) &&
             ::fdatasync(files.plain.fd()) == 0;
    }));
  };
  for (int i = 0; i < calls; ++i) {
    // Whoever is second finds the device as the other left it; so they change places.
    if (i % 2 == 0) our_call();
    their_call();
    if (i % 2 != 0) our_call();
    end += kBlock;
    if (files.wraps_at != 0 && end == files.wraps_at) {
      rewind(files.ring);
      end = 0;
    }
  }
  return {median(ours), median(theirs)};
}

Measured compare(const Context& context, const Files& files) {
  const int turns = context.pick(20, 3);
  const int calls = context.pick(200, 40);
  std::size_t end = 0;
  Measured measured;
  static_cast<void>(turn(files, calls / 4, end));  // the first flush also syncs the directory
  for (int i = 0; i < turns; ++i) {
    context.say("turn " + std::to_string(i + 1) + " of " + std::to_string(turns));
    measured.turns.push_back(turn(files, calls, end));
  }
  const auto stats = files.ring.stats();
  measured.raw = {{"block_bytes", kBlock},
                  {"calls_per_turn", calls},
                  {"ours_flushes", stats.flushes},
                  {"ours_syncs", stats.syncs},
                  {"ours_capabilities", stats.capabilities}};
  return measured;
}

Results prepared(const Context& context) {
  const std::string ring_path = context.path("ring.dat");
  const std::string plain_path = context.path("plain.dat");
  prepare_file(ring_path, kPrepared);
  prepare_file(plain_path, kPrepared);
  auto ring = open(ring_path, ringproc::Mode::write);
  const PlainFile plain(plain_path, O_RDWR);
  Measured measured = compare(context, {ring, plain, kPrepared});
  close(ring);
  return {{"flush_prepared", measured}};
}

Measured growing(const Context& context, ringproc::Preallocate preallocate) {
  auto ring = open(context.path("ring.dat"), ringproc::Mode::create, preallocate);
  const PlainFile plain(context.path("plain.dat"));
  Measured measured = compare(context, {ring, plain, 0});
  if (preallocate == ringproc::Preallocate::written &&
      (ring.stats().capabilities & RINGPROC_CAN_PREALLOCATE) == 0) {
    measured.note = "preallocation is not in force on this file";
  }
  close(ring);
  return measured;
}

Results growing_by_default(const Context& context) {
  return {{"flush_growing", growing(context, ringproc::Preallocate::automatic)}};
}
Results growing_into_zeros(const Context& context) {
  return {{"flush_written", growing(context, ringproc::Preallocate::written)}};
}

}  // namespace

std::vector<Group> flush_groups() {
  constexpr std::uint64_t kRoom = 128 * kMiB;
  return {
      {"flush_prepared",
       {{"flush_prepared", "WRITEFLUSH of 4 KiB, one caller, prepared file, p50",
         "pwrite + fdatasync in a plain loop, file prepared the same way", "<= 1.05 x", "us",
         Judged::ratio, Bound::at_most, 1.05}},
       kRoom,
       kRoom,
       prepared},
      {"flush_growing",
       {{"flush_growing", "WRITEFLUSH of 4 KiB, one caller, growing file, default options, p50",
         "append + fdatasync", "<= 1.0 x (aim 0.95)", "us", Judged::ratio, Bound::at_most, 1.0}},
       kRoom,
       kRoom,
       growing_by_default},
      {"flush_written",
       {{"flush_written", "the same with `preallocate=written`, p50", "append + fdatasync",
         "<= 0.6 x", "us", Judged::ratio, Bound::at_most, 0.6}},
       kRoom,
       kRoom,
       growing_into_zeros}};
}

}  // namespace bench
