"""Prints what a RIFF file consists of, one chunk per line, and checks its structure and payloads.

Usage: check_riff.py FILE. Exit status 1 with a message if a size is wrong, a pad byte is not zero, or the sound, items or
frames are not those of tests/windows/clients.
"""
import struct
import sys


def payload(start, size):
    return bytes((((start + i) * 2654435761 & 0xFFFFFFFF) >> 23) & 0xFF for i in range(size))


class Checker:
    def __init__(self, data):
        self.data = data
        self.items = 0
        self.frames = 0
        self.tracks = 0

    def chunk(self, at, end, depth):
        """Checks the chunk at `at`, which must end before `end`; returns where the next begins."""
        if end - at < 8:
            sys.exit(f"no room for a chunk at {at}")
        name, size = struct.unpack_from("<4sI", self.data, at)
        inside = at + 8
        if inside + size > end:
            sys.exit(f"{name} at {at} has {size} bytes, {end - inside} are there")
        if name in (b"RIFF", b"LIST"):
            kind = self.data[inside:inside + 4]
            print("  " * depth + f"{name.decode()} {kind.decode()} {size}")
            self.tracks += kind == b"trck"
            self.items = 0 if kind == b"itms" else self.items
            self.chunks(inside + 4, inside + size, depth + 1)
        else:
            print("  " * depth + f"{name.decode()} {size}")
            self.content(name, self.data[inside:inside + size], at)
        if size % 2 and inside + size < end and self.data[inside + size] != 0:
            sys.exit(f"the pad byte of {name} at {at} is not zero")
        return inside + size + size % 2

    def chunks(self, at, end, depth):
        while at < end:
            at = self.chunk(at, end, depth)

    def content(self, name, data, at):
        start = None
        if name == b"data":
            start = 0
        elif name == b"item":
            start = (self.tracks - 1) * 1000000 + self.items * 50000
            self.items += 1
        elif name == b"00db":
            start = self.frames * len(data)
            self.frames += 1
        if start is not None and data != payload(start, len(data)):
            sys.exit(f"{name} at {at} is not what was written")


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    checker = Checker(data)
    checker.chunk(0, len(data), 0)


main()
