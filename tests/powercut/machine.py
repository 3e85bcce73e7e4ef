"""One boot of user-mode Linux. Used by the program `run` beside this."""
import os
import re
import signal
import subprocess
import threading
import time

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
BOOT_SECONDS = 240  # for hangs only
# Without the host's whole state saved (no_xstate.c), threads of one guest program see each other's upper halves.
NO_AVX = "GLIBC_TUNABLES=glibc.cpu.hwcaps=" + ",".join("-" + name for name in (
    "AVX", "AVX2", "AVX512F", "AVX512VL", "AVX512BW", "AVX_Fast_Unaligned_Load"))


def state_is_too_large():
    """Is this a processor whose state user-mode Linux 6.1 has no room for?"""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        return re.search(r"^flags\s*:.*\bamx_tile\b", file.read(), re.MULTILINE) is not None


class Impossible(Exception):
    """No guest ever ran: there is no user-mode Linux that works here."""


class Broken(Exception):
    """The run proves nothing: a mode was not in force, or a machine did not do its job."""


class Machine:
    """Runs to its end, or until its power is cut: where `on_line`, which gets the lines of its console, returns True."""

    worked = False    # one of them, ever
    running = set()   # processes

    def __init__(self, directory, job, disks, on_line=lambda line: False):
        path = os.path.join(directory, "job")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{key}={value}\n" for key, value in job.items())
        command = ["linux.uml", "rootfstype=hostfs", "rootflags=/", "ro", f"init={job['guest']}", "mem=192M",
                   "con=null", "con0=fd:0,fd:1", f"uml_dir={directory}/uml", "umid=guest", "quiet"]
        command += [f"ubd{number}={disk}" for number, disk in enumerate(disks)]
        if state_is_too_large():
            command = [os.path.join(os.path.dirname(job["guest"]), "powercut_no_xstate")] + command + [NO_AVX]
        command += ["--", path]
        self.lines = []
        self.began = time.monotonic()
        with open(os.path.join(directory, "console"), "w", encoding="utf-8") as console:
            self.run(command, directory, console, on_line)
        if "ALIVE" in self.lines:
            Machine.worked = True
        elif not Machine.worked:
            raise Impossible("linux.uml does not run here: " + " / ".join(self.lines[-3:]))

    def run(self, command, directory, console, on_line):
        # The guest's memory is a file: in memory, where that can be.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else directory
        environment = {"PATH": PATH, "TMPDIR": memory, "HOME": directory}
        # A session of its own: the machine is several processes, and they end together or not at all.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True, env=environment)
        Machine.running.add(process)
        alarm = threading.Timer(BOOT_SECONDS, self.end, [process])
        alarm.start()
        cut = False
        try:
            for raw in process.stdout:
                line = raw.decode("ascii", "replace").rstrip()
                self.lines.append(line)
                console.write(f"{time.monotonic() - self.began:7.3f} {line}\n")
                if not cut and on_line(line):
                    cut = True
                    self.end(process)
        finally:
            alarm.cancel()
            self.end(process)
            process.wait()
            Machine.running.discard(process)

    @staticmethod
    def end(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    @classmethod
    def end_all(cls):
        for process in list(cls.running):
            cls.end(process)

    def results(self, seeds):
        """Violations per seed, and the lines that tell of them. Raises Broken unless there is one for each."""
        broken = [line for line in self.lines if line.startswith("BROKEN")]
        if broken or "DONE" not in self.lines:
            # What the library logs stands beside it.
            said = [line for line in self.lines if not line.startswith(("SEED", "  seed"))][-8:]
            raise Broken("the machine did not do its job: " + " / ".join(said))
        found = {}
        for line in self.lines:
            match = re.match(r"SEED (\d+) violations=(\d+)", line)
            if match:
                found[int(match[1])] = int(match[2])
        if sorted(found) != sorted(seeds):
            raise Broken(f"results for {len(found)} of {len(seeds)} seeds")
        return found, [line for line in self.lines if line.startswith(("SEED", "  seed", "MODE", "LOG"))]
