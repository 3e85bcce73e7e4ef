#include "measure/compare_load.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "measure/compare_fields.hpp"
#include "utf8_path.hpp"

namespace ringproc::tool::measure {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // runs have less than one
constexpr int kMostDepth = 64;                             // runs have eight
constexpr std::string_view kGive = "give files that `ringproc bench --json FILE` wrote";

struct Bytes {
  std::string text;
  std::string error;
};

Bytes read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(to_path(path), ignored)) {
    return {{}, fmt::format("is a directory; {}", kGive)};
  }
  errno = 0;
  std::ifstream file(to_path(path), std::ios::binary);
  const int error = errno;
  if (!file) {
    return {{},
            fmt::format("cannot be read: {}; {}", std::generic_category().message(error), kGive)};
  }
  Bytes bytes;
  std::array<char, 65'536> part;
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    bytes.text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.text.size() > kMostBytes)
      return {{}, fmt::format("is too large for a run; {}", kGive)};
  }
  if (file.bad()) return {{}, fmt::format("cannot be read to its end; {}", kGive)};
  return bytes;
}

// Much that handles JSON goes as deep as the document does.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kMostDepth) return true;
  }
  return false;
}

std::string syntax_problem(std::string_view text, std::size_t byte) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return fmt::format("is empty; {}", kGive);
  if (text[first] == '<') {
    return fmt::format("is a page, not JSON: the one of --html cannot be compared; {}", kGive);
  }
  const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  if (before.size() == text.size()) {
    return "ends in the middle of the JSON: it was cut off; run the benchmark again";
  }
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == before.npos ? 0 : start + 1) + 1;
  return fmt::format("is not JSON (line {}, column {}); {}", line, column, kGive);
}

// Before any field is looked at: whether this program knows such files at all.
std::string format_problem(const Json& run) {
  constexpr int kVersion = 1;
  const std::string format = fields::text(fields::find(run, {"format"}));
  if (format == "ringproc bench comparison") {
    return "is a comparison already; give the two runs that it was made from";
  }
  if (format != "ringproc bench") return fmt::format("is no run of ringproc bench; {}", kGive);
  const auto version = fields::number(fields::find(run, {"format_version"}));
  if (!version) return "format_version is missing or no number: the file was changed or damaged";
  if (*version > kVersion) {
    return fmt::format(
        "made by a newer ringproc (format {}; this program reads {}): compare with that version",
        *version, kVersion);
  }
  if (*version != kVersion) return fmt::format("has format {}, which does not exist", *version);
  return {};
}

}  // namespace

LoadedRun parse_run(const std::string& text) {
  if (is_too_deep(text)) return {{}, fmt::format("is nested too deep for a run; {}", kGive)};
  Json run;
  try {
    run = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return {{}, syntax_problem(text, error.byte)};
  } catch (const Json::exception&) {
    return {{}, "has a number that no measurement has: the file was changed or damaged"};
  }
  if (std::string problem = format_problem(run); !problem.empty()) return {{}, std::move(problem)};
  if (const std::string problem = run_problem(run); !problem.empty()) {
    return {{}, problem + ": the file was changed, damaged or cut off; run the benchmark again"};
  }
  return {std::move(run), {}};
}

LoadedRun load_run(const std::string& path) {
  const Bytes bytes = read_file(path);
  LoadedRun run = bytes.error.empty() ? parse_run(bytes.text) : LoadedRun{{}, bytes.error};
  if (!run.error.empty()) run.error = path + ": " + run.error;
  return run;
}

}  // namespace ringproc::tool::measure
