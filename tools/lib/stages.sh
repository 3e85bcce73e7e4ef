# Running the stages of tools/test: time limits, logs, counting. Sourced by tools/test.
# shellcheck shell=bash
#
# Uses from tools/test: here (the folder tools), build_root, logs, jobs, sanitizer_env.
#
# A stage is a name, a log and a time limit; its steps are commands that end when the stage's time or the whole run's
# is used up. Results are counted per test (CTest stages) or per stage or check (everything else).

passed=0 failed=0 skipped=0                     # over all stages
child=                                          # the running step, for the trap in tools/test
stage=none log=/dev/null                        # the current stage
stage_began=0 stage_ends=0 stage_counts=""      # on bash's $SECONDS clock
run_ends=0                                      # end of the whole run; set by tools/test

# begin NAME SECONDS: starts a stage.
begin() {
  stage=$1 stage_began=$SECONDS stage_ends=$((SECONDS + $2)) stage_counts=""
  [ "$stage_ends" -le "$run_ends" ] || stage_ends=$run_ends
  log=$logs/$stage.log
  : >"$log"
  [ ! -t 1 ] || printf '%-8s ...\r' "$stage"
}

# finish ok|FAILED: ends a stage with its one line.
finish() {
  printf '%-8s %-6s %4s s%s\n' "$stage" "$1" $((SECONDS - stage_began)) "${stage_counts:+  $stage_counts}"
}

# step COMMAND...: runs it within what is left of the stage, output to the log. Returns its status; 124: out of time.
# In the background with a wait, because bash holds back traps while a foreground command runs: so Ctrl-C ends it.
step() {
  local left=$((stage_ends - SECONDS)) rc
  printf '\n$ %s\n' "$*" >>"$log"
  if [ "$left" -le 0 ]; then
    echo "no time left for this step" >>"$log"
    return 124
  fi
  timeout --kill-after=10 "$left" "$@" </dev/null >>"$log" 2>&1 9>&- &
  child=$!
  wait "$child"
  rc=$?
  child=
  [ "$rc" -ne 124 ] && [ "$rc" -ne 137 ] || echo "stopped: the time of stage $stage is used up" >>"$log"
  return "$rc"
}

# end_step: ends the running step with all its descendants. CTest's tests are in process groups of their own.
end_step() {
  [ -n "$child" ] || return 0
  local all
  all="$child $(descendants "$child")"
  # shellcheck disable=SC2086 # a list of numbers
  kill -TERM $all 2>/dev/null
}

descendants() {
  local pid
  for pid in $(sed -nE "s/^([0-9]+) \(.*\) [A-Za-z] $1 .*/\1/p" /proc/[0-9]*/stat 2>/dev/null); do
    echo "$pid"
    descendants "$pid"
  done
}

# fail_stage WHAT: counts one failed test and shows why: the log's error lines, or else its end.
fail_stage() {
  failed=$((failed + 1))
  stage_counts="$1"
  finish FAILED
  grep -nE -m 20 'error:|Error |undefined reference|stopped: the time' "$log" | cut -c1-300
  tail -n 25 "$log" | cut -c1-300
  echo "(all of it: $log)"
}

# pass_stage: counts one passed test.
pass_stage() {
  passed=$((passed + 1))
  finish ok
}

# build_preset PRESET [CONFIGURE ARGUMENT...]: configures and builds. Returns non-zero after counting a failure.
build_preset() {
  local preset=$1 launcher=
  shift
  command -v ccache >/dev/null && launcher=ccache
  if ! step "${sanitizer_env[@]}" cmake --preset "$preset" -B "$build_root/$preset" \
    -DCMAKE_C_COMPILER_LAUNCHER=$launcher -DCMAKE_CXX_COMPILER_LAUNCHER=$launcher "$@"; then
    fail_stage "configure"
    return 1
  fi
  # gtest_discover_tests runs the test programs while building, so the sanitizers' surroundings are needed here too.
  if ! step "${sanitizer_env[@]}" cmake --build "$build_root/$preset" -j "$jobs"; then
    fail_stage "build"
    return 1
  fi
}

# ctest_stage PRESET CTEST-ARGUMENT...: runs tests of a built preset, counts them and ends the stage.
ctest_stage() {
  local preset=$1 rc p f s broken=0
  shift
  # CTest stops by itself shortly before the stage's end: then it ends its tests and still writes its results.
  local stop=$((stage_ends - SECONDS - 10))
  [ $stop -gt 1 ] || stop=1
  local junit=$logs/$stage.xml results=$logs/$stage.results details=$logs/$stage.details
  rm -f "$junit" "$results" "$details"
  : >"$results"
  step "${sanitizer_env[@]}" ctest --test-dir "$build_root/$preset" -j "$jobs" --output-junit "$junit" \
    --test-output-size-passed 16384 --test-output-size-failed 262144 --no-tests=error \
    --stop-time "$(date -d "@$(($(date +%s) + stop))" +%T)" "$@"
  rc=$?
  [ ! -f "$junit" ] || awk -v results="$results" -f "$here/lib/junit.awk" "$junit" >"$details"
  refuse_unlisted_skips "$results" >>"$details"
  p=$(grep -c '^P ' "$results") f=$(grep -c '^F ' "$results") s=$(grep -c '^S ' "$results")
  # CTest is unhappy but no single test failed: no tests, or a crash of CTest itself. Or tests were left out.
  if [ "$rc" -ne 0 ] && [ "$f" -eq 0 ]; then broken=1; fi
  if grep -q '^The stop time has been passed' "$log"; then
    echo "stopped: the time of stage $stage is used up, not every test was run" >>"$log"
    broken=1
  fi
  if [ "$rc" -eq 0 ] && [ ! -f "$junit" ]; then broken=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  stage_counts="$p of $((p + f + s)) tests"
  [ "$s" -eq 0 ] || stage_counts="$stage_counts, skips: $s"
  [ "$f" -eq 0 ] || stage_counts="$stage_counts, failures: $f"
  if [ "$broken" -eq 1 ]; then
    fail_stage "$stage_counts, then ctest ended with status $rc"
  elif [ "$f" -gt 0 ]; then
    finish FAILED
  else
    finish ok
  fi
  [ ! -s "$details" ] || head -n 600 "$details" | cut -c1-400
}

# refuse_unlisted_skips RESULTS: with CI=true, turns skips without an entry in tests/allowed-skips into failures. An entry
# is a name, or a suite: "Suite.*".
refuse_unlisted_skips() {
  [ "${CI:-}" = true ] || return 0
  awk -v results="$1" '
    FNR == NR { sub(/[ \t]*#.*/, ""); if ($0 != "") allowed[$0] = 1; next }
    { suite = substr($0, 3); sub(/\..*/, ".*", suite) }
    /^S / && !(substr($0, 3) in allowed) && !(suite in allowed) {
      print "--- failed: " substr($0, 3) " (skipped, and not listed in tests/allowed-skips)"; $0 = "F " substr($0, 3)
    }
    { lines[++n] = $0 }
    END { printf "" >results; for (i = 1; i <= n; i++) print lines[i] >results }
  ' tests/allowed-skips "$1"
}
