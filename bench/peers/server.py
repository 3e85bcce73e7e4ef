"""A JACK server with a dummy sound card and a name of its own, and the client that feeds it numbered frames."""
import glob
import os
import select
import signal
import subprocess
import time

RATE = 192_000
PERIOD = 64


class Fed:
    """A server with its feeder. Runs between `with` and its end; starting blocks until the feeder plays, fifteen
    seconds at the most. Throws: RuntimeError, with what was said. Subclasses say how the server is started and
    connected."""

    feeder_prefix = ()
    kind = ""

    def __init__(self, feeder, channels, log):
        # Always the same: the few places that libjack has for servers of a machine are given back by a server of that name.
        self.name = "ringproc-recorders"
        self.channels = channels
        self.environment = dict(os.environ)
        self._log = log
        self._feeder_path = feeder
        self._server = self._feeder = None

    def _command(self):
        raise NotImplementedError

    def _connect(self):
        """The feeder plays: what else has to be done before anybody can record."""

    def __enter__(self):
        with open(self._log, "w", encoding="utf-8") as log:
            self._server = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment, start_new_session=True)
        try:
            end = time.monotonic() + 15
            while not self._feed():
                if time.monotonic() > end or self._server.poll() is not None:
                    raise RuntimeError(f"{self.kind} does not run: {self._last_words()}")
                time.sleep(0.1)
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._feeder:
            self._feeder.kill()
            self._feeder.wait()
            self._feeder.stdin.close()
            self._feeder.stdout.close()
        for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, None)):
            try:
                os.killpg(self._server.pid, number)
            except ProcessLookupError:
                pass
            try:
                self._server.wait(seconds)
            except subprocess.TimeoutExpired:
                pass

    def _feed(self):
        self._feeder = subprocess.Popen([*self.feeder_prefix, self._feeder_path, str(self.channels)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        bufsize=1, env=self.environment)
        if self._line() == "ready":
            return True
        self._feeder.kill()
        self._feeder.wait()
        self._feeder.stdin.close()
        self._feeder.stdout.close()
        self._feeder = None
        return False

    def _line(self):
        ready, _, _ = select.select([self._feeder.stdout], [], [], 10)
        return self._feeder.stdout.readline().strip() if ready else ""

    def _last_words(self):
        with open(self._log, encoding="utf-8", errors="replace") as log:
            return " / ".join(log.read().splitlines()[-3:])

    def state(self):
        """Returns: until now, frames played, xruns told of, frames that a client missed which only listens; None when
        the server is gone."""
        try:
            self._feeder.stdin.write("\n")
            self._feeder.stdin.flush()
            played, xruns, missed = self._line().split()
        except (OSError, ValueError):
            return None
        return int(played), int(xruns), int(missed)


class Jack(Fed):
    kind = "the JACK server"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.environment.update(JACK_NO_AUDIO_RESERVATION="1", JACK_NO_START_SERVER="1", JACK_DEFAULT_SERVER=self.name)

    def _command(self):
        return ["jackd", "-n", self.name, "-R", "-P", "70", "-m", "-d", "dummy", "-r", str(RATE), "-p", str(PERIOD),
                "-C", "64", "-P", "64"]

    def __exit__(self, *_):
        super().__exit__()
        for left in glob.glob(f"/dev/shm/jack_sem.{os.getuid()}_{self.name}_*"):
            os.unlink(left)
