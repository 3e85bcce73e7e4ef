// Lanes: the I/O threads of one device, so that a hung disk holds up only its own files. A few
// threads each, few in all, however many files. Any thread may post.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace ringproc::core {

class Lanes {
 public:
  static constexpr int kThreadsPerLane = 4;
  static constexpr int kThreads = 64;

  // Makes sure the device has a lane with a thread. Errors: the OS's refusal to start the first
  // thread.
  [[nodiscard]] std::error_code prepare(std::uint64_t device);
  // Runs task on the device's lane. Allocates. Requires: prepare() succeeded for it.
  void post(std::uint64_t device, std::function<void()> task);

 private:
  struct Lane {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep{
        io.get_executor()};
    int threads = 0;  // guarded by m_
    int tasks = 0;    // guarded by m_: posted and not finished
  };

  [[nodiscard]] std::error_code start_thread(Lane& lane);

  std::mutex m_;
  std::map<std::uint64_t, std::shared_ptr<Lane>>
      lanes_;        // guarded by m_; kept for the process's life
  int threads_ = 0;  // guarded by m_
};

}  // namespace ringproc::core
