#!/usr/bin/env bash
# What `bench` does not take for an answer on its command line, one case per call.
# Usage: words.sh CASE PROGRAM DISK_FAULT_LIBRARY [BAD_DISK]; `words.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

absurd_sizes_are_told() {
  local size
  for size in 0 99999999999G 18446744073709551615G 65M -1 abc 4Q '' 1e3 nan; do
    refused 2 '(--block|is not a size)' disk -d 0.1 -b "$size"
  done
  for size in 0 99999999999G -1 abc 4Q '' nan; do refused 2 '(--size|is not a size)' disk -d 0.1 --size "$size"; done
}

absurd_numbers_are_told() {
  local bad option
  for bad in '--callers 0' '--callers -1' '--callers 257' '--callers 99999999999999999999' '--callers 1,x' '--files 0' '--files -1' \
    '--files 2' '--callers 4 --files 5' '--rounds 0' '--rounds -1' '--rounds 99999999999' '--rate 0' '--rate -1' '--rate 1e99' \
    '--rate nan' '--rate inf' '--rate x' '--duration 0' '--duration -1' '--duration nan' '--duration inf' '--duration 1e99' \
    '--duration x' '--sync -1' '--sync nan' '--sync inf' '--sync 1e99' '--seed -1' '--seed x'; do
    option=--${bad##*--} # the last one
    # shellcheck disable=SC2086  # words on purpose
    refused 2 "${option%% *}" disk --op write $bad
  done
}

unknown_words_are_told() {
  local bad
  for bad in '--proc wav' '--op read' '--file old' '--arrival never' '--direct maybe' '--nonsense' '--arrival fixed' '--arrival poisson' \
    '--arrival closed --rate 5'; do
    # shellcheck disable=SC2086  # words on purpose
    refused 2 "${bad%% *}" disk $bad
  done
}

bad_library_options_are_told() {
  local options
  for options in nonsense ring=abc ring=0 nonsense=1 ring=99999999G; do
    refused 2 '--options: ' disk -d 0.1 --options $options
    export RINGPROC_OPTIONS=$options
    refused 2 'RINGPROC_OPTIONS' disk -d 0.1 --proc ring
    unset RINGPROC_OPTIONS
  done
}

run "$@"
