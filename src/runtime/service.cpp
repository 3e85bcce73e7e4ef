#include "runtime/service.hpp"

#include <algorithm>
#include <new>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "os/os.hpp"
#include "probe/probe.hpp"
#include "runtime/log.hpp"

namespace ringproc::core {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWriteOut = 256 * 1024;  // so much is worth a write,
constexpr std::uint64_t kWriteOutFast =
    1024 * 1024;                   // and so much if it comes in a part of the age
constexpr auto kIdleAfter = 5s;    // without a byte, the next one rings
constexpr auto kFirstLook = 10ms;  // after a ring, to learn the rate
constexpr std::uint64_t kWorthMeasuring = 16 * 1024;
constexpr Clock::duration kLongestMeasure = 100ms;
constexpr auto kSoon = 10ms;  // without hurry, so long a ring may go unheard
constexpr Clock::duration kShortestLook = 2ms;
constexpr std::uint64_t kGrowthPiece = 1024 * 1024;
constexpr auto kLongestGrowthLook = 100ms;
constexpr std::chrono::duration<double> kAheadInAStall = 250ms;
constexpr auto kNeedWindow = 5s;     // memory that was not needed in two of these is given back
constexpr auto kInUseRetry = 50ms;   // it could not be: still in use, or a writer was at it
constexpr int kPiecesAtOnce = 16;    // given back before other files have their turn
constexpr auto kSpaceRetry = 200ms;  // on a full disk, with wait_for_space

// Memory is kept by so much, of which pages are whole parts.
std::uint64_t round_up(std::uint64_t bytes) {
  constexpr std::uint64_t kUnit = 64 * 1024;
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

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
  return os::start_thread("ringproc-timer", [this] { io_.run(); });
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
  std::vector<std::uint64_t> all;
  for (const auto& [each, watch] : watches_) all.push_back(each);
  for (const std::uint64_t each : all) look_at(each, now);
}

// Numbers are never given again.
void Service::take_changes() {
  std::map<std::uint64_t, std::weak_ptr<File>> added;
  std::vector<std::uint64_t> removed;
  {
    const std::lock_guard lock(changes_);
    added.swap(added_);
    removed.swap(removed_);
  }
  for (auto& [id, file] : added) watches_[id].file = std::move(file);
  for (const std::uint64_t id : removed) {
    const auto at = watches_.find(id);
    if (at == watches_.end()) continue;
    stop_looking(id, at->second);
    watches_.erase(at);
  }
}

void Service::look_at(std::uint64_t id, Clock::time_point now) {
  const auto at = watches_.find(id);
  if (at == watches_.end()) return;  // closed meanwhile
  if (const std::shared_ptr<File> file = at->second.file.lock()) {
    file->in_ready_queue.exchange(false);
    look(id, at->second, file, now);
  } else {
    stop_looking(id, at->second);
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
  timer_set_ = next;
  timer_->expires_at(next);
  timer_->async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // set anew or cancelled
    timer_set_.reset();
    on_timer();
  });
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
  stop_looking(id, watch);
  if (file.drain().failed()) return;
  if (file.steps.load() != 0) {
    // A lane is at it, and rings when it is done. If that takes long, the ring has to grow.
    if (grow_ahead(watch, file, now)) look_again(id, watch, now + until_next_growth(watch, file));
    return;
  }
  if (file.no_space.exchange(false)) {
    static_cast<void>(grow_ahead(watch, file, now));
    look_again(id, watch, now + kSpaceRetry);
    return;
  }
  const bool grows = grow_ahead(watch, file, now);

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
  const GiveBack giving_back = give_back(watch, file, now, idle);
  if (!work) watch.oldest = now;
  const std::uint64_t enough = std::min(worth_a_write(watch, file), mark);
  const bool much = pending >= enough;
  file.hurry.store(much);
  const Clock::duration age = file.age();
  const bool aged = work && now - watch.oldest >= age - slack(age);
  if (much || aged) {
    // The end of a block may be left to what follows if it came so lately that it can wait.
    const Clock::duration block = time_of_a_block(watch);
    const bool leaves = file.drain().writes_direct() && block <= age / 8;
    if (!leaves) file.drain().want_written();
    watch.oldest = leaves ? now - block : now;
    file.doorbell().take();  // nobody needs to ring until the lane is done
    post_steps_(owner);
    // Which it may not be for long, and nor may a flush that owns the step: then the ring has to
    // grow.
    if (grows) look_again(id, watch, now + until_next_growth(watch, file));
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
      now + (giving_back == GiveBack::goes_on ? Clock::duration(kShortestLook) : kInUseRetry);
  if (idle) {
    if (giving_back != GiveBack::done) look_again(id, watch, next_piece);
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
  if (giving_back != GiveBack::done) next = std::min(next, next_piece);
  look_again(id, watch, std::min(next, together(watch.oldest + age, age)));
}

// How long a block's bytes take to come, as things are going.
Clock::duration Service::time_of_a_block(const Watch& watch) {
  const std::chrono::duration<double> takes(
      std::min(static_cast<double>(kBlock) / std::max(watch.bytes_per_second, 1.0), 3600.0));
  return std::chrono::duration_cast<Clock::duration>(takes);
}

// A device likes large writes; data that comes fast can wait for one.
std::uint64_t Service::worth_a_write(const Watch& watch, File& file) {
  if (!file.drain().writes_direct()) return kWriteOut;
  const std::chrono::duration<double> age = file.age();
  const auto soon = static_cast<std::uint64_t>(watch.bytes_per_second * age.count() / 4);
  return std::clamp(soon, kWriteOut, kWriteOutFast);
}

// Room for twice of what is pending, and for more than what comes until it is written out (this
// thread may be late), up to the option `ring`. When more than half of that is pending the disk is
// slower than the writer: it stalls, for whatever reason and in whosever call, and there is to be
// room for half a ring, or for what comes in a quarter of a second, beyond what is pending, up to
// `memory_limit`. Returns: whether the ring could grow further.
bool Service::grow_ahead(Watch& watch, File& file, Clock::time_point now) {
  const RegionHeader& header = file.drain().header();
  const std::uint64_t accepted = header.accepted.load(std::memory_order_seq_cst);
  const std::uint64_t pending = accepted - header.written.load(std::memory_order_acquire);
  measure(watch, accepted, now);
  // Not at open: a file that gets a few bytes never touches most of them.
  if (!watch.mapped && accepted >= kWorthMeasuring) {
    watch.mapped = true;
    file.map_first_pages();
  }
  const std::chrono::duration<double> age = file.age();
  const auto in_age = static_cast<std::uint64_t>(watch.bytes_per_second * age.count());
  const std::uint64_t ring = file.ring_bytes();
  const std::uint64_t range = file.region().header().ring_range;
  const std::uint64_t until_written = std::min(4 * worth_a_write(watch, file), in_age + in_age / 2);
  std::uint64_t wanted = std::min(ring, std::max(2 * pending, until_written));
  if (pending > ring / 2) {
    const auto ahead = static_cast<std::uint64_t>(watch.bytes_per_second * kAheadInAStall.count());
    wanted = std::min(range, pending + std::max(ring / 2, ahead));
  }
  watch.needed = std::max(watch.needed, wanted);
  if (wanted > watch.keep) watch.keep = 0;
  // In pieces, so that a writer that needs one is not held up for long.
  while (file.populated() < wanted) {
    if (!file.grow(std::min(wanted, file.populated() + kGrowthPiece))) break;
  }
  return file.populated() < range;
}

// Memory is given back when the ring has needed no more than half of it in two windows, or when the
// file is idle. First `populated` is lowered, as soon as nothing that is pending or being read lies
// beyond; then the pages go, the last first, in pieces.
Service::GiveBack Service::give_back(Watch& watch, File& file, Clock::time_point now, bool idle) {
  const std::uint64_t least = file.region().least();
  if (now - watch.window_began >= kNeedWindow) {
    // A burst may have come and gone between two looks.
    watch.needed = std::max(watch.needed, 2 * file.drain().take_high_water());
    const std::uint64_t most = std::max(watch.needed, watch.needed_before);
    const std::uint64_t need = std::max(least, most == kUnknown ? most : round_up(most));
    watch.keep = need <= file.populated() / 2 ? need : 0;
    const bool first = watch.window_began == Clock::time_point{};
    watch.needed_before = first ? kUnknown : watch.needed;
    watch.needed = 0;
    watch.window_began = now;
  }
  if (idle || probe::impatient()) watch.keep = least;
  if (watch.keep != 0 && file.populated() > watch.keep && !file.lower(watch.keep)) {
    return GiveBack::try_again;
  }
  for (int piece = 0; piece < kPiecesAtOnce; ++piece) {
    if (!file.give_back()) return GiveBack::done;
  }
  return GiveBack::goes_on;
}

// When half of the room that is left will be used up.
Clock::duration Service::until_next_growth(const Watch& watch, File& file) {
  const RegionHeader& header = file.drain().header();
  const std::uint64_t pending = header.accepted.load(std::memory_order_acquire) -
                                header.written.load(std::memory_order_acquire);
  const std::uint64_t populated = file.populated();
  if (file.capacity() == populated) return kLongestGrowthLook;  // refused: not at once again
  const auto room = static_cast<double>(populated > pending ? (populated - pending) / 2 : 0);
  const std::chrono::duration<double> until(
      std::min(room / std::max(watch.bytes_per_second, 1.0), 1.0));
  return std::clamp<Clock::duration>(std::chrono::duration_cast<Clock::duration>(until),
                                     kShortestLook, kLongestGrowthLook);
}

// How fast bytes come, over no less than the shortest look: a lane may ring microseconds after the
// last one.
void Service::measure(Watch& watch, std::uint64_t accepted, Clock::time_point now) {
  const auto since = now - watch.last_look;
  const std::uint64_t arrived = accepted - watch.seen_accepted;
  // A block or two in a short time say nothing: a slow writer of blocks would look fast.
  const auto least = arrived < kWorthMeasuring ? kLongestMeasure : kShortestLook;
  if (since < least) return;
  const double now_per_second =
      static_cast<double>(arrived) / std::chrono::duration<double>(since).count();
  // Halfway: a writer of 5 ms periods looks idle in one window and twice as fast in the next.
  watch.bytes_per_second = (watch.bytes_per_second + now_per_second) / 2;
  if (arrived > 0) watch.last_byte = now;
  if (now - watch.last_byte >= kIdleAfter) watch.bytes_per_second = 0;
  watch.last_look = now;
  watch.seen_accepted = accepted;
}

void Service::look_again(std::uint64_t id, Watch& watch, Clock::time_point at) {
  stop_looking(id, watch);
  watch.next_look = at;
  watch.looking = true;
  looks_.emplace(at, id);
}

void Service::stop_looking(std::uint64_t id, Watch& watch) {
  if (std::exchange(watch.looking, false)) looks_.erase({watch.next_look, id});
}

}  // namespace ringproc::core
