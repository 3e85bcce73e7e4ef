# Runs ringproc_compare as CI can: that every row runs and is reported, never how fast anything was.
# Usage: compare_test.py PROGRAM CASE DIRECTORY
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

FACTS = {"machine", "cores", "memory_bytes", "kernel", "file_system", "date", "command", "quick", "rows"}
FIELDS = {"name", "group", "what", "against", "target", "unit", "ours", "theirs", "ratio_median", "ratio_min",
          "ratio_max", "met", "note", "not_run", "turns", "raw"}
# Nothing of ours is in the way if one of these cannot be run: no FUSE, no tracing, no io_uring.
MAY_BE_LEFT_OUT = {"hang", "capture", "write_busy", "bandwidth"}
LEFT_OUT = 3
INTERRUPTED = 130


def listed_rows(program):
    text = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout
    return [line.split()[0] for line in text.splitlines()]


def check_row(row):
    assert set(row) == FIELDS, f"fields of {row.get('name')}: {set(row) ^ FIELDS}"
    if row["not_run"]:
        assert row["group"] in MAY_BE_LEFT_OUT and row["not_run"].startswith("not run here"), row["not_run"]
        print(f"{row['name']}: {row['not_run']}")
        return
    assert row["turns"] and isinstance(row["ours"], (int, float)) and isinstance(row["met"], bool), row["name"]
    ratios = [turn["ratio"] for turn in row["turns"] if turn["ratio"] is not None]
    if ratios:
        assert row["ratio_min"] <= row["ratio_median"] <= row["ratio_max"], row["name"]
        assert row["theirs"] is not None, row["name"]


def everything_runs(program, directory):
    json_file = directory.parent / "compare.json"
    markdown_file = directory.parent / "compare.md"
    run = subprocess.run([program, directory, "--quick", "--json", json_file, "--markdown", markdown_file])
    assert run.returncode in (0, LEFT_OUT), f"exit status {run.returncode}"
    report = json.loads(json_file.read_text())
    assert FACTS <= set(report), f"missing: {FACTS - set(report)}"
    rows = listed_rows(program)
    assert [row["name"] for row in report["rows"]] == rows
    for row in report["rows"]:
        check_row(row)
    assert (run.returncode == LEFT_OUT) == any(row["not_run"] for row in report["rows"])
    table = markdown_file.read_text()
    for name in rows:
        assert f"| `{name}` |" in table, name
    for text in (table, json_file.read_text()):
        assert str(directory) not in text and os.uname().nodename not in text, "names of this machine"


def an_interrupt_cleans_up(program, directory):
    # hang: besides files it has a file system mounted and a program running; where that cannot be, it ends at once.
    run = subprocess.Popen([program, directory, "--only", "hang_lost"], stdout=subprocess.DEVNULL)
    time.sleep(2)
    run.send_signal(signal.SIGINT)
    assert run.wait(60) in (INTERRUPTED, LEFT_OUT), f"exit status {run.returncode}"


def only_chooses(program, directory):
    text = subprocess.run([program, directory, "--quick", "--only", "open_close"], check=True, capture_output=True,
                          text=True).stdout
    assert "| `open_close` |" in text and "`write_4k`" not in text


def bad_arguments_are_usage(program, directory):
    for arguments in (["--only", "no_such_row", directory], [], [directory / "missing"], ["--frobnicate", directory]):
        run = subprocess.run([program, *arguments], capture_output=True)
        assert run.returncode == 2, f"{arguments}: {run.returncode}"


CASES = {case.__name__: case for case in (everything_runs, an_interrupt_cleans_up, only_chooses,
                                          bad_arguments_are_usage)}

if __name__ == "__main__":
    test_directory = pathlib.Path(sys.argv[3]) / sys.argv[2] / "disk"
    test_directory.mkdir(parents=True, exist_ok=True)
    CASES[sys.argv[2]](sys.argv[1], test_directory)
    assert not list(test_directory.iterdir()), f"left behind: {list(test_directory.iterdir())}"
