#include "mmio/spy.hpp"

#include <algorithm>
#include <cstring>
#include <ostream>

namespace ringproc::test {

std::ostream& operator<<(std::ostream& out, const Message& message) {
  return out << "{message " << message.message << ", " << message.first << ", " << message.second
             << "}";
}

LRESULT CALLBACK Spy::procedure(LPSTR mmioinfo, UINT message, LPARAM lparam1, LPARAM lparam2) {
  auto& info = *reinterpret_cast<MMIOINFO*>(mmioinfo);
  const bool pointer = message <= MMIOM_WRITE || message == MMIOM_OPEN ||
                       message == MMIOM_WRITEFLUSH || message == MMIOM_RENAME;
  const Message noted{message, pointer ? 0 : lparam1, message == MMIOM_RENAME ? 0 : lparam2};
  current->messages.push_back(noted);
  if (current->instead) {
    if (const auto result = current->instead(noted, info)) return *result;
  }
  return current->answer(info, message, lparam1, lparam2);
}

HMMIO Spy::open(LONG buffer, DWORD flags) {
  MMIOINFO given = info(buffer);
  char name[] = "spy";
  const HMMIO handle = mmioOpen(name, &given, flags);
  messages.clear();
  return handle;
}

LRESULT Spy::answer(MMIOINFO& info, UINT message, LPARAM lparam1, LPARAM lparam2) {
  switch (message) {
    case MMIOM_OPEN:
      seen_at_open = info;
      name_at_open = lparam1 == 0 ? "" : reinterpret_cast<const char*>(lparam1);
      position_ = 0;
      return 0;
    case MMIOM_READ:
      return read(info, reinterpret_cast<char*>(lparam1), static_cast<std::size_t>(lparam2));
    case MMIOM_WRITE:
    case MMIOM_WRITEFLUSH:
      return write(info, reinterpret_cast<const char*>(lparam1), static_cast<std::size_t>(lparam2));
    case MMIOM_SEEK:
      return seek(info, lparam1, static_cast<int>(lparam2));
    default:
      return 0;
  }
}

LRESULT Spy::read(MMIOINFO& info, char* data, std::size_t count) {
  if (position_ >= content.size()) return 0;
  const std::size_t taken = std::min(count, content.size() - position_);
  std::memcpy(data, content.data() + position_, taken);
  position_ += taken;
  info.lDiskOffset = static_cast<LONG>(position_);
  return static_cast<LRESULT>(taken);
}

LRESULT Spy::write(MMIOINFO& info, const char* data, std::size_t count) {
  if (count == 0) return 0;
  if (content.size() < position_ + count) content.resize(position_ + count);
  std::memcpy(content.data() + position_, data, count);
  position_ += count;
  info.lDiskOffset = static_cast<LONG>(position_);
  return static_cast<LRESULT>(count);
}

LRESULT Spy::seek(MMIOINFO& info, std::int64_t offset, int origin) {
  if (origin == SEEK_SET) position_ = static_cast<std::uint32_t>(offset);
  if (origin == SEEK_CUR) position_ += static_cast<std::uint64_t>(offset);
  if (origin == SEEK_END) position_ = content.size() - static_cast<std::uint64_t>(offset);
  info.lDiskOffset = static_cast<LONG>(position_);
  return static_cast<LRESULT>(position_);
}

}  // namespace ringproc::test
