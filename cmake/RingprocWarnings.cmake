# Warnings for our own targets; linked PRIVATE and never exported.
add_library(ringproc_warnings INTERFACE)
if(MSVC)
  target_compile_options(ringproc_warnings INTERFACE /W4 /permissive- $<$<BOOL:${RINGPROC_WERROR}>:/WX>)
else()
  target_compile_options(ringproc_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wundef
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<BOOL:${RINGPROC_WERROR}>:-Werror>)
endif()
