# Files beyond 400 lines are named, as a warning: the soft limit is 300.
# shellcheck shell=bash
. tests/lint/files
project_files "$code|$build_files|\.(sh|awk)\$|^tools/[a-z]*\$" | while IFS= read -r file; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || echo "warning: $file has $lines lines"
done
