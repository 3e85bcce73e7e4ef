#!/usr/bin/env bash
# Looks at the products for Windows without running them: are they there, of the right width, do they need nothing of
# the compiler's, and can everything that the headers promise be fetched by its plain name?
# Usage: check_products.sh BUILD_DIRECTORY TRIPLE
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
build=${1:?the build directory} triple=${2:?for instance i686-w64-mingw32}
failed=0
fail() { echo "error: $*"; failed=1; }

case $triple in i686-*) format=pei-i386 ;; *) format=pei-x86-64 ;; esac
for product in ringproc.dll ringproc-hook.dll ringproc.exe; do
  file=$build/bin/$product
  [ -f "$file" ] || { fail "$file is missing"; continue; }
  "$triple-objdump" -f "$file" | grep -q "file format $format" || fail "$file is not $format"
  if "$triple-objdump" -p "$file" | grep 'DLL Name' | grep -iE 'libgcc|libstdc|libwinpthread'; then
    fail "$file needs a DLL of the compiler's"
  fi
done
[ -f "$build/src/libringproc.a" ] || fail "the static library is missing"
[ -f "$build/src/libringproc.dll.a" ] || fail "the import library is missing"

exports=$("$triple-objdump" -p "$build/bin/ringproc.dll" | sed -n '/Ordinal\/Name/,/^$/s/^[[:space:]]*\[ *[0-9]*\] \([^ ]*\)$/\1/p')
# Functions of the C headers: what is declared with RINGPROC_API.
declared=$(cat include/ringproc/ringproc.h include/ringproc/procedure.h include/ringproc/install.h | tr '\n' ' ' |
  grep -oE 'RINGPROC_API [^;(]*\(' | grep -oE 'ringproc_[a-z0-9_]+' | sort -u)
[ -n "$declared" ] || fail "no declarations found"
for name in $declared; do
  grep -qx "$name" <<<"$exports" || fail "ringproc.dll does not export $name"
done
# Procedures are called by winmm: stdcall, which takes 16 bytes of arguments off the stack in 32 bits.
if [ "$triple" = i686-w64-mingw32 ]; then
  for name in ringproc_ioproc ringproc_ioproc_utf8; do
    grep -qx "$name@16" <<<"$exports" || fail "$name is not stdcall with 16 bytes of arguments"
  done
fi
[ $failed -eq 0 ] && echo "ringproc.dll exports $(wc -w <<<"$declared") C functions by name; all products are there"
exit $failed
