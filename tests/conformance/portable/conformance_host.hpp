// The portable front end does what is documented.
#pragma once

namespace ringproc::test {

constexpr unsigned host_known(LONG, bool) { return kKnownNothing; }
constexpr unsigned kKnownOfBuiltinDos = kKnownNothing;

}  // namespace ringproc::test
