// The name of a virtual machine's host, from what the firmware says of maker and product. No I/O.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringproc::tool::measure {

// Only names that no real machine has: clouds let whole machines under the same names, too.
[[nodiscard]] inline std::optional<std::string> hypervisor_name(std::string_view maker,
                                                                std::string_view product) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kMakers = {
      {{"QEMU", "qemu"},
       {"VMware", "vmware"},
       {"VMW", "vmware"},
       {"innotek GmbH", "virtualbox"},
       {"Xen", "xen"},
       {"Bochs", "bochs"},
       {"Parallels", "parallels"},
       {"BHYVE", "bhyve"},
       {"Apple Virtualization", "apple"}}};
  if (product == "KVM") return "kvm";
  if (product == "VirtualBox") return "virtualbox";
  if (maker == "Microsoft Corporation" && product == "Virtual Machine") return "hyper-v";
  for (const auto& [beginning, name] : kMakers) {
    if (maker.starts_with(beginning) || product.starts_with(beginning)) return std::string(name);
  }
  return std::nullopt;
}

}  // namespace ringproc::tool::measure
