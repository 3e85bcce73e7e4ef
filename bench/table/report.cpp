#include "bench/table/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

std::string number(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return size >= 0.1 ? fmt::format("{:.2f}", value) : fmt::format("{:.4f}", value);
}

std::string spread(const Row& row) {
  const auto all = row.ratios();
  if (all.empty()) return "";
  return fmt::format("{} ({} to {})", number(median(all)), number(*std::ranges::min_element(all)),
                     number(*std::ranges::max_element(all)));
}

std::string verdict(const Row& row) {
  const auto met = row.met();
  if (!met) return "not run";
  return *met ? "met" : "**not met**";
}

std::string line(const Row& row) {
  const RowSpec& spec = row.spec;
  std::string ours = "";
  std::string theirs = "";
  if (row.ran()) {
    ours = number(row.ours()) + " " + spec.unit;
    if (const auto value = row.theirs()) theirs = number(*value) + " " + spec.unit;
  }
  const std::string against = spec.against.empty() ? "" : ", against " + spec.against;
  return fmt::format("| `{}` | {}{} | {} | {} | {} | {} | {} |\n", spec.name, spec.what, against,
                     spec.target, ours, theirs, spread(row), verdict(row));
}

std::string notes(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    const std::string note = row.ran() ? row.measured.note : row.measured.not_run;
    if (!note.empty()) text += fmt::format("- `{}`: {}\n", row.spec.name, note);
  }
  return text.empty() ? "" : "\nNotes:\n\n" + text;
}

}  // namespace

std::string Report::markdown() const {
  std::string text = "# Side by side\n\n";
  if (quick)
    text += "**A quick run: it shows that everything runs; its numbers mean nothing.**\n\n";
  text += fmt::format("- machine: {}, {} cores, {:.0f} GiB\n",
                      facts.at("machine").get<std::string>(), facts.at("cores").get<int>(),
                      facts.at("memory_bytes").get<double>() / (1024.0 * 1024 * 1024));
  for (const auto* key : {"kernel", "file_system", "date", "version"}) {
    std::string name = key;
    std::ranges::replace(name, '_', ' ');
    text += fmt::format("- {}: {}\n", name, facts.at(key).get<std::string>());
  }
  text += fmt::format("- load at the start: {:.2f}\n", facts.at("load_at_start").get<double>());
  text += fmt::format("- command: `{}`\n\n", facts.at("command").get<std::string>());
  text +=
      "Arms run in turns within one run. Ours and theirs are medians over the turns; the ratio is "
      "ours / theirs,\nas the median and the least and greatest of the turns.\n\n"
      "| row | what | target | ours | theirs | ratio | |\n|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) text += line(row);
  return text + notes(rows);
}

std::string Report::json() const {
  nlohmann::json all = facts;
  all["quick"] = quick;
  all["rows"] = nlohmann::json::array();
  for (const Row& row : rows) all["rows"].push_back(row.json());
  return all.dump(2) + "\n";
}

}  // namespace bench
