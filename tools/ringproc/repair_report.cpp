#include "repair_report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace ringproc::tool {
namespace {

const char* word_of(RepairResult result) {
  switch (result) {
    case RepairResult::sound:
      return "sound";
    case RepairResult::mended:
      return "mended";
    case RepairResult::would_mend:
      return "would_mend";
    case RepairResult::not_mended:
      return "not_mended";
    case RepairResult::in_use:
      return "in_use";
    case RepairResult::pending:
      return "pending";
    case RepairResult::cannot_open:
      return "cannot_open";
    case RepairResult::io_error:
      return "io_error";
  }
  return "unknown";
}

const char* phrase_of(RepairResult result) {
  switch (result) {
    case RepairResult::sound:
      return "right";
    case RepairResult::mended:
      return "mended";
    case RepairResult::would_mend:
      return "would be mended";
    case RepairResult::cannot_open:
      return "cannot be opened";
    case RepairResult::io_error:
      return "I/O error";
    default:
      return "left as it is";
  }
}

std::string amount_of(const RepairPlan& plan) {
  if (plan.frames) return fmt::format("{} frames", *plan.frames);
  return fmt::format("{} bytes of samples", plan.data_bytes);
}

}  // namespace

std::string text_of(const RepairOutcome& outcome) {
  const RepairPlan& plan = outcome.plan;
  std::string text = fmt::format("{}: {}", outcome.file, phrase_of(outcome.result));
  if (!outcome.error.empty()) return text + ": " + outcome.error + "\n";
  text += ", " + amount_of(plan) + "\n";
  if (plan.new_form) text += fmt::format("  becomes {}\n", plan.form);
  for (const SizeChange& change : plan.changes) {
    text += fmt::format("  {}: {} -> {}\n", change.what, change.from, change.to);
  }
  for (const std::string& note : plan.notes) text += fmt::format("  {}\n", note);
  return text;
}

nlohmann::ordered_json json_of(const RepairOutcome& outcome) {
  const RepairPlan& plan = outcome.plan;
  nlohmann::ordered_json json{{"result", word_of(outcome.result)}, {"file", outcome.file}};
  if (!outcome.error.empty()) {
    json["error"] = outcome.error;
    return json;
  }
  json["form"] = plan.form;
  if (plan.frames) json["frames"] = *plan.frames;
  json["data_bytes"] = plan.data_bytes;
  json["changes"] = nlohmann::ordered_json::array();
  for (const SizeChange& change : plan.changes) {
    json["changes"].push_back({{"what", change.what}, {"from", change.from}, {"to", change.to}});
  }
  json["notes"] = plan.notes;
  return json;
}

ExitStatus status_of(RepairResult result) {
  switch (result) {
    case RepairResult::sound:
    case RepairResult::mended:
      return ExitStatus::complete;
    case RepairResult::would_mend:
      return ExitStatus::other;
    case RepairResult::cannot_open:
      return ExitStatus::cannot_open;
    case RepairResult::io_error:
      return ExitStatus::io_error;
    case RepairResult::not_mended:
    case RepairResult::in_use:
    case RepairResult::pending:
      return ExitStatus::not_recovered;
  }
  return ExitStatus::other;
}

}  // namespace ringproc::tool
