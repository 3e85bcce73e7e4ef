// What the write path and reads are made of, each alone and in one thread: the copy into ring
// memory, rows of the run table, and finding what of a read's range is not in memory.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <vector>

#include "file/overlay.hpp"
#include "region/layout.hpp"
#include "region/ring.hpp"
#include "region/run_table.hpp"

namespace {

using namespace ringproc::core;

constexpr std::size_t kRingBytes = 1u << 20;  // of the second-level cache's kind

// From an odd offset on, so that every so often a copy wraps.
void BM_RingCopyIn(benchmark::State& state) {
  const auto block = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> memory(kRingBytes, std::byte{1});
  const std::vector<std::byte> data(block, std::byte{0x5a});
  const Ring ring(memory);
  std::uint64_t offset = 1000;
  for ([[maybe_unused]] auto round : state) {
    ring.copy_in(offset, data);
    benchmark::ClobberMemory();
    offset += block;
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RingCopyIn)->Arg(64)->Arg(1024)->Arg(4096)->Arg(65536);

// The same with memcpy alone, at addresses that never wrap within a copy.
void BM_Memcpy(benchmark::State& state) {
  const auto block = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> memory(kRingBytes, std::byte{1});
  const std::vector<std::byte> data(block, std::byte{0x5a});
  std::size_t at = 0;
  for ([[maybe_unused]] auto round : state) {
    std::memcpy(memory.data() + at, data.data(), block);
    benchmark::ClobberMemory();
    at = at + 2 * block > kRingBytes ? 0 : at + block;
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Memcpy)->Arg(64)->Arg(1024)->Arg(4096)->Arg(65536);

void BM_RingCopyOut(benchmark::State& state) {
  const auto block = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> memory(kRingBytes, std::byte{1});
  std::vector<std::byte> to(block);
  const Ring ring(memory);
  std::uint64_t offset = 1000;
  for ([[maybe_unused]] auto round : state) {
    ring.copy_out(offset, to);
    benchmark::ClobberMemory();
    offset += block;
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RingCopyOut)->Arg(4096)->Arg(65536);

// A header with its first row, as a region has it.
std::unique_ptr<RegionHeader> new_header() {
  auto header = std::make_unique<RegionHeader>();
  RunTable(*header).push({0, 0, 0});
  return header;
}

// What an application that seeks before every write pays: a row pushed, and retired by the drain.
void BM_RunTablePushAndRetire(benchmark::State& state) {
  const auto header = new_header();
  RunTable table(*header);
  std::uint64_t position = 0;
  for ([[maybe_unused]] auto round : state) {
    if (!table.has_room()) {
      header->runs_retired.store(table.pushed_rows() - 1, std::memory_order_release);
      continue;
    }
    position += 64;
    table.push({position, 2 * position, position});
  }
}
BENCHMARK(BM_RunTablePushAndRetire);

// The drain's or a read's way through rows of 64 bytes each.
void BM_RunViewWalk(benchmark::State& state) {
  const auto rows = static_cast<std::uint64_t>(state.range(0));
  const auto header = new_header();
  RunTable table(*header);
  for (std::uint64_t row = 1; row < rows; ++row) table.push({row * 64, row * 128, row * 64});
  for ([[maybe_unused]] auto round : state) {
    RunView view(*header, 0, rows * 64);
    for (std::uint64_t position = 0; position < rows * 64;) {
      const Piece piece = view.piece_at(position);
      benchmark::DoNotOptimize(piece.file_offset);
      position += piece.length;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RunViewWalk)->Arg(1)->Arg(16)->Arg(512);

// A read of 64 KiB over pending runs of 64 bytes, every second one missing.
void BM_OverlayGaps(benchmark::State& state) {
  const auto runs = static_cast<std::uint64_t>(state.range(0));
  for ([[maybe_unused]] auto round : state) {
    Gaps gaps({0, 64 * 1024});
    for (std::uint64_t run = 0; run < runs; ++run) gaps.cover({run * 128, run * 128 + 64});
    benchmark::DoNotOptimize(gaps.list().size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_OverlayGaps)->Arg(1)->Arg(16)->Arg(512);

}  // namespace
