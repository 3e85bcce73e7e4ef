#include "outcome_text.hpp"

#include <nlohmann/json.hpp>

namespace ringproc::tool {

FinishedRegion finish_region(const core::Place& place, const std::string& name,
                             const core::RecoverRequest& request) {
  FinishedRegion finished{core::recover_region(place, name, request), {}};
  const bool in_file = finished.outcome.result == core::RecoverResult::finished ||
                       finished.outcome.result == core::RecoverResult::nothing;
  if (in_file && !request.dry_run) {
    finished.header = finish_wave_header(finished.outcome.file);
  }
  return finished;
}

std::string text_of(const FinishedRegion& finished) {
  std::string text = core::text_of(finished.outcome);
  if (!finished.header.text.empty()) text += "; " + finished.header.text;
  return text;
}

nlohmann::ordered_json json_of(const FinishedRegion& finished) {
  const core::RecoverOutcome& outcome = finished.outcome;
  nlohmann::ordered_json json{{"result", word_of(outcome.result)},
                              {"file", outcome.file},
                              {"region", outcome.region},
                              {"process", outcome.process},
                              {"bytes", outcome.bytes},
                              {"memory_bytes", outcome.held_bytes}};
  if (!outcome.kept.empty()) json["kept"] = outcome.kept;
  if (!outcome.reason.empty()) json["reason"] = outcome.reason;
  if (!outcome.failure.empty()) json["failure"] = outcome.failure;
  if (finished.header.mended) json["header"] = "finished";
  return json;
}

const char* word_of(core::RecoverResult result) {
  using core::RecoverResult;
  switch (result) {
    case RecoverResult::finished:
      return "finished";
    case RecoverResult::nothing:
      return "nothing";
    case RecoverResult::kept:
      return "kept";
    case RecoverResult::kept_at:
      return "kept_at";
    case RecoverResult::discarded:
      return "discarded";
    case RecoverResult::owner_alive:
      return "owner_alive";
    case RecoverResult::busy:
      return "busy";
    case RecoverResult::left_failed:
      return "left_failed";
    case RecoverResult::not_usable:
      return "not_usable";
    case RecoverResult::not_written:
      return "not_written";
    case RecoverResult::gone:
      return "gone";
  }
  return "unknown";
}

}  // namespace ringproc::tool
