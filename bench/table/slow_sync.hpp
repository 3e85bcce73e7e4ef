// A disk whose syncs take longer: every fdatasync of this program (the library is linked into it)
// sleeps first, if told to. Set it while nobody syncs.
#pragma once

#include <chrono>

namespace bench {

void set_sync_delay(std::chrono::milliseconds delay);

}  // namespace bench
