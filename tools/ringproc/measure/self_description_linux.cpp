#include <fstream>
#include <istream>
#include <string_view>

#include "measure/hypervisor_name.hpp"
#include "measure/linux_files.hpp"

namespace ringproc::tool::measure {
namespace {

// Without the white space, and the zero bytes of device trees, around it.
std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::optional<std::string> line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  line = trimmed(line);
  return line.empty() ? std::nullopt : std::optional(line);
}

// The first "key : value" of /proc/cpuinfo; keys differ between kinds of processors.
std::optional<std::string> cpu_value(const std::string& root, std::string_view key) {
  std::ifstream file(root + "/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos || trimmed(line.substr(0, colon)) != key) continue;
    std::string value = trimmed(line.substr(colon + 1));
    if (!value.empty()) return value;
  }
  return std::nullopt;
}

// The value of a shell's assignment.
std::string unquoted(std::string_view text) {
  const std::string value = trimmed(text);
  if (value.size() < 2 || (value[0] != '"' && value[0] != '\'') || value.back() != value[0]) {
    return value;
  }
  std::string result;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && value[0] == '"' && i + 2 < value.size()) ++i;
    result += value[i];
  }
  return result;
}

std::optional<std::string> hypervisor_by_firmware(const std::string& root) {
  const std::string dmi = root + "/sys/class/dmi/id/";
  const auto maker = line_of(dmi + "sys_vendor");
  const auto product = line_of(dmi + "product_name");
  if (auto name = hypervisor_name(maker.value_or(""), product.value_or(""))) return name;
  const auto tree = line_of(root + "/proc/device-tree/hypervisor/compatible");
  if (!tree) return std::nullopt;
  return tree->starts_with("linux,kvm") ? "kvm" : tree->starts_with("xen") ? "xen" : "hypervisor";
}

// A guest's clock is its host's: seen also where the firmware has a cloud's name, or none.
std::optional<std::string> hypervisor_by_clock(const std::string& root) {
  const auto clocks =
      line_of(root + "/sys/devices/system/clocksource/clocksource0/available_clocksource");
  if (!clocks) return std::nullopt;
  if (clocks->find("kvm-clock") != clocks->npos) return "kvm";
  if (clocks->find("hyperv") != clocks->npos) return "hyper-v";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> cpu_name(const std::string& root) {
  for (const char* key : {"model name", "cpu model", "cpu", "uarch"}) {
    if (auto name = cpu_value(root, key)) return name;
  }
  const auto maker = cpu_value(root, "CPU implementer");
  const auto part = cpu_value(root, "CPU part");
  if (!maker || !part) return std::nullopt;
  const auto board = line_of(root + "/proc/device-tree/model");
  return "ARM implementer " + *maker + ", part " + *part + (board ? " (" + *board + ")" : "");
}

std::optional<std::string> distribution_name(const std::string& root) {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    std::ifstream file(root + path);
    std::string line;
    while (std::getline(file, line)) {
      if (!line.starts_with(kKey)) continue;
      std::string name = unquoted(std::string_view(line).substr(kKey.size()));
      if (!name.empty()) return name;
    }
  }
  return std::nullopt;
}

std::optional<std::string> hypervisor(const std::string& root) {
  if (const auto xen = line_of(root + "/sys/hypervisor/type")) return xen;
  const auto flags = cpu_value(root, "flags");
  if (!flags) return hypervisor_by_firmware(root);
  // An x86 processor says whether somebody is below the system; who, others know.
  if ((' ' + *flags + ' ').find(" hypervisor ") == std::string::npos) return std::nullopt;
  if (auto name = hypervisor_by_clock(root)) return name;
  return hypervisor_by_firmware(root).value_or("hypervisor");
}

}  // namespace ringproc::tool::measure
