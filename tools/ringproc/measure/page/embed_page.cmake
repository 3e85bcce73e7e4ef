# Turns page.html into a source file: cmake -D TO=page_template.cpp -P embed_page.cmake
# A line @name@ of it stands for the file of that name beside it: the style, and the parts of the script.
file(READ ${CMAKE_CURRENT_LIST_DIR}/page.html page)
string(REGEX MATCHALL "\n@[a-z_]+\\.(css|js)@\n" places "${page}")
foreach(place IN LISTS places)
  string(REGEX REPLACE "[@\n]" "" name "${place}")
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${name} part)
  string(REPLACE "\n@${name}@\n" "\n${part}" page "${page}")
endforeach()

# An array of bytes, because MSVC's string literals end at 64 KiB, and because bytes need no escapes.
string(HEX "${page}" bytes)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${TO}.new "// Made from page.html by embed_page.cmake.
#include \"measure/page_template.hpp\"

namespace ringproc::tool::measure {
namespace {

constexpr unsigned char kBytes[] = {
${bytes}};

}  // namespace

std::string_view page_template() {
  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes)};
}

}  // namespace ringproc::tool::measure
")
file(RENAME ${TO}.new ${TO})
