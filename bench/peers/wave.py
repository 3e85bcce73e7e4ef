"""What a recording holds: its header's claims, and the frames that are there, judged by the numbers
that counting_feeder.cpp plays. Reads the whole file, of each frame the first and the last channel."""
import array
import os
import struct

NUMBERS = (1 << 23) - 1
_BLOCK = 1 << 16  # frames


def _header(file):
    """Returns: the fields that say where the samples are; None if this is no WAV with a data chunk."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(12)
    if len(start) < 12 or start[:4] not in (b"RIFF", b"RF64", b"BW64") or start[8:] != b"WAVE":
        return None
    found = {"kind": start[:4].decode(), "file": size}
    long_size = None
    while True:
        head = file.read(8)
        if len(head) < 8:
            return None
        name, length = head[:4], struct.unpack("<I", head[4:])[0]
        at = file.tell()
        if name == b"ds64":
            long_size = struct.unpack("<Q", file.read(16)[8:])[0]
        elif name == b"fmt ":
            fields = struct.unpack("<HHIIHH", file.read(16))
            found["channels"], found["rate"], found["frame_bytes"], bits = fields[1], fields[2], fields[4], fields[5]
            extra = file.read(max(0, length - 16))
            kind = struct.unpack("<H", extra[8:10])[0] if fields[0] == 0xFFFE and len(extra) >= 10 else fields[0]
            found["sample"] = "f" if kind == 3 and bits == 32 else "i" if kind == 1 and bits == 32 else None
        elif name == b"data":
            if "sample" not in found:
                return None
            found["at"] = at
            found["claimed"] = long_size if length == 0xFFFFFFFF and long_size is not None else length
            return found
        file.seek(at + length + (length & 1))


class _Numbers:
    """Follows the numbers of one channel. Lost: numbers skipped. Silent: frames of zeros, which a recorder puts
    where it has lost frames; they are counted apart until the next number tells how many were lost. Repeated:
    numbers that were there before, which is the feeder's doing."""

    def __init__(self):
        self.first = self.last = None
        self.lost = self.gaps = self.repeated = self.silent = self.other = 0
        self.numbered = 0  # frames with a number
        self.trailing_zeros = 0

    def take(self, numbers):
        if not numbers:
            return
        # Nothing happened here: by far the most frequent, and the fast way.
        if self.last is not None and not self.trailing_zeros and numbers[-1] == self.last + len(numbers) \
                and numbers == list(range(self.last + 1, self.last + 1 + len(numbers))):
            self.last = numbers[-1]
            self.numbered += len(numbers)
            return
        for number in numbers:
            self._one(number)

    def _one(self, number):
        if number == 0:
            self.trailing_zeros += 1
            return
        if not 1 <= number <= NUMBERS:
            self.other += 1
            return
        zeros, self.trailing_zeros = self.trailing_zeros, 0
        if self.last is None:  # what came before the feeder was connected is no loss
            self.first = self.last = number
            self.numbered += 1
            return
        self.silent += zeros
        step = (number - self.last) % NUMBERS
        self.numbered += 1
        if step == 1:
            self.last = number
        elif 0 < step < NUMBERS // 2:
            self.lost += step - 1
            self.gaps += 1
            self.last = number
        else:
            self.repeated += 1
            if step != 0:
                self.last = number


def read(path):
    """Returns: a dict; "header" is None where no reader could open the file. Frames, but for what says bytes:
    claimed: what the header says; present: whole frames behind it, readable: as many as both; first, last: the
    first and last number; numbered, lost, gaps, silent, repeated: see _Numbers; trailing_zeros: behind the last
    number; shifted: of one frame in a thousand, those whose last channel does not belong to the first."""
    report = {"exists": os.path.exists(path), "header": None}
    if not report["exists"]:
        return report
    report["file_bytes"] = os.path.getsize(path)
    with open(path, "rb") as file:
        header = _header(file)
        if header is None or header["frame_bytes"] == 0:
            return report
        report["header"] = header["kind"]
        frame = header["frame_bytes"]
        channels = header["channels"]
        present = (header["file"] - header["at"]) // frame
        report.update(channels=channels, rate=header["rate"], claimed=header["claimed"] // frame, present=present,
                      readable=min(header["claimed"] // frame, present))
        if header["sample"] is None or frame != 4 * channels:
            return report
        numbers, shifted = _Numbers(), 0
        unit = 1 << 23 if header["sample"] == "f" else 1 / 256
        file.seek(header["at"])
        for begin in range(0, present, _BLOCK):
            block = array.array(header["sample"], file.read(min(_BLOCK, present - begin) * frame))
            # Rounded: what passed through 32 bits may be one least bit off.
            column = [round(value * unit) for value in block[::channels]]
            numbers.take(column)
            for value, other in zip(column[::1000], block[channels - 1::channels * 1000]):
                if value and (round(other * unit) - value) % NUMBERS != channels - 1:
                    shifted += 1
        report.update({name: getattr(numbers, name) for name in (
            "first", "last", "numbered", "lost", "gaps", "silent", "repeated", "other", "trailing_zeros")})
        report["shifted"] = shifted
    return report
