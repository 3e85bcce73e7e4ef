# README shows the example that is compiled and run as a test.
# shellcheck shell=bash
# Clang-format would break its lines: a reader's layout is kept.
example=$(sed -n '/^```c$/,/^```$/{/^```/!p}' README.md)
if [ "$example" != "$(cat tests/c/readme_example.c)" ]; then
  echo "README.md's C example differs from tests/c/readme_example.c: copy one to the other" >&2
  exit 1
fi
