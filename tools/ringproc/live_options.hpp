// The part of `record`'s command line that is about live sources.
#pragma once

#include <CLI/CLI.hpp>

#include "record_options.hpp"

namespace ringproc::tool {

void add_live_arguments(CLI::App& app, RecordArguments& arguments);

// What does not go with that source. Throws: UsageError.
void check_live_arguments(const RecordArguments& arguments, SourceKind source);

// Requires: a live source. Returns: the arguments with what the source has settled in place of what
// was left to it; before that with guesses, so that the rest can be checked.
[[nodiscard]] RecordArguments with_what_is_settled(const RecordArguments& arguments,
                                                   const LiveFacts* settled);

// What to ask the source for.
[[nodiscard]] LiveRequest live_request(const RecordArguments& arguments);

}  // namespace ringproc::tool
