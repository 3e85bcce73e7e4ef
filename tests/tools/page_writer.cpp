// Writes the page of a run, for tests: page_writer <run.json >page.html. Status 2: that was no
// JSON.
#include <iostream>

#include <nlohmann/json.hpp>

#include "measure/page.hpp"

int main() {
  const auto run = nlohmann::ordered_json::parse(std::cin, nullptr, false);
  if (run.is_discarded()) {
    std::cerr << "page_writer: no JSON on standard input\n";
    return 2;
  }
  std::cout << ringproc::tool::measure::page_of(run) << std::flush;
  return std::cout ? 0 : 1;
}
