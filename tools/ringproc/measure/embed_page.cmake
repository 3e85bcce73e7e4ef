# Turns page.html into a source file: cmake -D FROM=page.html -D TO=page_template.cpp -P embed_page.cmake
# An array of bytes, because MSVC's string literals end at 64 KiB, and because bytes need no escapes.
file(READ ${FROM} bytes HEX)
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
