#include <condition_variable>
#include <map>
#include <mutex>
#include <new>

#include "region/place.hpp"

namespace ringproc::core {
namespace {

struct Registry {
  std::mutex m;
  std::condition_variable changed;
  std::map<std::string, bool> names;  // guarded by m; true: this process's own region
};

Registry& registry() {
  static Registry* const leaked = new Registry;  // used until the process's last moment
  return *leaked;
}

}  // namespace

bool OwnRegions::claim(const std::string& name, bool as_owner) {
  Registry& all = registry();
  std::unique_lock lock(all.m);
  for (;;) {
    const auto [at, added] = all.names.try_emplace(name, as_owner);
    if (added) return true;
    // A recovery by another thread ends, by success or failure. An opener takes another name.
    if (at->second || as_owner) return false;
    all.changed.wait(lock);
  }
}

void OwnRegions::release(const std::string& name) {
  Registry& all = registry();
  {
    const std::lock_guard lock(all.m);
    all.names.erase(name);
  }
  all.changed.notify_all();
}

void OwnRegions::forget() noexcept {
  // The child has one thread; whoever held the mutex in the parent will never release the copy.
  Registry& all = registry();
  new (&all.m) std::mutex;
  new (&all.changed) std::condition_variable;
  new (&all.names)
      std::map<std::string, bool>;  // the parent's is left as it is: maybe half changed
}

}  // namespace ringproc::core
