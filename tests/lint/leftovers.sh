# Nothing is left for later in the code: finish it, or open an issue.
# shellcheck shell=bash
. tests/lint/files
mapfile -t files < <(project_files "$code|$build_files|\.sh\$|^tools/[a-z]*\$")
forbid "unfinished work" '\b(TO''DO|FIX''ME)\b' "${files[@]}"
