// How every subcommand ends: the one table of exit statuses. README repeats it; nothing else may
// define one.
#pragma once

namespace ringproc::tool {

enum class ExitStatus : int {
  complete =
      0,  // complete and durable; also at a size limit, or ended by one SIGINT, SIGTERM or SIGHUP
  other = 1,          // anything that has no number of its own
  usage = 2,          // the command line cannot be right
  cannot_open = 3,    // file or source cannot be opened, or the file must not be overwritten
  loss = 4,           // finished, with frames lost, skipped by the source, or cut at the end
  disk_full = 5,      // no room; the file is valid up to what was written. Or less room than
                      // --min-free asks for: the file is complete, or was not begun
  io_error = 6,       // writing, syncing or closing failed; the file was deleted meanwhile
  source_died = 7,    // the source failed; the file is finalised
  mismatch = 8,       // verify: the file is not what was captured
  not_recovered = 9,  // not everything could be recovered
  forced = 130,       // ended by a second signal, not finalised
};

}  // namespace ringproc::tool
