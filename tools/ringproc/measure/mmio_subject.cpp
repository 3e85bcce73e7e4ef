#include "measure/mmio_subject.hpp"

#include <fmt/core.h>

#include "target.hpp"

namespace ringproc::tool::measure {

MmioSubject::MmioSubject(const SubjectRequest& request, std::vector<HMMIO> handles)
    : data_(request.data), own_(own_handles(request.measured)) {
  for (const HMMIO handle : handles) handles_.push_back({handle, nullptr});
  for (unsigned i = 0; i < request.measured.callers; ++i) {
    const Place place = place_of(request.measured, i);
    if (place.shared && !handles_[place.handle].writing) {
      handles_[place.handle].writing = std::make_unique<std::mutex>();
    }
    callers_.push_back({place, place.end});
  }
}

MmioSubject::~MmioSubject() {
  for (const Handle& open : handles_) {
    if (open.handle != nullptr) static_cast<void>(mmioClose(open.handle, 0));  // failed before
  }
}

bool MmioSubject::write_through(const Handle& to) {
  const auto size = static_cast<LONG>(data_.size());
  return mmioWrite(to.handle, reinterpret_cast<const char*>(data_.data()), size) == size;
}

// A caller of a prepared file seeks when it begins, and when it is through its part.
bool MmioSubject::write(unsigned caller) {
  Caller& who = callers_[caller];
  const Handle& to = handles_[who.place.handle];
  bool good = true;
  if (to.writing) {
    const std::lock_guard lock(*to.writing);
    good = write_through(to);
  } else {
    if (own_ && who.at == who.place.end) {
      who.at = who.place.begin;
      good = mmioSeek(to.handle, static_cast<LONG>(static_cast<std::uint32_t>(who.at)), SEEK_SET) !=
             -1;
    }
    good = good && write_through(to);
    who.at += data_.size();
  }
  return good || told("writing: " + reason(who.place.handle));
}

bool MmioSubject::flush(unsigned caller) { return told(sync(callers_[caller].place.handle)); }

bool MmioSubject::flush_all() {
  bool good = true;
  for (std::size_t i = 0; i < handles_.size(); ++i) good = told(sync(i)) && good;
  return good;
}

bool MmioSubject::close() {
  bool good = true;
  for (Handle& open : handles_) {
    const MMRESULT result = mmioClose(open.handle, 0);
    open.handle = nullptr;
    if (result != 0) good = told("closing: " + mmio_error_text(result));
  }
  return good;
}

bool MmioSubject::told(const std::string& reason) {
  if (!reason.empty()) error_.set(reason);
  return reason.empty();
}

std::vector<HMMIO> open_mmio_handles(const SubjectRequest& request, std::string& error,
                                     const std::function<HMMIO(const std::string& path, DWORD flags,
                                                               std::string& error)>& open_one) {
  const Case& one = request.measured;
  const bool growing = one.file == FileKind::growing;
  const DWORD flags = MMIO_DENYNONE | (growing ? MMIO_CREATE | MMIO_WRITE : MMIO_READWRITE);
  std::vector<HMMIO> handles;
  for (unsigned i = 0; i < handles_of(one) && error.empty(); ++i) {
    const std::string& path = request.paths[file_of_handle(one, i)];
    const HMMIO handle = open_one(path, flags, error);
    if (handle != nullptr) handles.push_back(handle);
    if (!error.empty()) error = fmt::format("opening {}: {}", path, error);
  }
  if (error.empty()) return handles;
  for (const HMMIO handle : handles) static_cast<void>(mmioClose(handle, 0));  // nothing written
  return {};
}

}  // namespace ringproc::tool::measure
