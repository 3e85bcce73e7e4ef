// Whether a document has what a comparison reads. More than that is not asked for: a run of a later
// version with the same format may have more, and what is shown only may be missing.
#include <fmt/core.h>

#include <initializer_list>
#include <set>
#include <string>

#include "measure/compare_fields.hpp"
#include "measure/compare_load.hpp"

namespace ringproc::tool::measure {
namespace {

using fields::Json;

enum class Kind { text, text_or_null, number, number_or_null, flag, object, list };

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::text_or_null:
      return "a text";
    case Kind::number:
    case Kind::number_or_null:
      return "a number";
    case Kind::flag:
      return "true or false";
    case Kind::object:
      return "an object";
    default:
      return "a list";
  }
}

bool fits(const Json& json, Kind kind) {
  switch (kind) {
    case Kind::text:
      return json.is_string();
    case Kind::text_or_null:
      return json.is_string() || json.is_null();
    case Kind::number:
      return json.is_number();
    case Kind::number_or_null:
      return json.is_number() || json.is_null();
    case Kind::flag:
      return json.is_boolean();
    case Kind::object:
      return json.is_object();
    default:
      return json.is_array();
  }
}

// Keeps the first problem it meets.
class Check {
 public:
  // Returns: the field; nullptr if something is wrong, now or before.
  const Json* field(const Json& in, const std::string& where, const char* key, Kind kind) {
    if (!problem_.empty()) return nullptr;
    const Json* const json = fields::find(in, std::string(key));
    const std::string name = where.empty() ? key : where + "." + key;
    if (json == nullptr) {
      problem_ = name + " is missing";
    } else if (!fits(*json, kind)) {
      problem_ = fmt::format("{} is not {}", name, name_of(kind));
    } else if (json->is_number() && !fields::number(json)) {
      problem_ = name + (json->get<double>() < 0 ? " is negative" : " is too large");
    }
    return problem_.empty() ? json : nullptr;
  }
  void all(const Json& in, const std::string& where, Kind kind,
           std::initializer_list<const char*> keys) {
    for (const char* key : keys) static_cast<void>(field(in, where, key, kind));
  }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string problem_;
};

void check_head(Check& check, const Json& run) {
  check.all(run, "", Kind::object, {"ringproc", "machine", "disk", "settings"});
  check.all(run, "", Kind::flag, {"durable", "interrupted"});
  check.all(run, "", Kind::list, {"not_durable", "warnings", "cases"});
  check.all(run, "", Kind::text, {"date"});
  if (const Json* ringproc = fields::find(run, {"ringproc"})) {
    check.all(*ringproc, "ringproc", Kind::text, {"version"});
  }
}

void check_latency(Check& check, const Json& item, const std::string& where) {
  const Json* const latency = check.field(item, where, "latency_ns", Kind::object);
  if (latency == nullptr) return;
  const std::string in_latency = where + ".latency_ns";
  const Json* const total = check.field(*latency, in_latency, "total", Kind::object);
  if (total == nullptr) return;
  check.all(*total, in_latency + ".total", Kind::number_or_null, {"max"});
  const Json* const percentiles =
      check.field(*total, in_latency + ".total", "percentiles", Kind::object);
  if (percentiles == nullptr) return;
  check.all(*percentiles, in_latency + ".total.percentiles", Kind::number_or_null, {"50", "99"});
}

void check_rounds(Check& check, const Json& item, const std::string& where) {
  const Json* const rounds = check.field(item, where, "rounds", Kind::list);
  if (rounds == nullptr) return;
  for (std::size_t i = 0; i < rounds->size(); ++i) {
    const std::string in_round = fmt::format("{}.rounds[{}]", where, i);
    if (!(*rounds)[i].is_object()) return check.fail(in_round + " is not an object");
    check.all((*rounds)[i], in_round, Kind::number, {"operations", "seconds"});
    check.all((*rounds)[i], in_round, Kind::number_or_null,
              {"p50_ns", "p99_ns", "max_ns", "durable_bytes_per_second", "flushes_per_sync"});
  }
}

void check_case(Check& check, const Json& item, const std::string& where) {
  if (!item.is_object()) return check.fail(where + " is not an object");
  check.all(item, where, Kind::text, {"name", "procedure", "operation"});
  check.all(item, where, Kind::text_or_null, {"error"});
  const Json* const operations = check.field(item, where, "operations", Kind::number);
  check.all(item, where, Kind::number_or_null,
            {"operations_per_second", "durable_bytes_per_second", "flushes_per_sync"});
  check_rounds(check, item, where);
  // Of none there are no times.
  if (operations != nullptr && *operations > 0) check_latency(check, item, where);
}

}  // namespace

std::string run_problem(const Json& run) {
  Check check;
  check_head(check, run);
  std::set<std::string> names;
  const Json& cases = fields::list(fields::find(run, {"cases"}));
  for (std::size_t i = 0; i < cases.size() && check.problem().empty(); ++i) {
    const std::string where = fmt::format("cases[{}]", i);
    check_case(check, cases[i], where);
    const std::string name = fields::text(fields::find(cases[i], {"name"}));
    if (!names.insert(name).second) {
      check.fail(fmt::format("{}.name is there twice (\"{}\")", where, name));
    }
  }
  return check.problem();
}

}  // namespace ringproc::tool::measure
