#include "powercut/marks.hpp"

#include <sstream>

#include "powercut/device_mapper.hpp"
#include "powercut/guest_calls.hpp"

namespace powercut {
namespace {

constexpr const char* kWords[] = {"", "begins", "op", "returned", "ends"};

std::string text_of(Mark::What what, std::uint64_t seed, std::size_t op) {
  return std::string(kWords[static_cast<int>(what)]) + "-" + std::to_string(seed) + "-" +
         std::to_string(op);
}

}  // namespace

void Marks::begins(std::uint64_t seed) const { put(text_of(Mark::What::begins, seed, 0)); }

void Marks::begins(std::uint64_t seed, std::size_t op) const {
  put(text_of(Mark::What::op_begins, seed, op));
}

void Marks::returned(std::uint64_t seed, std::size_t op) const {
  put(text_of(Mark::What::returned, seed, op));
}

void Marks::ends(std::uint64_t seed) const { put(text_of(Mark::What::ends, seed, 0)); }

void Marks::put(const std::string& text) const {
  if (device_.empty()) return say(text);
  send_message(device_, "mark " + text);
}

Mark parse_mark(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  Mark mark;
  char dash = 0;
  std::getline(words, word, '-');
  words >> mark.seed >> dash >> mark.op;
  for (int i = 1; i < 5; ++i) {
    if (word == kWords[i] && !words.fail()) mark.what = static_cast<Mark::What>(i);
  }
  return mark;
}

}  // namespace powercut
