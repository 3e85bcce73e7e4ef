# Debian packages by purpose, and the function that installs what is missing. Sourced by tools/test and tools/demo.
# shellcheck shell=bash

# To build the library and the program; the last three are for live sources, which are left out without them.
packages_build=(g++ gcc cmake ninja-build libboost1.81-dev libcli11-dev nlohmann-json3-dev libfmt-dev
  pkg-config libjack-jackd2-dev portaudio19-dev)
# What the release preset adds: micro benchmarks and their peers; for bench/compare a file system of our own, fio and a tracer;
# for the quick run of bench/recorders a server and a peer (bench/recorders names the others' packages).
packages_bench=(libbenchmark-dev libreaderwriterqueue-dev libspdlog-dev fuse3 libfuse3-dev pkg-config fio strace
  jackd2 jack-capture)
# To build and run the tests of the dev preset: JSON is judged by python3, processes are found by procps; a file system of our own whose disk can be stopped, and small ones that are full; a sound server; recorders whose files `repair` has to mend; foreign readers of our files.
packages_test=(libgtest-dev googletest fuse3 libfuse3-dev pkg-config python3 procps e2fsprogs mount jackd2 alsa-utils sox
  sndfile-programs ffmpeg)
# What tools/test --all adds: Clang and its sanitizer runtime (tsan), clang-format, foreign readers of our files,
# a tracer, a browser for the page of bench --html and what makes syncs do nothing, and for tests/powercut a kernel to
# switch off and what makes its file systems.
packages_all=(clang clang-format-14 libclang-rt-14-dev libsndfile1-dev strace chromium fonts-dejavu-core eatmydata
  user-mode-linux e2fsprogs btrfs-progs xfsprogs)

# What the presets mingw64 and mingw32 add: compilers (-posix), and Wine to run what is built (64 bits only).
packages_windows=(g++-mingw-w64-x86-64-posix g++-mingw-w64-i686-posix wine64 strace)

# need_packages PKG...: installs those that are missing, as root or with sudo; says nothing if none is.
# Returns: 0 if all are there (or this is not a Debian system: then the tools must be there by other means).
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: these must be there by other means: $*" >&2
    return 0
  fi
  local package seen=' ' missing=() become=()
  for package in "$@"; do
    [[ $seen != *" $package "* ]] || continue
    seen+="$package "
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "missing packages: ${missing[*]}" >&2
      echo "and this is neither root nor is there sudo. Run as root: apt-get install ${missing[*]}" >&2
      return 1
    fi
    become=(sudo)
  fi
  echo "installing: ${missing[*]}" >&2
  local log
  log=$(mktemp) || return 1
  # --foreground: sudo may ask for a password on the terminal.
  local apt=(timeout --foreground 900 "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Acquire::http::Timeout=60)
  # A failing update is not the end: old lists may do.
  "${apt[@]}" update >"$log" 2>&1 || echo "apt-get update failed; trying with the lists there are" >&2
  if "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 20 "$log" >&2
  echo "apt-get could not install: ${missing[*]} (log: $log)" >&2
  return 1
}
