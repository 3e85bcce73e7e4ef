# The layout of C and C++ files is clang-format 14's.
# shellcheck shell=bash
. tests/lint/files
bad=0
while IFS= read -r file; do
  clang-format-14 --style=file "$file" | diff -u "$file" - && continue
  echo "error: to mend: clang-format-14 -i $file"
  bad=1
done < <(project_files '\.(c|h|cpp|hpp)$')
exit $bad
