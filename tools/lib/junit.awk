# Reads CTest's JUnit file. Prints one line per test to the file `results`: P, F or S, a space, the name;
# and to standard output for each failed test its name and the last `keep` lines it said, for each skipped one its reason.
#
# CTest's own totals are not used: they count a test whose program is missing as skipped. Here only a test that says
# so itself (gtest's SKIPPED line, SKIP_RETURN_CODE) or is disabled is a skip, and only if no sanitizer spoke.

function decode(text) {
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text)
  gsub(/&amp;/, "\\&", text)
  return text
}

function attribute(line, key,    at) {
  at = index(line, " " key "=\"")
  if (!at) return ""
  line = substr(line, at + length(key) + 3)
  return decode(substr(line, 1, index(line, "\"") - 1))
}

function finish(    verdict, i) {
  verdict = "F"
  if (status == "run") verdict = "P"
  else if (status == "disabled") verdict = "S"
  else if (status == "notrun" && skip ~ /^SKIP_/ && !alarm) verdict = "S"
  print verdict " " name > results
  if (reason == "" && count) reason = decode(output[count] != "" ? output[count] : output[count - 1])
  if (verdict == "F") {
    print "--- failed: " name (skip != "" ? " (" skip ")" : "")
    for (i = (count > keep ? count - keep : 0) + 1; i <= count; i++) print decode(output[i])
  }
  if (verdict == "S") print "--- skipped: " name ": " (status == "disabled" ? "disabled" : reason)
  name = ""
}

BEGIN { if (!keep) keep = 60 }

# Text cannot hold a raw "<", so a line that begins with a tag is structure. The first line of the output is on the tag's.
/^[ \t]*<testcase / { name = attribute($0, "name"); status = attribute($0, "status"); skip = ""; reason = ""; alarm = 0; count = 0; next }
/^[ \t]*<skipped /  { skip = attribute($0, "message"); next }
/^[ \t]*<failure /  { next }
/^[ \t]*<\/testcase>/ { finish(); next }
name != "" {
  sub(/^[ \t]*<system-out>/, ""); sub(/<\/system-out>[ \t]*$/, "")
  if ($0 ~ /Sanitizer:|runtime error:|\[  FAILED  \]/) alarm = 1
  if (reason == "" && count && output[count] ~ /: Skipped$/) reason = decode($0)
  output[++count] = $0
}
