// `ringproc probe`: reports how the host's winmm behaves. Windows only.
#include <fmt/core.h>

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "say.hpp"
#include "subcommands.hpp"
#include "winmm_probe.hpp"

namespace ringproc::tool {
namespace {

constexpr const char* kFooter =
    "Asks the winmm.dll of this machine by a procedure of its own and temporary files, which are\n"
    "removed; a file beyond 2 GiB is sparse. Reports from real Windows are welcome.";

constexpr int kBits = static_cast<int>(sizeof(void*)) * 8;

std::string text_of(const WinmmReport& report) {
  std::string text =
      fmt::format("host: {}, {}-bit\nwinmm: {}\n", report.windows, kBits, report.winmm);
  for (const Finding& one : report.findings) {
    text += fmt::format("{}\n  asked: {}\n  seen:  {}\n", one.id, one.asked, one.seen);
  }
  return text;
}

std::string json_of(const WinmmReport& report) {
  auto findings = nlohmann::ordered_json::array();
  for (const Finding& one : report.findings) {
    findings.push_back({{"id", one.id}, {"asked", one.asked}, {"seen", one.seen}});
  }
  const nlohmann::ordered_json json{{"windows", report.windows},
                                    {"bits", kBits},
                                    {"winmm", report.winmm},
                                    {"findings", std::move(findings)}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

RunSubcommand add_probe(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* const command =
      app.add_subcommand("probe", "Report how this machine's winmm.dll behaves");
  command->add_flag("--json", *json, "Print the report as JSON");
  command->footer(kFooter);
  return [json] {
    const WinmmReport report = probe_winmm();
    return print_to(stdout, *json ? json_of(report) : text_of(report)) ? ExitStatus::complete
                                                                       : ExitStatus::other;
  };
}

}  // namespace ringproc::tool
