# The checks of this folder and the counting of tools/test can fail: each is shown something wrong, and something right.
# shellcheck shell=bash
root=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# expect pass|fail CHECK: runs it in the folder made so far.
expect() {
  local got=fail
  (cd "$work" && bash "tests/lint/$2.sh") >"$work.log" 2>&1 && got=pass
  [ "$got" = "$1" ] || { echo "error: $2 should $1: $3"; cat "$work.log"; bad=1; }
  rm -f "$work.log"
}

mkdir -p "$work/tests/lint" "$work/include/ringproc" "$work/src" "$work/tests/c"
cp "$root"/tests/lint/* "$work/tests/lint/"
cp "$root/.clang-format" "$work/"
printf '#ifdef _WIN32\n#endif\n' >"$work/include/ringproc/mmio.h"
printf '# only a comment\nA.B<int, char> # needs a device\n' >"$work/tests/allowed-skips"
printf 'int f();\n' >"$work/src/good.cpp"
for check in platform leftovers self-contained skips; do expect pass $check "a clean tree"; done

printf '#ifdef _WIN32\n#endif\n' >"$work/src/bad.cpp"
expect fail platform "_WIN32 in a source file"
printf '// TO''DO: later\n' >"$work/src/bad.cpp"
expect fail leftovers "unfinished work"
printf 'see ../''shared/x\n' >"$work/notes.md"
expect fail self-contained "a path beside the project"
printf 'cd /wo''rk/main\n' >"$work/notes.md"
expect fail self-contained "a path of the machine"
printf 'a network, src/wo''rk/x.cpp\n' >"$work/notes.md"
expect pass self-contained "a folder of the project"
printf 'A.B\n' >>"$work/tests/allowed-skips"
expect fail skips "an entry without a reason"

if command -v clang-format-14 >/dev/null; then
  printf 'int  f( ) ;\n' >"$work/src/bad.cpp"
  expect fail format "wrong spaces"
fi

printf 'RINGPROC_API int ringproc_a(void);\n' >"$work/include/ringproc/ringproc.h"
: >"$work/include/ringproc/procedure.h"
printf 'X(ringproc_a)\n' >"$work/tests/c/exported.inc"
expect pass c-functions "the same list"
printf 'RINGPROC_API int ringproc_b(void);\n' >>"$work/include/ringproc/ringproc.h"
expect fail c-functions "a function that is not listed"

# The counting: one test of each kind.
cat >"$work/junit.xml" <<'XML'
<testsuite>
	<testcase name="S.Passes&lt;int&gt;" classname="x" time="0" status="run">
		<system-out></system-out>
	</testcase>
	<testcase name="S.Fails" classname="x" time="0" status="fail">
		<failure message=""/>
		<system-out>one
a &lt; b &amp;&amp; c</system-out>
	</testcase>
	<testcase name="S.Skips" classname="x" time="0" status="notrun">
		<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
		<system-out>x.cpp:1: Skipped
no device
[  SKIPPED ] S.Skips</system-out>
	</testcase>
	<testcase name="S.SkipsAndLeaks" classname="x" time="0" status="notrun">
		<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
		<system-out>ERROR: LeakSanitizer: detected memory leaks</system-out>
	</testcase>
	<testcase name="S.NotBuilt" classname="x" time="0" status="notrun">
		<skipped message="Unable to find executable"/>
		<system-out></system-out>
	</testcase>
	<testcase name="S.Off" classname="x" time="0" status="disabled">
		<system-out>Disabled</system-out>
	</testcase>
</testsuite>
XML
awk -v results="$work/results" -f "$root/tools/lib/junit.awk" "$work/junit.xml" >"$work/details"
same() { diff <(printf '%s\n' "${@:2}") "$1" || { echo "error: wrong counting"; bad=1; }; }
same "$work/results" 'P S.Passes<int>' 'F S.Fails' 'S S.Skips' 'F S.SkipsAndLeaks' 'F S.NotBuilt' 'S S.Off'
grep -qx 'a < b && c' "$work/details" || { echo "error: output of a failed test is not shown"; bad=1; }
grep -qx -- '--- skipped: S.Skips: no device' "$work/details" || { echo "error: no reason of a skip"; bad=1; }

# With CI=true the skip that is not listed is a failure.
. tools/lib/stages.sh
cd "$work" || exit 1
printf 'S.Off # known\n' >tests/allowed-skips
CI=true refuse_unlisted_skips results >/dev/null
same results 'P S.Passes<int>' 'F S.Fails' 'F S.Skips' 'F S.SkipsAndLeaks' 'F S.NotBuilt' 'S S.Off'
exit $bad
