// The table, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "bench/table/row.hpp"

namespace bench {

struct Report {
  nlohmann::json facts;  // machine_facts, and the command
  bool quick = false;
  std::vector<Row> rows;

  [[nodiscard]] std::string markdown() const;
  [[nodiscard]] std::string json() const;
};

}  // namespace bench
