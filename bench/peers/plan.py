"""Which takes there are: what is lost, and what is left after an end that was not planned."""
import dataclasses
import signal
import subprocess

from peers import take, wave
from peers.disks import Directory, SmallDisk, StallingDisk

CHANNELS = (8, 32, 64)
END_CHANNELS = 8


@dataclasses.dataclass(frozen=True)
class Loss:
    """A take of that many seconds; the disk stalls for `stall` of them, two seconds after the first sample."""
    name: str
    title: str
    seconds: float
    stall: float = 0.0
    fuse: bool = True


LOSSES = (
    Loss("healthy", "healthy disk", 6, fuse=False),
    Loss("fuse", "FUSE file system on it", 6),
    Loss("stall_2", "that stalls for 2 s", 8, stall=2),
    Loss("stall_10", "that stalls for 10 s", 16, stall=10),
)
QUICK_LOSSES = (Loss("healthy", "healthy disk", 3, fuse=False), Loss("stall_2", "FUSE that stalls for 2 s", 5, stall=2))


@dataclasses.dataclass(frozen=True)
class End:
    name: str
    title: str
    signal: int = 0  # 0: the disk is full after about four seconds


ENDS = (
    End("sigint", "SIGINT", signal.SIGINT),
    End("sigterm", "SIGTERM", signal.SIGTERM),
    End("sigkill", "kill -9", signal.SIGKILL),
    End("full", "full disk"),
)
FULL_MEBIBYTES = 24


def losses(quick):
    return QUICK_LOSSES if quick else LOSSES


def loss_disk(loss, bad_disk, directory):
    return StallingDisk(bad_disk, f"{directory}/fuse") if loss.fuse else Directory(f"{directory}/healthy")


def run_loss(recorder, server, loss, disk, scratch):
    seen = take.run(recorder, server, disk, loss.seconds, scratch, stall=loss.stall)
    seen["row"], seen["disk"] = "loss", loss.name
    if seen.get("first") is not None:
        # What it should have recorded, and is neither in the file nor in a gap there: an end that came early.
        seen["short"] = max(0, round(loss.seconds * seen["rate"]) - seen["numbered"] - seen["lost"])
    return seen


# What our own tools make of it; the file as it was left is judged before.
def _recovered(job, seen):
    seen["before_recover"] = wave.read(job.file)
    seen["tools"] = []
    for words in (["recover"], ["repair", job.file]):
        run = subprocess.run(["ringproc", *words], env=job.server.environment, timeout=60, check=False,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
        said = (run.stdout + run.stderr).strip().splitlines()
        seen["tools"].append({"command": words[0], "exit_status": run.returncode, "last_line": said[-1] if said else ""})


def run_end(recorder, server, end, directory, scratch, seconds):
    disk = Directory(f"{directory}/healthy") if end.signal else SmallDisk(f"{directory}/small", FULL_MEBIBYTES)
    ours = recorder.name.startswith("ringproc")
    with disk:
        seen = take.run(recorder, server, disk, 10, scratch, event=end.signal or None, event_after=seconds,
                        after=_recovered if ours and end.signal == signal.SIGKILL else None)
    seen["row"], seen["end"] = "end", end.name
    return seen
