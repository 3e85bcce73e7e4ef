"""PipeWire with a null sink of its own, fed by the same client through PipeWire's libjack."""
import os
import re
import shutil
import subprocess
import time

from peers.server import Fed, PERIOD, RATE

SHIPPED = "/usr/share/pipewire"


def _configure(directory, channels):
    """The shipped configuration, with the rate and period of the table, also in a virtual machine, and a null sink."""
    shutil.copytree(SHIPPED, directory)
    path = f"{directory}/pipewire.conf"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for name, value in (("rate", RATE), ("quantum", PERIOD), ("min-quantum", 16)):
        text = re.sub(rf"(?m)^(\s*)#?default\.clock\.{name}\s*=.*", rf"\1default.clock.{name} = {value}", text)
    position = " ".join(f"AUX{i}" for i in range(channels))
    sink = ("{ factory = adapter args = { factory.name = support.null-audio-sink node.name = nullsink "
            f"media.class = Audio/Sink audio.rate = {RATE} audio.channels = {channels} audio.position = [ {position} ] }} }}")
    text = text.replace("context.objects = [", f"context.objects = [\n    {sink}", 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class PipeWire(Fed):
    kind = "PipeWire"
    feeder_prefix = ("pw-jack", "-s", str(RATE), "-p", str(PERIOD))

    def __init__(self, feeder, channels, log):
        super().__init__(feeder, channels, log)
        self._directory = f"{log}.pipewire"
        self.environment.update(XDG_RUNTIME_DIR=f"{self._directory}/run",
                                PIPEWIRE_CONFIG_DIR=f"{self._directory}/conf",
                                XDG_CONFIG_HOME=f"{self._directory}/home", XDG_STATE_HOME=f"{self._directory}/home")

    def _command(self):
        os.makedirs(f"{self._directory}/run", mode=0o700)
        _configure(f"{self._directory}/conf", self.channels)
        return ["dbus-run-session", "--", "sh", "-c", "pipewire & sleep 1; wireplumber & wait"]

    # The ports of a sink are there a while after it.
    def _connect(self):
        end = time.monotonic() + 15
        for i in range(self.channels):
            link = ["pw-link", f"feeder:out_{i + 1}", f"nullsink:playback_AUX{i}"]
            while subprocess.run(link, env=self.environment, check=False, stderr=subprocess.DEVNULL).returncode != 0:
                if time.monotonic() > end:
                    raise RuntimeError("PipeWire has no null sink")
                time.sleep(0.1)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self._directory, ignore_errors=True)
