#!/usr/bin/env bash
# The page of a run as a browser draws it, one case per call.
# Usage: page.sh CASE PROGRAM DISK_FAULT_LIBRARY PAGE_WRITER; `page.sh --list` names the cases. Exit status 77: skipped.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

says() { grep -qE -- "$1" "$2" || fail "no '$1' in $2"; } # and does not show the whole page

# browse WIDTH OPTION...: chromium without a window and without a network of its own.
browse() {
  local width=$1
  shift
  timeout 100 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir="$PWD/profile" \
    --window-size="$width",2000 "$@" "file://$PWD/page.html" 2>err
}

# page OPTION...: the page of an invented run, as page.html. Short rounds, so that it is quickly drawn.
page() {
  python3 "$here/fake_bench_run.py" --round-seconds 0.2 "$@" >run.json || fail "no run: $*"
  "$writer" <run.json >page.html || fail "no page: $*"
}
draw() {
  browse "${1:-1280}" --dump-dom >dom.html || { tail -n 5 err >&2; fail "no DOM"; }
  says '</html>' dom.html
}
shows() {
  page "$@"
  draw
  python3 "$here/page_dom.py" run.json dom.html || fail "$*"
}

# and_script TEXT: another script at the end of page.html, with names of its own. What it has to say, it says in the title.
and_script() {
  sed -i 's|^</body>$|<script>\n@\n</script></body>|' page.html
  printf '(() => {%s})();\n' "$1" >script
  sed -i -e '/^@$/{r script' -e 'd}' page.html
}
title_is() {
  local pattern="^($1)\$" got
  got=$(title)
  [[ $got =~ $pattern ]] || fail "no '$1': ${got:0:1500}"
}
title() { grep -o '<title>[^<]*</title>' dom.html | head -n 1 | sed 's/<[^>]*>//g'; }

# change_run: the Python program on standard input changes `run`, and the page is written again.
change_run() {
  { echo 'import json; run = json.load(open("run.json"))'; cat; echo 'json.dump(run, open("run.json", "w"))'; } | python3 - || fail "no run"
  "$writer" <run.json >page.html || fail "no page"
}

an_ordinary_run_is_shown_whole() { shows; }
one_case_is_shown() { shows --cases 1; }
nothing_measured_is_shown() { shows --cases 0; }
sixty_cases_are_shown() { shows --cases 60; }
what_reached_no_disk_is_said_loudly() { shows --not-durable; }
an_interrupted_run_is_shown() { shows --interrupted --warnings; }
errors_and_empty_cases_are_shown() { shows --error; }
unknown_words_are_shown() { shows --unknown; }

hostile_texts_stay_texts() {
  shows --hostile
  [ "$(title)" != owned ] || fail "a script of the data ran"
}

# What a browser may not know, or an older program did not write.
missing_facts_are_left_out() {
  page --cases 2
  change_run <<'PYTHON'
for name in ("machine", "disk", "clock", "settings", "meaning", "warnings", "not_durable", "date", "command"):
    del run[name]
run["cases"][0]["latency_ns"]["total"]["bins"] = {}
for name in ("rounds", "error", "flushes_per_sync", "not_begun"):
    del run["cases"][0][name]
del run["cases"][1]["over_time"], run["cases"][1]["latency_ns"]["total"]["percentiles"]["99.9"]
PYTHON
  draw
  ! grep -q 'id="page-error"' dom.html || fail "$(grep -A3 'id="page-error"' dom.html | head -c 600)"
  [ "$(grep -o 'class="curve' dom.html | wc -l)" -eq 2 ] || fail "not two curves"
  ! sed '/<script/,/<\/script>/d' dom.html | grep -E 'NaN|undefined' || fail "it shows them"
}

# An interval in which nothing ended is not in the JSON; nor is the time between the rounds.
gaps_break_lines() {
  page --cases 1
  change_run <<<'del run["cases"][0]["over_time"][1]'
  draw
  local -a lines
  mapfile -t lines < <(grep -o 'class="middle" d="[^"]*"' dom.html | tr -cd 'M\n')
  [ "${lines[*]}" = "MM M M" ] || fail "lines: ${lines[*]}"
}

# Without rounds each stretch of time is one, however it is called.
without_rounds_there_are_stretches() {
  page --cases 3
  change_run <<<'for case in run["cases"]: case["rounds"] = []'
  draw
  [ "$(grep -o 'class="middle" d="M[^"M]*"' dom.html | wc -l)" -eq 9 ] || fail "not three for each case"
}

an_error_of_the_page_is_shown() {
  page --cases 1
  and_script 'no_such_function();'
  draw
  says 'id="page-error".*no_such_function' dom.html
}

# Half of the way there are 1 - 1/sqrt(2N) of the operations; the end is the slowest.
arrow_keys_read_a_curve() {
  page --cases 3
  and_script '
    const chart = document.querySelector("#percentile-cards svg[tabindex]");
    const readout = document.querySelector("#percentile-cards .readout");
    const right = (times) => {
      for (let i = 0; i < times; ++i) chart.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
      return readout.textContent.replace(/.*by: /, "").replaceAll("\u00a0", " ");
    };
    document.title = right(30) + " | " + right(40);'
  draw
  title_is "$(PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
import json
from page_dom import time_text
cases = json.load(open("run.json"))["cases"]
totals = [case["latency_ns"]["total"] for case in cases]
share = 1 - (2 * max(total["count"] for total in totals)) ** -0.5
def value(total):
    passed = 0
    for end, count in sorted((int(end), count) for end, count in total["bins"].items()):
        passed += count
        if passed / total["count"] >= share:
            return min(end, total["max"])
texts = [", ".join(f"{case['procedure']} {time_text(f(total))}" for case, total in zip(cases, totals))
         for f in (value, lambda total: total["max"])]
print(" [|] ".join(texts).replace("\u00a0", " "))
PYTHON
)"
}

# What was drawn for a wide window would be too small on paper.
charts_are_drawn_again_for_paper() {
  page
  and_script '
    const widest = () => Math.max(...[...document.querySelectorAll("svg[role=img]")].map((chart) => chart.viewBox.baseVal.width));
    const before = widest();
    dispatchEvent(new Event("beforeprint"));
    const paper = widest();
    dispatchEvent(new Event("afterprint"));
    document.title = [before > 1100, paper, widest() === before].join(" ");'
  draw
  title_is 'true 660 true'
}

the_colours_can_be_switched() {
  page --cases 1
  and_script '
    const theme = () => document.documentElement.dataset.theme;
    const before = theme();
    document.getElementById("theme").click();
    const between = theme();
    document.getElementById("theme").click();
    document.title = [before, between, theme()].join(" ");'
  draw
  title_is '(light dark light|dark light dark)'
}

# in_frames WIDTH...: page.html becomes a page that shows it at these widths (a window has a least width), and has the
# titles of all as its title.
in_frames() {
  python3 - "$@" <<'PYTHON'
import html, sys
page = html.escape(open("page.html", encoding="utf-8").read())
with open("page.html", "w", encoding="utf-8") as out:
    out.write("<!doctype html><meta charset=utf-8><title>none</title>")
    for width in sys.argv[1:]:
        out.write(f'<iframe width="{width}" height="900" style="border:0" srcdoc="{page}"></iframe>')
    out.write("<script>onload = () => { document.title = Array.from(frames, (frame) => frame.document.title).join(' | '); }</script>")
PYTHON
}

# In each chart: no text outside it, no text upon another, nothing wider than the window.
text_has_room() {
  local run
  for run in "" --error --unknown --hostile; do
    # shellcheck disable=SC2086  # perhaps none
    page $run
    and_script '
      const found = [];
      const name = (text) => text.textContent + " in " + text.ownerSVGElement.getAttribute("aria-label").slice(0, 60);
      for (const chart of document.querySelectorAll("svg[role=img]")) {
        const frame = chart.getBoundingClientRect();
        const texts = [...chart.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
        for (const [text, box] of texts) {
          if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) found.push("clipped: " + name(text));
          if (/^[^<].*…/.test(text.textContent)) found.push("shortened: " + name(text));  // hostile ones begin with <
          for (const [other, its] of texts) {
            if (other === text) break;
            const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
            const along = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
            if (across > 1 && along > 3) found.push("overlap: " + other.textContent + " and " + name(text));
          }
        }
      }
      if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the window");
      document.title = innerWidth + " wide: " + (found.join("; ") || "room enough");'
    in_frames 320 400 800 1280 2200
    draw 2300
    title_is '320 wide: room enough \| 400 wide: room enough \| 800 wide: room enough \| 1280 wide: room enough \| 2200 wide: room enough'
  done
}

# Text on a card and on the page's ground: 4.5 to 1 at least, light and dark.
colours_have_contrast() {
  page --cases 1
  python3 - <<'PYTHON' || fail "too little contrast"
import re, sys
def light(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4) for w, p in zip((0.2126, 0.7152, 0.0722), parts))
def contrast(a, b):
    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)
themes = [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
          for block in re.findall(r":root[^{]*\{([^}]*)\}", open("page.html", encoding="utf-8").read())]
assert len(themes) == 2 and all(len(theme) > 12 for theme in themes), themes
bad = [(ink, ground, round(contrast(theme[ink], theme[ground]), 2)) for theme in themes for ground in ("card", "bg", "note")
       for ink in ("ink", "dim", "raw", "dos", "ring", "other1", "other2", "bad", "link")
       if contrast(theme[ink], theme[ground]) < 4.5 and (ground != "note" or ink == "ink")]
print(bad or "enough")
sys.exit(bool(bad))
PYTHON
}

helpers='says|browse|page|draw|shows|and_script|title_is|title|in_frames|change_run'

case ${1:?} in --list) cases; exit 0 ;; esac
case=$1 writer=${4:?} here=$(realpath "$(dirname "$0")")
browser=$(command -v chromium) || skip "chromium is not installed"
enter_directory page
export HOME=$directory
"$case"
