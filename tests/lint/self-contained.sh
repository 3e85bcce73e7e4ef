# The project stands alone: no file refers to places outside it on the machine where it was written.
# shellcheck shell=bash
. tests/lint/files
mapfile -t files < <(project_files)
forbid "a path outside the project" '\.\.[/]shared\b|(^|[^A-Za-z0-9_.~})-])/wor[k](/|\b)' "${files[@]}"
