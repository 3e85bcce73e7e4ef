// Reading a JSON value of which nothing is sure: what is not there, of another type or beyond
// reason is nothing. Pure functions; they never throw for a strange value.
#pragma once

#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace ringproc::tool::measure::fields {

using Json = nlohmann::ordered_json;

// More nanoseconds than a lifetime, more bytes than a disk: no measurement. What is below can be
// multiplied, printed and converted to integers without a second thought.
constexpr double kMost = 1e18;

[[nodiscard]] inline bool is_sane(double value) {
  return std::isfinite(value) && value >= 0 && value <= kMost;
}

// Returns: nullptr if it is not there.
[[nodiscard]] inline const Json* find(const Json& json, const std::string& key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

[[nodiscard]] inline const Json* find(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const char* key : path) {
    at = find(*at, std::string(key));
    if (at == nullptr) return nullptr;
  }
  return at;
}

[[nodiscard]] inline std::optional<double> number(const Json* json) {
  if (json == nullptr || !json->is_number()) return std::nullopt;
  const double value = json->get<double>();
  return is_sane(value) ? std::optional(value) : std::nullopt;
}

[[nodiscard]] inline std::optional<bool> flag(const Json* json) {
  return json != nullptr && json->is_boolean() ? std::optional(json->get<bool>()) : std::nullopt;
}

// Control characters would reach the terminal: they become '?'.
[[nodiscard]] inline std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

// Returns: empty for what is no text.
[[nodiscard]] inline std::string text(const Json* json) {
  return json != nullptr && json->is_string() ? printable(json->get_ref<const std::string&>())
                                              : std::string();
}

// Any single value as people read it; lists and objects, which may be endlessly deep, are "?".
[[nodiscard]] inline std::string any_text(const Json* json) {
  if (json == nullptr || json->is_null()) return "unknown";
  if (json->is_string()) return text(json);
  if (json->is_number() || json->is_boolean()) return json->dump();
  return "?";
}

// The elements of a list; of anything else, none.
[[nodiscard]] inline const Json& list(const Json* json) {
  static const Json kNone = Json::array();
  return json != nullptr && json->is_array() ? *json : kNone;
}

}  // namespace ringproc::tool::measure::fields
