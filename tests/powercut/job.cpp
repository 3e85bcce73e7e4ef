#include "powercut/job.hpp"

#include <fstream>
#include <sstream>

#include "powercut/guest_calls.hpp"

namespace powercut {

Job::Job(const std::string& path) {
  std::ifstream file(path);
  if (!file) give_up(path.c_str());
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
}

const std::string& Job::text(const std::string& key) const {
  static const std::string nothing;
  const auto at = values_.find(key);
  return at == values_.end() ? nothing : at->second;
}

std::vector<std::uint64_t> Job::seeds() const {
  std::vector<std::uint64_t> all;
  std::istringstream words(text("seeds"));
  for (std::uint64_t seed = 0; words >> seed;) all.push_back(seed);
  return all;
}

Style Job::style() const { return text("style") == "close" ? Style::close : Style::flush; }

Expectations Job::expectations() const {
  const std::string& options = text("options");
  const auto has = [&](const char* option) { return options.find(option) != std::string::npos; };
  return {has("close=device"), has("preallocate=written")};
}

void report(std::uint64_t seed, const std::string& how, const std::vector<std::string>& broken) {
  say("SEED " + std::to_string(seed) + " violations=" + std::to_string(broken.size()) + " " + how);
  for (const std::string& what : broken) say("  seed " + std::to_string(seed) + ": " + what);
}

}  // namespace powercut
