"""One take: starts a recorder, does to it what the row says, waits for its end within a limit, reads its file."""
import errno
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

from peers import wave
from peers.programs import Job

# How long a recorder that should have ended may take for it: a stalled take has to be written yet.
GRACE = 8.0
_TICK = 0.02


class _Group:
    """The processes of a pipeline, in a group of their own, with whatever they start: this process adopts what they
    leave behind (see recorders, PR_SET_CHILD_SUBREAPER), so nothing outlives the take."""

    def __init__(self, commands, environment, output, errors):
        self.main = self.leader = None
        self.statuses, self.cpu, self._peaks = {}, 0.0, {}
        source = subprocess.DEVNULL
        for i, command in enumerate(commands):
            last = i == len(commands) - 1
            leader = self.leader or 0
            process = subprocess.Popen(command, stdin=source, stdout=output if last else subprocess.PIPE,
                                       stderr=errors, env=environment, preexec_fn=lambda: os.setpgid(0, leader))
            self.leader = self.leader or process.pid
            self.main = process.pid
            if source is not subprocess.DEVNULL:
                source.close()
            source = process.stdout
            process.returncode = 0  # it is waited for here, not there

    def ended(self):
        """Returns: whether none of it is left."""
        # What has left the group is waited for one by one, if it is this process's child by now.
        strays = [pid for pid in self._peaks if pid not in self.statuses]
        running = False
        for which in [-self.leader, *strays]:
            try:
                while True:
                    pid, status, usage = os.wait4(which, os.WNOHANG)
                    if pid == 0:
                        running = True
                        break
                    self.statuses[pid] = os.waitstatus_to_exitcode(status)
                    self.cpu += usage.ru_utime + usage.ru_stime
            except ChildProcessError:
                pass
        return not running

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() > end:
                return False
            self._look_at_memory()
            time.sleep(_TICK)
        return True

    @property
    def memory(self):
        """The most bytes of memory that each process has had at once, summed up."""
        return sum(self._peaks.values())

    # Not what wait4 says: that begins with the memory of this process, from which it was forked.
    def _look_at_memory(self):
        pids = list(self._peaks) or [self.leader, self.main]
        for pid in pids:
            try:
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                    peak = [line for line in file if line.startswith("VmHWM:")]
                with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                    children = [int(child) for child in file.read().split()]
            except OSError:
                continue
            if peak:
                self._peaks[pid] = int(peak[0].split()[1]) * 1024
            for child in children:
                self._peaks.setdefault(child, 0)

    def signal(self, number):
        """To the group, as from a terminal or a service manager; SIGKILL to every process there is."""
        self._look_at_memory()
        targets = [-self.leader]
        if number == signal.SIGKILL:
            targets += [pid for pid in self._peaks if pid not in self.statuses]
        for target in reversed(targets):
            try:
                os.kill(target, number)
            except OSError as error:
                if error.errno != errno.ESRCH:
                    raise

    def finish(self):
        """Ends what is left. Blocks: fifteen seconds at the most."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.wait(0.1):
                return
            self.signal(number)
            self.wait(7)


_ESCAPES = re.compile("\x1b\\[[0-9;]*[A-Za-z]")


def _said(path):
    """Returns: the last line, without what colours it."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [part.strip() for part in re.split("[\r\n]+", _ESCAPES.sub("", file.read()))]
    lines = [line for line in lines if line]
    return lines[-1] if lines else ""


class _Stall(threading.Thread):
    def __init__(self, disk, seconds):
        super().__init__()
        self._disk, self._seconds = disk, seconds
        self.error = None

    def run(self):
        try:
            self._disk.stall(self._seconds)
        except (OSError, RuntimeError) as error:
            self.error = RuntimeError(f"the disk did not stall: {error}")


def _begins(file, group):
    """Waits until the recorder has written something, ten seconds at the most, or has ended."""
    end = time.monotonic() + 10
    while time.monotonic() < end and not group.ended():
        if os.path.exists(file) and os.path.getsize(file) > 4096:
            return
        time.sleep(_TICK)


def run(recorder, server, disk, seconds, scratch, event=None, event_after=2.0, stall=0.0, after=None):
    """Records once. event: a signal to send after that many seconds; stall: seconds for which the disk hangs then;
    after: a function of the job, called once the recorder has ended and before its file is read.
    Blocks: at most for the take, the stall and about forty seconds. Returns: what was seen, with wave.read's keys."""
    job = Job(server, server.channels, 600 if event else seconds, f"{disk.path}/take.wav", scratch)
    pathlib.Path(job.summary).unlink(missing_ok=True)
    output, errors = f"{scratch}/stdout", f"{scratch}/stderr"
    environment = dict(server.environment, **recorder.environment(job))
    before = server.state()
    seen = {"recorder": recorder.name, "channels": server.channels, "seconds": seconds}
    stalling = None
    with open(output, "wb") as out, open(errors, "wb") as err:
        group = _Group(recorder.commands(job), environment, out, err)
    began = time.monotonic()
    try:
        _begins(job.file, group)
        start = time.monotonic()
        if event or stall:
            group.wait(event_after)
        if stall:
            stalling = _Stall(disk, stall)
            stalling.start()
        if event:
            at_signal = server.state()
            seen["played_at_signal"] = at_signal[0] if at_signal else None
            signalled = time.monotonic()
            group.signal(event)
            limit = GRACE
        elif not recorder.stops:
            seen["had_to_be_told"] = not group.wait(max(0.0, start + seconds - time.monotonic()))
            group.signal(signal.SIGINT)
            limit = GRACE + stall
        else:
            limit = max(0.0, began + seconds - time.monotonic()) + GRACE + stall
        seen["ended_by_itself"] = group.wait(limit)
        ended = time.monotonic()
        seen["took_s"] = ended - (signalled if event else began)
    finally:
        if stalling:
            stalling.join()
        group.finish()
    if stalling and stalling.error:
        raise stalling.error
    now = server.state()
    seen["server_lived"] = now is not None
    seen["server_xruns"] = now[1] - before[1] if now and before else None
    seen["listener_missed"] = now[2] - before[2] if now and before else None
    seen["exit_status"] = group.statuses.get(group.main)
    seen["exit_statuses"] = list(group.statuses.values())
    seen["cpu_s"], seen["memory_bytes"] = group.cpu, group.memory
    seen["last_line"], seen["last_line_stdout"] = _said(errors), _said(output)
    # Empty where the recorder was killed.
    if os.path.exists(job.summary) and os.path.getsize(job.summary):
        told = json.loads(pathlib.Path(job.summary).read_text(encoding="utf-8"))
        seen["told"] = {name: told.get(name) for name in ("frames_lost", "gap_frames", "exit_reason")}
    if after:
        after(job, seen)
    seen.update(wave.read(job.file))
    if event and seen.get("first") and seen.get("played_at_signal"):
        seen["offered"] = seen["played_at_signal"] - seen["first"] + 1
    for name in os.listdir(disk.path):
        os.unlink(f"{disk.path}/{name}")
    return seen
