// winmm as Wine 8.0 has it. Another winmm may do better; these do not demand what they excuse.
#pragma once

namespace ringproc::test {

// dos: the file is opened under the code 'DOS '.
constexpr unsigned host_known(LONG buffer, bool dos) {
  unsigned known = kSeekOfDeadHandleIsFive | kFlushReachesNoProcedure | kTemporaryNameOpens |
                   kLongNameIsNotFound;
  if (buffer == 0) return known;
  known |= kBadCountsReachTheBuffer | kBufferHidesErrors | kBufferLosesWrites |
           kEmptiedBufferStaysInPlace | kBufferNotInSeekEnd;
  return known | (dos ? kDosSizeIsStale : kBufferBeginsAtZero);
}
constexpr unsigned kKnownOfBuiltinDos = kEveryOpenErrorIsNotFound | kDeletesNothing |
                                        kMakesNoTemporaryName | kEndsAtTwoGibibytes |
                                        kEmptyWriteTruncates;

}  // namespace ringproc::test
