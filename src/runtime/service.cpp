#include "runtime/service.hpp"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "os/os.hpp"
#include "probe/probe.hpp"
#include "runtime/log.hpp"

namespace ringproc::core {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstLook = 10ms;   // after a ring, to learn the rate
constexpr auto kSoon = 10ms;        // without hurry, so long a ring may go unheard
constexpr auto kInUseRetry = 50ms;  // it could not be: still in use, or a writer was at it
constexpr auto kMemoryRetry = 10ms;
constexpr auto kSpaceRetry = 200ms;  // on a full disk, with wait_for_space

// Bytes may be written out so much before their age, so that files are looked at together.
Clock::duration slack(Clock::duration age) { return std::min<Clock::duration>(kSoon, age / 16); }

// When to look at bytes that come of age then: with others, if possible.
Clock::time_point together(Clock::time_point at, Clock::duration age) {
  const Clock::duration tick = slack(age);
  return tick.count() == 0 ? at : at - at.time_since_epoch() % tick;
}

}  // namespace

template <typename T>
struct Service::WakeAllocator {
  using value_type = T;
  explicit WakeAllocator(WakeMemory& m) noexcept : memory(&m) {}
  template <typename U>
  WakeAllocator(const WakeAllocator<U>& other) noexcept : memory(other.memory) {}
  T* allocate(std::size_t n) {
    // waking_ keeps a second one away; Asio needs about 100 bytes. Larger would be a new Asio: fail
    // loudly.
    if (n * sizeof(T) > memory->bytes.size()) throw std::bad_alloc();
    return reinterpret_cast<T*>(memory->bytes.data());
  }
  void deallocate(T*, std::size_t) noexcept {}
  template <typename U>
  bool operator==(const WakeAllocator<U>& other) const noexcept {
    return memory == other.memory;
  }
  WakeMemory* memory;
};

Service::Service(std::function<void(const std::shared_ptr<File>&)> post_steps)
    : post_steps_(std::move(post_steps)) {}

std::error_code Service::start() {
  return os::start_thread("ringproc-timer", [this] { run(); });
}

// What it does again and again needs no memory; the first timer, and a task for a lane, do. Where
// there is none, everybody is looked at again in a while.
void Service::run() {
  bool again = false;
  for (;;) {
    try {
      if (std::exchange(again, false)) {
        look_at_all_.exchange(true);
        look_at_rung(Clock::now());
        set_timer();
      }
      io_.run();
      return;
    } catch (const std::bad_alloc&) {
      again = true;
      std::this_thread::sleep_for(kMemoryRetry);
    }
  }
}

void Service::add(const std::shared_ptr<File>& file) {
  file->scheduler_id = last_id_.fetch_add(1) + 1;
  const std::lock_guard lock(changes_);
  added_.emplace(file->scheduler_id, file);
}

void Service::remove(std::uint64_t id) {
  const std::lock_guard lock(changes_);
  if (added_.erase(id) != 0) return;
  try {
    removed_.push_back(id);
  } catch (const std::bad_alloc&) {
    // Then it is watched for ever, and found gone whenever somebody looks.
  }
}

void Service::ring(File& file) noexcept {
  const RegionHeader& header = file.drain().header();
  const std::uint64_t pending = header.accepted.load(std::memory_order_acquire) -
                                header.written.load(std::memory_order_acquire);
  const bool hurry = file.hurry.load() || pending >= file.populated() / 4;
  if (file.in_ready_queue.exchange(true)) {
    if (hurry) wake();  // whoever has put it there may have had none
    return;
  }
  // A full queue is no loss: then everybody is looked at.
  if (!ready_.bounded_push(file.scheduler_id)) look_at_all_.exchange(true);
  if (hurry || !wakes_soon(file)) wake();
}

// Asked after the file was put into the queue. Changes of wakes_at_ are exchanges, and this adds
// nothing to it instead of loading: whoever still sees the time is heard when the timer fires.
bool Service::wakes_soon(const File& file) noexcept {
  const std::int64_t at = wakes_at_.fetch_add(0);
  const auto latest = Clock::now() + std::min<Clock::duration>(kSoon, file.age());
  return at <= std::chrono::nanoseconds(latest.time_since_epoch()).count();
}

void Service::wake() {
  if (waking_.exchange(true)) return;
  boost::asio::post(
      io_, boost::asio::bind_allocator(WakeAllocator<void*>(wake_memory_), [this] { on_wake(); }));
}

void Service::on_wake() {
  waking_.exchange(false);  // before the queue is emptied: who comes later wakes again
  const auto now = Clock::now();
  linger_until_ = now + kSoon;
  look_at_rung(now);
  set_timer();
}

void Service::look_at_rung(Clock::time_point now) {
  rung_since_ = std::max(std::exchange(emptied_, now), now - kSoon);
  std::uint64_t id = 0;
  while (ready_.pop(id)) {
    linger_until_ = now + kSoon;
    // After the pop: a file is added before it can ring, so what rang is known now.
    if (!watches_.contains(id)) take_changes();
    look_at(id, now);
  }
  if (!look_at_all_.exchange(false)) return;
  take_changes();
  for (const auto& [each, watch] : watches_) look_at(each, now);
}

// Numbers are never given again.
void Service::take_changes() {
  std::map<std::uint64_t, Watch> added;
  std::vector<std::uint64_t> removed;
  {
    const std::lock_guard lock(changes_);
    added.swap(added_);
    removed.swap(removed_);
  }
  watches_.merge(added);
  for (const std::uint64_t id : removed) {
    const auto at = watches_.find(id);
    if (at == watches_.end()) continue;
    stop_looking(at->second);
    watches_.erase(at);
  }
}

void Service::look_at(std::uint64_t id, Clock::time_point now) {
  const auto at = watches_.find(id);
  if (at == watches_.end()) return;  // closed meanwhile
  if (const std::shared_ptr<File> file = at->second.owner.lock()) {
    file->in_ready_queue.exchange(false);
    look(id, at->second, file, now);
  } else {
    stop_looking(at->second);
  }
}

void Service::on_timer() {
  wakes_at_.exchange(kNever);  // before the queue is emptied, see wakes_soon()
  take_changes();
  const auto now = Clock::now();
  look_at_rung(now);
  while (!looks_.empty() && looks_.begin()->first <= now) {
    look_at(looks_.begin()->second, now);
  }
  set_timer();
}

void Service::set_timer() {
  auto next = looks_.empty() ? Clock::time_point::max() : looks_.begin()->first;
  // Whoever opens and closes files in turn wakes this thread now and then, not at every file.
  if (linger_until_ > emptied_) next = std::min(next, linger_until_);
  if (next == Clock::time_point::max()) return;
  if (timer_set_ && *timer_set_ <= next) return;  // fires early, looks, and is set anew
  if (!timer_ && !make_timer()) return;
  timer_set_.reset();
  timer_->expires_at(next);
  timer_->async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // set anew or cancelled
    timer_set_.reset();
    on_timer();
  });
  timer_set_ = next;
  wakes_at_.exchange(std::chrono::nanoseconds(next.time_since_epoch()).count());
}

// Asio takes descriptors for the first timer. Where there are none left, writing goes on, at the
// bell and for whoever waits, but bytes may wait longer than their age; and it is tried again at
// the next bell.
bool Service::make_timer() {
  try {
    timer_.emplace(io_);
    return true;
  } catch (const boost::system::system_error& error) {
    if (!std::exchange(told_no_timer_, true)) {
      log("no timer, so bytes may wait longer than their age: " + error.code().message());
    }
    return false;
  }
}

// The one decision: hand the bytes to a lane, look again later, or let the writer's next byte ring.
void Service::look(std::uint64_t id, Watch& watch, const std::shared_ptr<File>& owner,
                   Clock::time_point now) {
  File& file = *owner;
  stop_looking(watch);
  if (file.drain().failed()) return;
  if (file.steps.load() != 0) {
    // A lane is at it, and rings when it is done. If that takes long, the ring has to grow.
    if (watch.grow_ahead(file, now)) look_again(id, watch, now + watch.until_next_growth(file));
    return;
  }
  if (file.no_space.exchange(false)) {
    static_cast<void>(watch.grow_ahead(file, now));
    look_again(id, watch, now + kSpaceRetry);
    return;
  }
  const bool grows = watch.grow_ahead(file, now);

  const RegionHeader& header = file.drain().header();
  const std::uint64_t written = header.written.load(std::memory_order_acquire);
  const std::uint64_t accepted = header.accepted.load(std::memory_order_seq_cst);
  const std::uint64_t pending = accepted - written;
  const bool was_idle = std::exchange(watch.idle, false);
  if (was_idle) watch.oldest = rung_since_;  // the first byte has come since then
  const bool work = file.drain().has_work();
  // While the ring can still grow, three quarters of what there is may fill before anybody has to
  // act.
  const std::uint64_t mark = std::max<std::uint64_t>(
      grows ? file.populated() - file.populated() / 4 : file.capacity() / 4, 1);
  const bool idle = !work && now - watch.last_byte >= kIdleAfter;
  const Watch::GiveBack giving_back = watch.give_back(file, now, idle);
  if (!work) watch.oldest = now;
  const std::uint64_t enough = std::min(watch.worth_a_write(file), mark);
  const bool much = pending >= enough;
  file.hurry.store(much);
  const Clock::duration age = file.age();
  const bool aged = work && now - watch.oldest >= age - slack(age);
  if (much || aged) {
    // The end of a block may be left to what follows if it came so lately that it can wait.
    const Clock::duration block = watch.time_of_a_block();
    const bool leaves = file.drain().writes_direct() && block <= age / 8;
    if (!leaves) file.drain().want_written();
    watch.oldest = leaves ? now - block : now;
    file.doorbell().take();  // nobody needs to ring until the lane is done
    post_steps_(owner);
    // Which it may not be for long, and nor may a flush that owns the step: then the ring has to
    // grow.
    if (grows) look_again(id, watch, now + watch.until_next_growth(file));
    return;
  }
  // Armed first, looked at second: see Doorbell. What came in between rings through us.
  const std::uint64_t wake_at = idle ? written : written + mark;
  file.doorbell().arm(wake_at);
  if (header.accepted.load(std::memory_order_seq_cst) > wake_at && file.doorbell().take()) {
    watch.oldest = std::min(watch.oldest, now);
    look_again(id, watch, now);
    return;
  }
  watch.idle = idle;
  const auto next_piece =
      now +
      (giving_back == Watch::GiveBack::goes_on ? Clock::duration(kShortestLook) : kInUseRetry);
  if (idle) {
    if (giving_back != Watch::GiveBack::done) look_again(id, watch, next_piece);
    return;
  }
  auto next = now + kFirstLook;
  if (!was_idle) {
    const auto missing = static_cast<double>(enough - pending);
    const std::chrono::duration<double> until_worth_it(
        std::min(missing / std::max(watch.bytes_per_second, 1.0), 10.0));
    next =
        now + std::max(kShortestLook, std::chrono::duration_cast<Clock::duration>(until_worth_it));
  }
  if (giving_back != Watch::GiveBack::done) next = std::min(next, next_piece);
  look_again(id, watch, std::min(next, together(watch.oldest + age, age)));
}

void Service::look_again(std::uint64_t id, Watch& watch, Clock::time_point at) {
  stop_looking(watch);
  watch.next_look = {at, id};
  watch.node.value() = watch.next_look;
  looks_.insert(std::move(watch.node));
}

void Service::stop_looking(Watch& watch) {
  if (watch.node.empty()) watch.node = looks_.extract(watch.next_look);
}

}  // namespace ringproc::core
