#include <nlohmann/json.hpp>

#include "measure/environment.hpp"

namespace ringproc::tool::measure {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

void to_json(Json& json, const MachineFacts& machine) {
  json = Json{{"cpu", or_null(machine.cpu)},
              {"processors", machine.processors},
              {"memory_bytes", or_null(machine.memory_bytes)},
              {"system", machine.system},
              {"distribution", or_null(machine.distribution)},
              {"virtual", or_null(machine.hypervisor)}};
}

void to_json(Json& json, const DiskFacts& disk) {
  json = Json{{"directory", disk.directory},
              {"file_system", disk.file_system},
              {"mount_point", or_null(disk.mount_point)},
              {"source", or_null(disk.source)},
              {"mount_options", or_null(disk.mount_options)},
              {"device", or_null(disk.device)},
              {"model", or_null(disk.model)},
              {"write_cache", or_null(disk.write_cache)},
              {"rotational", or_null(disk.rotational)},
              {"scheduler", or_null(disk.scheduler)},
              {"size_bytes", or_null(disk.size_bytes)},
              {"free_bytes", or_null(disk.free_bytes)}};
}

}  // namespace ringproc::tool::measure
