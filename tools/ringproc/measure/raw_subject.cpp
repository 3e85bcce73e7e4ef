// Plain system calls: what the device and the file system cost, and nothing else.
#include <fmt/core.h>

#include <atomic>
#include <memory>
#include <utility>

#include "measure/first_error.hpp"
#include "measure/places.hpp"
#include "measure/raw_file.hpp"
#include "measure/subject.hpp"

namespace ringproc::tool::measure {
namespace {

// A line of its own for each, because callers move them on.
struct alignas(64) OpenFile {
  RawFile file;
  std::atomic<std::uint64_t> end{0};  // growing
  std::atomic<std::uint64_t> syncs{0};
};

struct alignas(64) Caller {
  Place place;
  std::uint64_t at = 0;  // prepared
};

class RawSubject final : public Subject {
 public:
  RawSubject(const SubjectRequest& request, std::unique_ptr<OpenFile[]> files, unsigned count)
      : data_(request.data),
        own_(own_handles(request.measured)),
        files_(std::move(files)),
        count_(count) {
    for (unsigned i = 0; i < request.measured.callers; ++i) {
      const Place place = place_of(request.measured, i);
      callers_.push_back({place, place.begin});
    }
  }

  [[nodiscard]] bool write(unsigned caller) override {
    Caller& who = callers_[caller];
    OpenFile& open = files_[who.place.handle];
    // Which place of the file does not matter, only that each is given once.
    const std::uint64_t offset =
        own_ ? who.at : open.end.fetch_add(data_.size(), std::memory_order_relaxed);
    if (own_) {
      who.at += data_.size();
      if (who.at == who.place.end) who.at = who.place.begin;
    }
    return told(open.file.write_at(data_, offset), "writing");
  }
  [[nodiscard]] bool flush(unsigned caller) override {
    return sync(files_[callers_[caller].place.handle]);
  }
  [[nodiscard]] bool flush_all() override {
    bool good = true;
    for (unsigned i = 0; i < count_; ++i) good = sync(files_[i]) && good;
    return good;
  }
  [[nodiscard]] std::uint64_t syncs() override {
    std::uint64_t all = 0;
    for (unsigned i = 0; i < count_; ++i) all += files_[i].syncs;
    return all;
  }
  [[nodiscard]] bool close() override {
    bool good = true;
    for (unsigned i = 0; i < count_; ++i) good = told(files_[i].file.close(), "closing") && good;
    return good;
  }
  [[nodiscard]] std::string error() override { return error_.text(); }

 private:
  [[nodiscard]] bool sync(OpenFile& open) {
    // A statistic.
    open.syncs.fetch_add(1, std::memory_order_relaxed);
    return told(open.file.sync(), "syncing");
  }
  [[nodiscard]] bool told(const std::error_code& error, const char* operation) {
    if (error) error_.set(fmt::format("{}: {}", operation, error.message()));
    return !error;
  }

  const std::span<const std::byte> data_;
  const bool own_;
  std::unique_ptr<OpenFile[]> files_;
  unsigned count_;
  std::vector<Caller> callers_;
  FirstError error_;
};

}  // namespace

OpenedSubject open_raw_subject(const SubjectRequest& request) {
  const Case& one = request.measured;
  const unsigned count = handles_of(one);
  auto files = std::make_unique<OpenFile[]>(count);
  for (unsigned i = 0; i < count; ++i) {
    const std::string& path = request.paths[file_of_handle(one, i)];
    std::error_code error;
    files[i].file =
        RawFile::open(path, one.file == FileKind::growing, one.direct == Direct::on, error);
    if (error) return {nullptr, fmt::format("opening {}: {}", path, error.message())};
  }
  return {std::make_unique<RawSubject>(request, std::move(files), count), {}};
}

}  // namespace ringproc::tool::measure
