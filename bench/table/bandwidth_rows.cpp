// One large file from open until durable: ours, fio's (direct, io_uring, depth 8, 1 MiB), and the
// built-in 'DOS ' procedure plus fsync. Every option at its default.
#include <chrono>
#include <filesystem>

#include "bench/table/fio.hpp"
#include "bench/table/group.hpp"
#include "bench/table/mmio_file.hpp"
#include "bench/table/plain_file.hpp"
#include "bench/table/process.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

constexpr std::size_t kBlock = kMiB;

const std::vector<std::byte>& block() {
  static const std::vector<std::byte> data(kBlock, std::byte{0x5a});
  return data;
}

double mb_per_s(std::uint64_t bytes, std::chrono::steady_clock::time_point begin) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(bytes) / 1e6 / took.count();
}

// What earlier turns left to be done is done; the file is new.
void settle(const std::string& path) {
  std::filesystem::remove(path);
  const PlainFile directory(std::filesystem::path(path).parent_path(), O_RDONLY | O_DIRECTORY);
  static_cast<void>(::syncfs(directory.fd()));  // only to be quiet
}

double ours(const std::string& path, std::uint64_t bytes, std::uint32_t& capabilities) {
  settle(path);
  const auto begin = std::chrono::steady_clock::now();
  std::error_code error;
  auto file = ringproc::File::open(path, ringproc::Mode::create, error);
  if (error) throw std::system_error(error, "open");
  for (std::uint64_t done = 0; done < bytes; done += kBlock) {
    if (file.write(block()).bytes != kBlock) throw std::runtime_error("a write failed");
  }
  error = file.flush();
  const double rate = mb_per_s(bytes, begin);
  capabilities = file.stats().capabilities;
  if (!error) error = file.close();
  if (error) throw std::system_error(error, "flush");
  settle(path);
  return rate;
}

// Less than 4 GiB: that is where the mmio functions end.
double by_dos(const std::string& path, std::uint64_t bytes) {
  settle(path);
  const auto begin = std::chrono::steady_clock::now();
  MmioFile file(path, By::dos);
  for (std::uint64_t done = 0; done < bytes; done += kBlock) file.write(block());
  if (::fsync(file.descriptor()) != 0) throw std::runtime_error("fsync failed");
  const double rate = mb_per_s(bytes, begin);
  file.close();
  settle(path);
  return rate;
}

double by_fio(const Context& context, const std::string& path, std::uint64_t bytes) {
  settle(path);
  const std::string report =
      run_program({"fio", "--name=sequential", "--filename=" + path, "--rw=write", "--bs=1M",
                   "--iodepth=8", "--direct=1", "--ioengine=io_uring",
                   "--size=" + std::to_string(bytes), "--end_fsync=1", "--output-format=json"},
                  context.directory);
  settle(path);
  const auto job = nlohmann::json::parse(report).at("jobs").at(0);
  const auto wrote = job.at("write").at("io_bytes").get<double>();
  return wrote / 1e3 / job.at("job_runtime").get<double>();
}

Results measure(const Context& context) {
  require_io_uring();
  const std::uint64_t bytes = context.pick(4 * kGiB, 128 * kMiB);
  const int turns = context.pick(5, 2);
  const std::string path = context.path("large.dat");
  Measured fio;
  Measured dos;
  std::uint32_t capabilities = 0;
  for (int i = 1; i <= turns; ++i) {
    const std::string which = "turn " + std::to_string(i) + " of " + std::to_string(turns);
    context.say(which + ", ours");
    const double rate = ours(path, bytes, capabilities);
    context.say(which + ", fio");
    fio.turns.push_back({rate, by_fio(context, path, bytes)});
    context.say(which + ", 'DOS '");
    dos.turns.push_back({rate, by_dos(path, bytes - kBlock)});
  }
  const bool direct = (capabilities & RINGPROC_CAN_DIRECT) != 0;
  fio.note = std::string("from open to durable; direct writing ") +
             (direct ? "in force" : "not in force on this file");
  fio.raw = {{"bytes", bytes}, {"block_bytes", kBlock}, {"ours_capabilities", capabilities}};
  dos.raw = fio.raw;
  dos.raw["theirs_bytes"] = bytes - kBlock;
  return {{"bandwidth_fio", fio}, {"bandwidth_dos", dos}};
}

}  // namespace

std::vector<Group> bandwidth_groups() {
  return {{"bandwidth",
           {{"bandwidth_fio", "sequential writing until durable, one file of 4 GiB",
             "fio (direct, io_uring, depth 8, 1 MiB)", ">= 0.95 x", "MB/s", Judged::ratio,
             Bound::at_least, 0.95},
            {"bandwidth_dos", "the same", "the built-in 'DOS ' plus fsync", ">= 2 x", "MB/s",
             Judged::ratio, Bound::at_least, 2}},
           4 * kGiB + 64 * kMiB,
           256 * kMiB,
           measure}};
}

}  // namespace bench
