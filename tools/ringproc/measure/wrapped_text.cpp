#include "measure/wrapped_text.hpp"

namespace ringproc::tool::measure {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Returns: how many bytes have that many characters; all of the text if it has fewer.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && characters-- == 0) return i;
  }
  return text.size();
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (bytes_of(text, width) < text.size()) {
    const std::size_t most = bytes_of(text, width);
    // A blank may stand just behind the line, a comma is its last character.
    const std::size_t blank = text.substr(0, most + 1).rfind(' ');
    const std::size_t comma = text.substr(0, most).rfind(',');
    std::size_t end = blank == text.npos || blank == 0 ? 0 : blank;
    if (comma != text.npos) end = end > comma ? end : comma + 1;
    if (end == 0) end = most;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  lines.emplace_back(text);
  return lines;
}

std::string padded(std::string_view text, std::size_t width) {
  std::size_t characters = 0;
  for (const char c : text) characters += begins_character(c) ? 1U : 0U;
  return std::string(text) + std::string(characters < width ? width - characters : 0, ' ');
}

}  // namespace ringproc::tool::measure
