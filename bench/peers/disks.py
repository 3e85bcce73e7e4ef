"""The disks that are recorded to: a directory as it is, a FUSE file system (tests/bad_disk) that stalls when told to,
and a small one that gets full. Each is a context whose value has `path`."""
import ctypes
import os
import signal
import socket
import subprocess
import time

STALLING_CALLS = ("write", "fsync", "fallocate", "truncate", "create", "rename")


class Directory:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.makedirs(self.path, exist_ok=True)
        return self

    def __exit__(self, *_):
        pass


class StallingDisk(Directory):
    """Throws: RuntimeError where there is no FUSE."""

    def __init__(self, program, directory):
        super().__init__(f"{directory}/mounted")
        self._program = program
        self._backing = f"{directory}/backing"
        self._socket = f"{directory}/control"
        self._process = None

    def __enter__(self):
        super().__enter__()
        os.makedirs(self._backing, exist_ok=True)
        if not self._program:
            raise RuntimeError("needs the file system of tests/bad_disk: apt-get install fuse3 libfuse3-dev pkg-config")
        self._process = subprocess.Popen([self._program, self._backing, self.path, self._socket],
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        if self._process.stdout.readline().strip() != b"mounted":
            self.__exit__()
            raise RuntimeError("no FUSE file system can be mounted here (package fuse3, /dev/fuse)")
        return self

    def __exit__(self, *_):
        # Ended so, it unmounts itself, whatever hangs.
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            subprocess.run(["fusermount3", "-u", "-z", "-q", self.path], check=False)
        self._process.stdout.close()
        for left in (self._socket,):
            if os.path.exists(left):
                os.unlink(left)

    def _tell(self, *commands):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(self._socket)
            with control.makefile("rw") as lines:
                for command in commands:
                    lines.write(command + "\n")
                    lines.flush()
                    if lines.readline().strip() != "ok":
                        raise RuntimeError(f"the stalling disk did not take: {command}")

    def stall(self, seconds):
        """Blocks: so long. From now on no call that changes anything returns until then."""
        self._tell(*(f"fault {call} 1 0 hang" for call in STALLING_CALLS))
        try:
            time.sleep(seconds)
        finally:
            self._tell("clear")


class SmallDisk(Directory):
    """Throws: RuntimeError where it cannot be mounted."""

    def __init__(self, path, mebibytes):
        super().__init__(path)
        self.mebibytes = mebibytes
        self._libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self):
        super().__enter__()
        options = f"size={self.mebibytes}m".encode()
        if self._libc.mount(b"tmpfs", os.fsencode(self.path), b"tmpfs", 0, options) != 0:
            raise RuntimeError("no tmpfs can be mounted here: be root")
        return self

    def __exit__(self, *_):
        detach = 2
        self._libc.umount2(os.fsencode(self.path), detach)
