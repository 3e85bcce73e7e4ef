// The process's runtime: open files, service thread, lanes, defaults. Made at the first open and
// never destroyed, because threads and exit handlers use it to the last. A forked child gets a new
// one.
#pragma once

#include <memory>
#include <system_error>

#include "file/file.hpp"
#include "file/scheduler.hpp"
#include "runtime/defaults.hpp"
#include "runtime/lanes.hpp"
#include "runtime/recovery.hpp"
#include "runtime/service.hpp"
#include "runtime/spare_region.hpp"
#include "runtime/table.hpp"

namespace ringproc::core {

class Runtime final : public Scheduler {
 public:
  [[nodiscard]] static Runtime& instance();

  [[nodiscard]] FileTable& table() noexcept { return table_; }
  [[nodiscard]] Defaults& defaults() noexcept { return defaults_; }
  [[nodiscard]] AutoRecovery& recovery() noexcept { return recovery_; }

  [[nodiscard]] std::error_code prepare(File& file) override;
  void attach(const std::shared_ptr<File>& file) override;
  void detach(File& file) noexcept override;
  std::unique_ptr<Region> spare_region(const std::shared_ptr<Place>& place,
                                       std::uint64_t ring_bytes) noexcept override {
    return spare_.take(place, ring_bytes);
  }
  void free_region(std::unique_ptr<Region> region) noexcept override {
    spare_.spent(std::move(region));
  }
  void ring(File& file) noexcept override;
  void drain_now(File& file) noexcept override;
  void suspect(File& file) noexcept override { table_.suspect(file); }

 private:
  Runtime();
  [[nodiscard]] bool post_steps(const std::shared_ptr<File>& file);
  void post_steps_or_later(const std::shared_ptr<File>& file);
  void run_steps(const std::shared_ptr<File>& file);
  void retire_if_abandoned(const std::shared_ptr<File>& file);
  static void at_exit();
  void finish_files();
  static void before_fork();
  static void after_fork_parent();
  static void after_fork_child();

  FileTable table_;
  Defaults defaults_;
  AutoRecovery recovery_;
  SpareRegion spare_;
  Lanes lanes_;
  Service service_;
  std::mutex start_;
  bool started_ = false;  // guarded by start_
};

}  // namespace ringproc::core
