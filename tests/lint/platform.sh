# Only two headers ask for the platform by macro; everything else is one file per system, chosen by CMake.
# shellcheck shell=bash
. tests/lint/files
mapfile -t files < <(project_files "$code" | grep -vE '^include/ringproc/(mmio|export)\.h$')
forbid "_WIN32 belongs in include/ringproc/mmio.h and export.h only" '\b_WIN32\b' "${files[@]}"
