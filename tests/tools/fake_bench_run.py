#!/usr/bin/env python3
"""Invents the result of a run of `ringproc bench`, for looking at and testing what shows one.

Latencies are log-normal with stalls, rounds go in turns as in a real run, and the same seed gives the same bytes.
Usage: fake_bench_run.py [OPTION...] >run.json; --help names the options. Never a measurement of anything.
"""
import argparse
import json
import random
import sys

US, MS, S = 1_000, 1_000_000, 1_000_000_000
ROUNDS, PERCENTILES = 3, ("50", "90", "99", "99.9", "99.99")
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><!--<script>&amp;\"' {{x}} ${y}"
# A disk of the faster sort: median, sigma and stalls (odds, ns) of what an operation waits for.
DISK = 880e6  # bytes a second at most
SYNC = {"growing": (860 * US, 0.16), "prepared": (410 * US, 0.14)}
WRITE = {"raw": (9 * US, 0.35, 2e-3, 22 * MS), "dos": (11 * US, 0.35, 3e-3, 30 * MS), "ring": (1_300, 0.28, 2e-4, 90 * US)}
SLOWER = {"raw": 1.0, "dos": 1.06, "ring": 1.02}


def bin_end(value):
    """The upper end of a value's bin: 128 bins for each doubling."""
    shift = max(0, value.bit_length() - 8)
    return ((value >> shift) + 1) << shift


def summary(values):
    """What the specification calls L."""
    values = sorted(values)
    if not values:
        return {"count": 0, "min": 0, "max": 0, "mean": 0, "percentiles": {p: 0 for p in PERCENTILES}, "bins": {}}
    bins = {}
    for value in values:
        bins[str(bin_end(value))] = bins.get(str(bin_end(value)), 0) + 1
    return {"count": len(values), "min": values[0], "max": values[-1], "mean": sum(values) // len(values),
            "percentiles": {p: quantile(values, float(p) / 100) for p in PERCENTILES}, "bins": bins}


def quantile(ordered, q):
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def size_text(size):
    return f"{size >> 20}M" if size >= 1 << 20 else f"{size >> 10}K"


class Case:
    """One case: draws its operations round by round, then tells its result."""

    def __init__(self, rng, procedure, operation, file="growing", block=4096, callers=1, rate=None):
        self.rng, self.procedure, self.operation, self.file = rng, procedure, operation, file
        self.block, self.callers, self.rate = block, callers, rate
        self.parts = {"submission": [], "completion": [], "total": [], "start_delay": []}
        self.rounds, self.over_time, self.error, self.cut = [], [], None, False

    def name(self):
        text = f"{self.operation} {self.procedure} {self.file} {size_text(self.block)}"
        text += f" x{self.callers}" if self.callers > 1 else ""
        return text + (f" fixed {self.rate:g}/s" if self.rate else "")

    def draw(self):
        """(submission, completion or None, start delay or None) of one operation."""
        median, sigma, odds, stall = WRITE[self.procedure]
        size = 1 if self.procedure == "ring" and self.block <= 4096 else (self.block / 4096) ** 0.6
        submission = median * size * self.rng.lognormvariate(0, sigma)
        if self.operation != "flush" and self.rng.random() < odds:
            submission += stall * self.rng.lognormvariate(-0.7, 0.8)
        completion = None
        if self.operation == "flush":
            median, sigma = SYNC.get(self.file, SYNC["growing"])
            queue = 1 + (self.callers - 1) * (0.05 if self.procedure == "ring" else 0.4)
            completion = median * SLOWER[self.procedure] * queue * self.rng.lognormvariate(0, sigma)
            completion += self.block / 1.2
            if self.rng.random() < 4e-3:
                completion += 9 * MS * self.rng.lognormvariate(0, 0.7)
        delay = None if self.rate is None else max(0, submission - 333 * US) * 0.7 + self.rng.lognormvariate(8, 0.5)
        return int(submission), None if completion is None else int(completion), None if delay is None else int(delay)

    def run(self, begin, seconds):
        """One round. Returns when it ended, in seconds since the run began."""
        values, interval, slot, clock = [], [], 0, 0.0
        while clock < seconds:
            submission, completion, delay = self.draw()
            total = submission + (completion or 0) + (delay or 0)
            for part, value in zip(self.parts, (submission, completion, total, delay)):
                if value is not None:
                    self.parts[part].append(value)
            clock = clock + 1 / self.rate if self.rate else clock + total / S / self.callers
            if int(clock / 0.05) > slot and clock < seconds:
                self.interval(begin + slot * 0.05, interval)
                interval, slot = [], int(clock / 0.05)
            values.append(total)
            interval.append(total)
        self.interval(begin + slot * 0.05, interval)
        values.sort()
        durable = max(clock, len(values) * self.block / DISK)
        self.rounds.append({"operations": len(values), "seconds": round(clock, 4), "p50_ns": quantile(values, 0.5),
                            "p99_ns": quantile(values, 0.99), "max_ns": values[-1],
                            "durable_bytes_per_second": len(values) * self.block / durable / self.rng.lognormvariate(0, 0.02),
                            "flushes_per_sync": self.flushes_per_sync(), "at_seconds": round(begin, 3)})
        return begin + clock

    def interval(self, at, values):
        if values:
            values.sort()
            self.over_time.append({"at_seconds": round(at, 3), "seconds": 0.05, "operations": len(values),
                                   "p50_ns": quantile(values, 0.5), "p99_ns": quantile(values, 0.99),
                                   "max_ns": values[-1]})

    def flushes_per_sync(self):
        if self.operation != "flush":
            return None
        return round(1 + (self.callers - 1) * (0.92 if self.procedure == "ring" else 0.11), 2)

    def result(self):
        count = len(self.parts["total"])
        seconds = sum(r["seconds"] for r in self.rounds)
        durable = max(seconds, count * self.block / DISK) + 0.004 if count else 0
        flushes = count if self.operation == "flush" else len(self.rounds)
        optional = {part: summary(values) if values else None for part, values in self.parts.items()}
        return {
            "name": self.name(), "procedure": self.procedure, "operation": self.operation, "file": self.file,
            "block_bytes": self.block, "callers": self.callers, "files": 1,
            "arrival": "fixed" if self.rate else "closed", "rate": self.rate,
            "sync_seconds": 1.0 if self.operation == "write" else 0,
            "operations": count, "bytes": count * self.block, "seconds": round(seconds, 4),
            "operations_per_second": count / seconds if seconds else 0,
            "until_durable_seconds": round(durable, 4),
            "durable_bytes_per_second": count * self.block / durable if durable else 0,
            "flushes": flushes, "syncs": int(flushes / (self.flushes_per_sync() or 1)),
            "flushes_per_sync": self.flushes_per_sync() if count else None,
            "not_begun": self.rng.randrange(40, 400) if self.rate and self.procedure == "dos" else 0,
            "error": self.error,
            "latency_ns": {**optional, "submission": summary(self.parts["submission"]),
                           "total": summary(self.parts["total"])},
            "rounds": self.rounds, "over_time": self.over_time}


def usual_cases(rng):
    flushes = [Case(rng, p, "flush", f) for p in ("raw", "dos", "ring") for f in ("growing", "prepared")]
    many = [Case(rng, p, "flush", callers=16) for p in ("raw", "ring")]
    writes = [Case(rng, p, "write", block=16384, rate=3000.0) for p in ("raw", "dos", "ring")]
    return flushes + many + writes + [Case(rng, p, "stream", block=65536) for p in ("raw", "dos", "ring")]


def many_cases(rng, count):
    cases = [Case(rng, p, "flush", block=b, callers=c) for b in (4096, 16384, 65536, 262144, 1 << 20)
             for c in (1, 4, 16, 64) for p in ("raw", "dos", "ring")]
    return cases[:count]


def surroundings(options, seconds):
    return {
        "format": "ringproc bench", "format_version": 1,
        "ringproc": {"version": "0.5.0", "build": "RelWithDebInfo, GCC 12.2"},
        "date": "2026-11-26T16:00:00Z", "command": "ringproc bench /data --html x.html",
        "seconds": round(seconds, 1), "interrupted": options.interrupted,
        "machine": {"cpu": "AMD EPYC 7B13", "processors": 2, "memory_bytes": 25276276736,
                    "system": "Linux 6.18.0 x86_64", "distribution": "Debian GNU/Linux 12 (bookworm)", "virtual": "kvm"},
        "disk": {"directory": "/data", "file_system": "ext4", "mount_point": "/", "source": "/dev/vda",
                 "mount_options": "rw,relatime,errors=remount-ro", "device": "vda", "model": None,
                 "write_cache": "write back", "rotational": False, "scheduler": "mq-deadline",
                 "size_bytes": 107374182400, "free_bytes": 61203283968},
        "clock": {"cost_ns": 22, "step_ns": 1},
        "settings": {"rounds": ROUNDS, "seed": options.seed, "options": "ring=64M", "direct": "auto"},
        "durable": not options.not_durable,
        "not_durable": ["a sync of the growing file takes 0.2 us; no device is that fast"] if options.not_durable else [],
        "warnings": ["another process kept a processor busy for 12 % of the run"] if options.warnings else [],
        "meaning": ["On this disk one caller can make about 1,140 writes of 4 KiB durable per second; the ring procedure "
                    "adds 2 % to what the disk itself takes.",
                    "With 16 callers a sync of the ring procedure serves 14.8 flushes, so that they finish nine times as "
                    "many writes a second as with plain system calls.",
                    "A callback every 333 us waits 1.6 us for a WRITE of the ring procedure (0.9 ms at most), and up to "
                    "70 ms without it."]}


def hostile(run):
    run["command"] += " " + HOSTILE
    run["warnings"].append(HOSTILE)
    run["meaning"].insert(0, HOSTILE)
    run["disk"]["directory"] = "/data/" + HOSTILE
    run["cases"][0].update(name=HOSTILE, procedure=HOSTILE, operation=HOSTILE, error=HOSTILE)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--round-seconds", type=float, default=0.8, help="how long each round of a case lasts")
    parser.add_argument("--cases", type=int, help="this many flush cases, at most 60, instead of the usual ones")
    parser.add_argument("--not-durable", action="store_true", help="nothing reached a disk")
    parser.add_argument("--interrupted", action="store_true", help="ended by Ctrl-C in the second round")
    parser.add_argument("--warnings", action="store_true")
    parser.add_argument("--error", action="store_true", help="one case fails in its first round, one before it begins")
    parser.add_argument("--unknown", action="store_true", help="operations, procedures and files of later versions")
    parser.add_argument("--hostile", action="store_true", help="names and errors that would be HTML and scripts")
    return parser.parse_args()


def measure(cases, options):
    """All rounds, in turns. Returns the seconds they took."""
    at = 0.4
    for turn in range(ROUNDS):
        for number, case in enumerate(cases):
            case.cut = case.cut or (options.interrupted and turn == 1 and number >= len(cases) // 3)
            if case.error is None and not case.cut and (turn < 2 or not options.interrupted):
                at = case.run(at, options.round_seconds) + 0.12
            if options.error and number == 1:
                case.error = "fdatasync: No space left on device"
    return at


def main():
    options = arguments()
    rng = random.Random(options.seed)
    cases = usual_cases(rng) if options.cases is None else many_cases(rng, options.cases)
    if options.error:
        cases[0].error = "open: Permission denied"
    seconds = measure(cases, options)
    run = surroundings(options, seconds)
    run["cases"] = [case.result() for case in cases]
    if options.unknown:
        run["cases"][0].update(operation="punch", file="sparse", name="punch raw sparse 4K")
        run["cases"][1].update(procedure="uring", name="flush uring prepared 4K")
    if options.hostile:
        hostile(run)
    json.dump(run, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
