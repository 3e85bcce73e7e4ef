#include "bench/table/group.hpp"

#include <iterator>

namespace bench {

std::vector<Group> all_groups() {
  std::vector<Group> all;
  for (const auto groups :
       {write_groups, busy_groups, capture_groups, bandwidth_groups, flush_groups, callers_groups,
        files_groups, open_groups, hang_groups, warm_groups}) {
    auto some = groups();
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace bench
