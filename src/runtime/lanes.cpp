#include "runtime/lanes.hpp"

#include <new>
#include <utility>

#include <boost/asio/post.hpp>

#include "os/os.hpp"

namespace ringproc::core {

std::error_code Lanes::prepare(std::uint64_t device) {
  const std::lock_guard lock(m_);
  auto& lane = lanes_[device];
  if (lane) return {};
  if (threads_ == kThreads) {
    // More devices than threads: shares the lane of another.
    lane = lanes_.begin()->second ? lanes_.begin()->second : std::next(lanes_.begin())->second;
    return {};
  }
  lane = std::make_shared<Lane>();
  const std::error_code error = start_thread(*lane);
  if (error) lanes_.erase(device);
  return error;
}

void Lanes::post(std::uint64_t device, std::function<void()> task) {
  const std::lock_guard lock(m_);
  const std::shared_ptr<Lane>& lane = lanes_.at(device);
  // A refusal is no error here: the threads that run do the work.
  if (lane->tasks >= lane->threads && lane->threads < kThreadsPerLane && threads_ < kThreads) {
    static_cast<void>(start_thread(*lane));
  }
  boost::asio::post(lane->io, [this, lane, task = std::move(task)] {
    try {
      task();
    } catch (const std::bad_alloc&) {
      // A task leaves what it works on as it should be; what it had no memory for is at most told.
    }
    const std::lock_guard done(m_);
    --lane->tasks;
  });
  ++lane->tasks;  // last: without memory there is none; and it cannot have ended, under m_
}

// Under m_. The thread lives as long as the process.
std::error_code Lanes::start_thread(Lane& lane) {
  const std::error_code error = os::start_thread("ringproc-lane", [&lane] { lane.io.run(); });
  if (!error) {
    ++lane.threads;
    ++threads_;
  }
  return error;
}

}  // namespace ringproc::core
