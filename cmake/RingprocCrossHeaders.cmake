# Cross-compiling to Windows: Debian's header-only libraries, seen one directory at a time through links, because
# /usr/include itself is Linux's. The names are those of the packages found elsewhere.
set(cross_include ${PROJECT_BINARY_DIR}/cross-include)

function(ringproc_cross_headers target directory)
  if(NOT EXISTS /usr/include/${directory})
    message(FATAL_ERROR "/usr/include/${directory} is missing; tools/test --preset mingw64 installs its package")
  endif()
  file(MAKE_DIRECTORY ${cross_include}/${directory}-only)
  file(CREATE_LINK /usr/include/${directory} ${cross_include}/${directory}-only/${directory} SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${cross_include}/${directory}-only)
endfunction()

ringproc_cross_headers(Boost::headers boost)
if(RINGPROC_BUILD_TOOLS)
  ringproc_cross_headers(CLI11::CLI11 CLI)
  ringproc_cross_headers(nlohmann_json::nlohmann_json nlohmann)
  ringproc_cross_headers(fmt::fmt fmt)
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
endif()
