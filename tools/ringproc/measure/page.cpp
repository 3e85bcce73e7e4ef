#include "measure/page.hpp"

#include <string_view>

#include "measure/page_template.hpp"

namespace ringproc::tool::measure {
namespace {

// In JSON, '<' stands in strings only. Escaped, none of them can end the script element or open a
// comment in it.
std::string script_data_of(const nlohmann::ordered_json& run) {
  using Json = nlohmann::ordered_json;
  const std::string json = run.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      escaped += "\\u003c";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace

std::string page_of(const nlohmann::ordered_json& run) {
  const std::string_view page = page_template();
  const std::size_t place = page.find(kRunPlaceholder);
  std::string filled{page.substr(0, place)};
  filled += script_data_of(run);
  filled += page.substr(place + kRunPlaceholder.size());
  return filled;
}

}  // namespace ringproc::tool::measure
