// In a file of its own, for spdlog's headers.
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <chrono>
#include <thread>

#include "bench/front_ends.hpp"
#include "bench/timing.hpp"

namespace bench {
namespace {

class SpdlogEnd final : public FrontEnd {
 public:
  SpdlogEnd(const std::string& path, std::size_t block_bytes)
      : pool_(std::make_shared<spdlog::details::thread_pool>(kFrontEndBytes / block_bytes, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "bench", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path, true), pool_,
            spdlog::async_overflow_policy::block)) {
    // The message and nothing else.
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%v", spdlog::pattern_time_type::local, std::string()));
  }

  void stint(std::size_t calls, std::span<const std::byte> block,
             ringproc::core::Histogram& times) override {
    const spdlog::string_view_t message(reinterpret_cast<const char*>(block.data()), block.size());
    time_calls(calls, timer_cost(), times, [&] { logger_->log(spdlog::level::info, message); });
    logger_->flush();
    while (pool_->queue_size() > 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

std::unique_ptr<FrontEnd> make_spdlog(const std::string& path, std::size_t block_bytes) {
  return std::make_unique<SpdlogEnd>(path, block_bytes);
}

}  // namespace bench
