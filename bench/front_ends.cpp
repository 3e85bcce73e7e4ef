#include "bench/front_ends.hpp"

#include <fcntl.h>
#include <readerwriterqueue/readerwriterqueue.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>

#include "bench/timing.hpp"
#include "ringproc/ringproc.hpp"

namespace bench {
namespace {

using ringproc::core::Histogram;

constexpr std::size_t kWriteOut = 256u << 10;
constexpr std::chrono::microseconds kNap{100};  // of a consumer with nothing to do

class RingprocEnd final : public FrontEnd {
 public:
  explicit RingprocEnd(const std::string& path) {
    ringproc::Options options;
    options.ring_bytes = kFrontEndBytes;
    options.flush = ringproc::Until::os;
    std::error_code error;
    file_ = ringproc::File::open(path, ringproc::Mode::create, error, &options);
    if (error) throw std::system_error(error, "open");
  }

  void stint(std::size_t calls, std::span<const std::byte> block, Histogram& times) override {
    bool taken = true;
    time_calls(calls, timer_cost(), times,
               [&] { taken &= file_.write(block).bytes == block.size(); });
    if (file_.flush() || !taken) throw std::runtime_error("a write failed");
    std::error_code error;
    file_.seek(0, ringproc::Origin::begin, error);
  }

 private:
  ringproc::File file_;
};

// A thread that takes from a queue and writes 256 KiB at a time, or less if there is no more.
// take(buffer) returns how many bytes it took.
template <typename Take>
class Consumer {
 public:
  Consumer(const std::string& path, Take take)
      : take_(std::move(take)), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + path);
    thread_ = std::thread([this] { run(); });
  }
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  ~Consumer() {
    stop_ = true;
    thread_.join();
    ::close(fd_);
  }

  void await(std::uint64_t bytes) const {
    while (written_.load() < bytes) std::this_thread::sleep_for(kNap);
  }

 private:
  void run() {
    std::vector<std::byte> buffer(kWriteOut);
    while (!stop_) {
      const std::size_t n = take_(std::span(buffer));
      if (n == 0) {
        std::this_thread::sleep_for(kNap);
        continue;
      }
      const auto offset = static_cast<off_t>(written_.load() % kFrontEndBytes);
      if (::pwrite(fd_, buffer.data(), n, offset) != static_cast<ssize_t>(n)) std::abort();
      written_ += n;
    }
  }

  Take take_;
  int fd_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> written_{0};
  std::thread thread_;
};

class BoostSpscEnd final : public FrontEnd {
 public:
  explicit BoostSpscEnd(const std::string& path)
      : queue_(kFrontEndBytes), consumer_(path, Take{queue_}) {}

  void stint(std::size_t calls, std::span<const std::byte> block, Histogram& times) override {
    time_calls(calls, timer_cost(), times, [&] {
      for (std::size_t done = 0; done < block.size();) {
        done += queue_.push(block.data() + done, block.size() - done);
      }
    });
    put_ += calls * block.size();
    consumer_.await(put_);
  }

 private:
  using Queue = boost::lockfree::spsc_queue<std::byte>;
  struct Take {
    Queue& queue;
    std::size_t operator()(std::span<std::byte> to) { return queue.pop(to.data(), to.size()); }
  };

  Queue queue_;
  std::uint64_t put_ = 0;
  Consumer<Take> consumer_;
};

template <std::size_t Bytes>
class ReaderWriterEnd final : public FrontEnd {
 public:
  explicit ReaderWriterEnd(const std::string& path)
      : queue_(kFrontEndBytes / Bytes), consumer_(path, Take{queue_}) {}

  void stint(std::size_t calls, std::span<const std::byte> block, Histogram& times) override {
    if (block.size() != Bytes) throw std::runtime_error("a block of the wrong size");
    time_calls(calls, timer_cost(), times, [&] {
      const auto& one = *reinterpret_cast<const Block*>(block.data());
      while (!queue_.try_enqueue(one)) std::this_thread::yield();
    });
    put_ += calls * Bytes;
    consumer_.await(put_);
  }

 private:
  struct Block {
    std::array<std::byte, Bytes> bytes;
  };
  using Queue = moodycamel::ReaderWriterQueue<Block>;
  struct Take {
    Queue& queue;
    std::size_t operator()(std::span<std::byte> to) {
      std::size_t n = 0;
      for (Block block; n + Bytes <= to.size() && queue.try_dequeue(block); n += Bytes) {
        std::memcpy(to.data() + n, &block, Bytes);
      }
      return n;
    }
  };

  Queue queue_;
  std::uint64_t put_ = 0;
  Consumer<Take> consumer_;
};

}  // namespace

std::unique_ptr<FrontEnd> make_ringproc(const std::string& path) {
  return std::make_unique<RingprocEnd>(path);
}

std::unique_ptr<FrontEnd> make_boost_spsc(const std::string& path) {
  return std::make_unique<BoostSpscEnd>(path);
}

std::unique_ptr<FrontEnd> make_reader_writer(const std::string& path, std::size_t block_bytes) {
  if (block_bytes == 64) return std::make_unique<ReaderWriterEnd<64>>(path);
  return std::make_unique<ReaderWriterEnd<4096>>(path);
}

}  // namespace bench
