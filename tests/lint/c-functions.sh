# tests/c takes the address of every function of the public C headers, so that a missing one is a link error.
# shellcheck shell=bash
declared=$(
  {
    sed -nE 's/^RINGPROC_API .*\b(ringproc_[a-z0-9_]+)\(.*/\1/p' include/ringproc/ringproc.h include/ringproc/procedure.h
    sed -nE 's/^[A-Z_]+ .*\bWINAPI (mmio[A-Za-z]+)\(.*/\1/p' include/ringproc/mmio.h
  } | LC_ALL=C sort -u
)
listed=$(sed -nE 's/^X\(([A-Za-z0-9_]+)\)$/\1/p' tests/c/exported.inc | LC_ALL=C sort -u)
if [ "$declared" != "$listed" ]; then
  echo "error: tests/c/exported.inc (>) differs from what the headers declare (<)"
  diff <(echo "$declared") <(echo "$listed")
  exit 1
fi
