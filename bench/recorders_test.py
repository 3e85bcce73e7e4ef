# Runs bench/recorders as CI can: that everything runs and is reported, never who was better.
# Usage: recorders_test.py BUILD CASE DIRECTORY
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

PROGRAM = pathlib.Path(__file__).resolve().parent / "recorders"
FACTS = {"machine", "kernel", "file_system", "date", "version", "load_at_start", "command", "quick", "takes"}
SEEN = {"recorder", "channels", "row", "exit_status", "ended_by_itself", "server_xruns", "cpu_s", "memory_bytes", "last_line"}
# No JACK server, no FUSE, no tmpfs, a peer that is not installed: nothing of ours is in the way then.
LEFT_OUT = 3
INTERRUPTED = 130


def start(build, *arguments, **options):
    return subprocess.Popen([PROGRAM, *arguments, "--build", build], **options)


def a_quick_run_tells_everything(build, directory):
    json_file = directory.parent / "recorders.json"
    markdown_file = directory.parent / "recorders.md"
    for file in (json_file, markdown_file):
        file.unlink(missing_ok=True)
    run = start(build, directory, "--quick", "--json", json_file, "--markdown", markdown_file)
    assert run.wait() in (0, LEFT_OUT), f"exit status {run.returncode}"
    if not json_file.exists():
        assert run.returncode == LEFT_OUT
        return
    report = json.loads(json_file.read_text())
    assert FACTS <= set(report), f"missing: {FACTS - set(report)}"
    for seen in report["takes"]:
        if "not_run" in seen:
            assert seen["not_run"].startswith("not run here"), seen["not_run"]
            print(f"{seen['recorder']}: {seen['not_run']}")
            continue
        assert SEEN <= set(seen), f"missing of {seen['recorder']}: {SEEN - set(seen)}"
        assert seen["row"] == "end" or seen["disk"] in ("healthy", "stall_2"), seen["row"]
    assert (run.returncode == LEFT_OUT) == any("not_run" in seen for seen in report["takes"])
    table = markdown_file.read_text()
    for text in (table, json_file.read_text()):
        assert str(directory) not in text and os.uname().nodename not in text, "names of this machine"
    assert "| `ringproc` | 8 |" in table and "| `jack_capture` | 8 |" in table


def an_interrupt_cleans_up(build, directory):
    run = start(build, directory, "--quick", "--only", "ringproc", stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                text=True)
    for line in run.stderr:  # while the disk stalls, or before
        if "stalls" in line:
            break
    run.send_signal(signal.SIGINT)
    assert run.wait(60) in (INTERRUPTED, LEFT_OUT), f"exit status {run.returncode}"


def bad_arguments_are_usage(build, directory):
    for arguments in ([], [directory / "missing"], [directory, "--only", "no_such_row"], [directory, "--channels", "65"],
                      [directory, "--frobnicate"], [directory, "--disk", "floppy"],
                      [directory, "--quick", "--disk", "stall_10"]):
        run = start(build, *arguments, stderr=subprocess.DEVNULL)
        assert run.wait() == 2, f"{arguments}: {run.returncode}"


def a_file_is_judged_by_its_numbers(_, directory):
    """Files of known faults, without any server."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(PROGRAM.parent))
    import array
    import struct
    from peers import wave

    def written(numbers, claimed=None, channels=2, tail=b""):
        samples = array.array("f")
        for number in numbers:
            samples.extend(((number + c - 1) % wave.NUMBERS + 1) / 2**23 if number else 0.0 for c in range(channels))
        data = samples.tobytes() + tail
        size = len(data) if claimed is None else claimed * 4 * channels
        fmt = struct.pack("<HHIIHH", 3, channels, 192000, 192000 * 4 * channels, 4 * channels, 32)
        file = directory / "judged.wav"
        file.write_bytes(b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data"
                         + struct.pack("<I", size) + data)
        seen = wave.read(str(file))
        file.unlink()
        return seen

    def has(seen, **wanted):
        assert {name: seen[name] for name in wanted} == wanted, seen

    end = wave.NUMBERS
    has(written([0, 0, *range(1, 100)]), first=1, last=99, lost=0, silent=0, repeated=0, shifted=0, readable=101)
    has(written([*range(end - 50, end + 1), *range(1, 50)]), lost=0, gaps=0)
    has(written([*range(1, 100), *range(164, 300)]), lost=64, gaps=1, silent=0)
    has(written([*range(1, 100), *[0] * 64, *range(164, 300)]), lost=64, gaps=1, silent=64)
    has(written([*range(1, 100), *range(90, 300)]), lost=0, repeated=1)
    has(written([*range(1, 100), 0, 0]), trailing_zeros=2, lost=0)
    has(written(range(1, 100), claimed=0), claimed=0, present=99, readable=0)
    has(written(range(1, 100), claimed=2**20), claimed=2**20, present=99, readable=99)
    has(written(range(1, 100), tail=b"\0\0\0"), present=99)
    shifted = array.array("f", [0.5]).tobytes()
    assert written([1], channels=2, tail=shifted)["shifted"] == 0
    empty = directory / "empty.wav"
    empty.write_bytes(b"RIFF")
    assert wave.read(str(empty))["header"] is None
    empty.unlink()
    assert wave.read(str(empty)) == {"exists": False, "header": None}


def several_takes_are_a_median_and_a_range(_, directory):
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(PROGRAM.parent))
    from peers import plan, tables

    def take(lost, **more):
        return {"recorder": "ringproc", "channels": 8, "row": "loss", "disk": "healthy", "first": 1, "rate": 192000, "present": 9,
                "shifted": 0, "ended_by_itself": True, "lost": lost, "short": 0, "silent": 0, "listener_missed": 64,
                "exit_status": 4, "server_xruns": 1, "cpu_s": 1, "took_s": 2, "memory_bytes": 2**20, "seconds": 6,
                "told": {"frames_lost": 0}, **more}

    def cell(*takes):
        return tables.loss_table(takes, plan.LOSSES[:1])[2].split("|")[3].strip()

    assert cell(take(64)) == "64 (0.3 ms), server 64, ring 0"
    assert cell(take(64), take(0), take(192)) == "64 (0.3 ms) [0 to 192], server 64 (0.3 ms) [64 to 64], ring 0"
    # What cannot be counted is told beside it, and not averaged away.
    stuck = cell(take(64), take(0), take(64, ended_by_itself=False), take(128))
    assert stuck == "64 (0.3 ms) [0 to 128], server 64 (0.3 ms) [64 to 64], ring 0; 64 (0.3 ms), server 64, ring 0, did not end", stuck


CASES = {case.__name__: case for case in (a_quick_run_tells_everything, an_interrupt_cleans_up, bad_arguments_are_usage,
                                          a_file_is_judged_by_its_numbers, several_takes_are_a_median_and_a_range)}

if __name__ == "__main__":
    test_directory = pathlib.Path(sys.argv[3]) / sys.argv[2] / "disk"
    shutil.rmtree(test_directory, ignore_errors=True)
    test_directory.mkdir(parents=True)
    CASES[sys.argv[2]](sys.argv[1], test_directory)
    assert not list(test_directory.iterdir()), f"left behind: {list(test_directory.iterdir())}"
