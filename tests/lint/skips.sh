# Every entry of tests/allowed-skips has a reason.
# shellcheck shell=bash
if grep -nvE '^[[:space:]]*(#.*)?$|^[^#[:space:]].*[^[:space:]][[:space:]]+# .*[^[:space:]]' tests/allowed-skips; then
  echo "error: an entry without a reason (NAME # reason)"
  exit 1
fi
[ -f tests/allowed-skips ]
