#include "measure/compare_facts.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "measure/compare_fields.hpp"
#include "summary.hpp"

namespace ringproc::tool::measure {
namespace {

using fields::Json;

struct Fact {
  const char* name;
  const char* room;
  const char* key;
};

constexpr std::array kFacts = {
    Fact{"version", "ringproc", "version"},
    Fact{"build", "ringproc", "build"},
    Fact{"processor", "machine", "cpu"},
    Fact{"processors", "machine", "processors"},
    Fact{"memory", "machine", "memory_bytes"},
    Fact{"kernel", "machine", "system"},
    Fact{"distribution", "machine", "distribution"},
    Fact{"virtual", "machine", "virtual"},
    Fact{"directory", "disk", "directory"},
    Fact{"file system", "disk", "file_system"},
    Fact{"source", "disk", "source"},
    Fact{"mount options", "disk", "mount_options"},
    Fact{"device", "disk", "device"},
    Fact{"model", "disk", "model"},
    Fact{"write cache", "disk", "write_cache"},
    Fact{"rotational", "disk", "rotational"},
    Fact{"scheduler", "disk", "scheduler"},
    Fact{"disk size", "disk", "size_bytes"},
};

// Sizes as rounded as they are shown: kernels differ in the few bytes they keep to themselves.
std::string value_of(const Json& run, const Fact& fact) {
  const Json* const json = fields::find(run, {fact.room, fact.key});
  const bool is_size = std::string(fact.key).ends_with("_bytes");
  const auto number = is_size ? fields::number(json) : std::nullopt;
  return number ? bytes_text(static_cast<std::uint64_t>(*number)) : fields::any_text(json);
}

// Settings are whatever the program had then; what one run lacks is a difference, too.
std::vector<std::string> settings_of(const Json& a, const Json& b) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  for (const Json* run : {&a, &b}) {
    const Json* const settings = fields::find(*run, {"settings"});
    if (settings == nullptr || !settings->is_object()) continue;
    for (const auto& item : settings->items()) {
      if (seen.insert(item.key()).second) keys.push_back(item.key());
    }
  }
  return keys;
}

}  // namespace

ComparedRun head_of(const Json& run) {
  ComparedRun head;
  head.version = fields::any_text(fields::find(run, {"ringproc", "version"}));
  head.date = fields::any_text(fields::find(run, {"date"}));
  head.directory = fields::any_text(fields::find(run, {"disk", "directory"}));
  head.file_system = fields::any_text(fields::find(run, {"disk", "file_system"}));
  // Who does not say that it was durable is not believed to be.
  head.durable = fields::flag(fields::find(run, {"durable"})).value_or(false);
  for (const Json& reason : fields::list(fields::find(run, {"not_durable"}))) {
    head.not_durable.push_back(fields::any_text(&reason));
  }
  return head;
}

std::vector<Difference> differences(const Json& a, const Json& b) {
  std::vector<Difference> list;
  for (const Fact& fact : kFacts) {
    Difference difference{fact.name, value_of(a, fact), value_of(b, fact)};
    if (difference.a != difference.b) list.push_back(std::move(difference));
  }
  for (const std::string& key : settings_of(a, b)) {
    Difference difference{fields::printable(key),
                          fields::any_text(fields::find(a, {"settings", key.c_str()})),
                          fields::any_text(fields::find(b, {"settings", key.c_str()}))};
    if (difference.a != difference.b) list.push_back(std::move(difference));
  }
  return list;
}

std::vector<std::string> warnings_of(const std::string& name, const Json& run, const Json& other) {
  std::vector<std::string> list;
  if (fields::flag(fields::find(run, {"interrupted"})).value_or(false)) {
    list.push_back(name + " was interrupted: its cases have fewer rounds, or are missing");
  }
  std::set<std::string> said;
  for (const Json& warning : fields::list(fields::find(other, {"warnings"}))) {
    said.insert(fields::any_text(&warning));
  }
  for (const Json& warning : fields::list(fields::find(run, {"warnings"}))) {
    const std::string text = fields::any_text(&warning);
    if (!said.contains(text)) list.push_back(name + " only: " + text);
  }
  return list;
}

}  // namespace ringproc::tool::measure
