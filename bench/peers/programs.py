"""The recorders, and how each is told to record the feeder's ports: 32-bit samples, into a WAV file."""
import dataclasses
import shutil
from typing import Callable

from peers.server import PERIOD, RATE


@dataclasses.dataclass(frozen=True)
class Job:
    """What one take is to record."""
    server: object
    channels: int
    seconds: float
    file: str
    scratch: str  # a directory for what the recorder needs besides

    @property
    def summary(self):
        """Where a recorder that tells what it has lost does so."""
        return f"{self.scratch}/summary.json"

    @property
    def ports(self):
        return [f"feeder:out_{i}" for i in range(1, self.channels + 1)]


@dataclasses.dataclass(frozen=True)
class Recorder:
    """name: of its row. commands: of a Job, the processes of one pipeline; the last one writes the file, and its
    exit status counts. stops: whether it ends by itself when the time is over; otherwise it gets SIGINT then.
    ends: whether it has rows of what is left after its end; else they are another one's."""
    name: str
    what: str
    packages: tuple
    programs: tuple
    commands: Callable
    stops: bool = True
    ends: bool = True
    other_server: bool = False
    environment: Callable = lambda job: {}


def _ringproc(*options):
    def commands(job):
        return [["ringproc", "record", "-o", job.file, "--source", "jack", "--ports", "feeder:out_.*", "--jack-server",
                 job.server.name, "-f", "f32", "-d", str(job.seconds), "--sync", "1", "-y",
                 "--json", job.summary, *options]]
    return commands


def _jack_capture(job):
    ports = [word for port in job.ports for word in ("-p", port)]
    return [["jack_capture", "-dc", "-c", str(job.channels), *ports, "-d", str(job.seconds), "-fn", job.file]]


def _jack_rec(*options):
    def commands(job):
        return [["jack_rec", "-f", job.file, "-d", str(round(job.seconds)), "-b", "32", *options, *job.ports]]
    return commands


def _alsa(job):
    path = f"{job.scratch}/asound.conf"
    with open(path, "w", encoding="utf-8") as conf:
        ports = "".join(f"    {i} {port}\n" for i, port in enumerate(job.ports))
        conf.write(f"</usr/share/alsa/alsa.conf>\npcm.feeder {{\n  type jack\n  capture_ports {{\n{ports}  }}\n}}\n")
    return {"ALSA_CONFIG_PATH": path}


def _arecord_to(file):
    def words(job):
        return ["arecord", "-D", "feeder", "-t", "wav", "-f", "FLOAT_LE", "-r", str(RATE), "-c", str(job.channels),
                "-d", str(round(job.seconds)), file or job.file]
    return words


def _sox(job):
    # Without --ignore-length it would stop where the header that arecord writes into a pipe says.
    return [_arecord_to("-")(job), ["sox", "--ignore-length", "-t", "wav", "-", "-e", "floating-point", "-b", "32",
                                    job.file]]


def _pw_record(job):
    return [["pw-record", "--target", "nullsink", "-P", "{ stream.capture.sink=true }", "--rate", str(RATE),
             "--channels", str(job.channels), "--channel-map", ",".join(f"AUX{i}" for i in range(job.channels)),
             "--format", "f32", "--latency", str(PERIOD), job.file]]


ALSA = ("alsa-utils", "libasound2-plugins")
RECORDERS = (
    Recorder("ringproc", "ringproc record --sync 1, ring as it comes (10 s)", (), (), _ringproc()),
    Recorder("ringproc_20s", "the same with --ring 20s", (), (), _ringproc("--ring", "20s"), ends=False),
    Recorder("jack_capture", "jack_capture, buffer as it comes (4 s, grows to 40 s)", ("jack-capture",),
             ("jack_capture",), _jack_capture),
    Recorder("jack_rec", "jack_rec, buffer as it comes (16,384 frames)", ("jackd2",), ("jack_rec",), _jack_rec()),
    Recorder("jack_rec_large", "the same with -B 4000000 (20 s)", ("jackd2",), ("jack_rec",),
             _jack_rec("-B", "4000000"), ends=False),
    Recorder("arecord", "arecord on ALSA's jack plugin", ALSA, ("arecord",), lambda job: [_arecord_to(None)(job)],
             environment=_alsa),
    Recorder("sox", "sox, fed through a pipe by that arecord", (*ALSA, "sox"), ("arecord", "sox"), _sox,
             environment=_alsa),
    Recorder("pw_record", "other server: pw-record on a null sink of PipeWire",
             ("pipewire", "pipewire-bin", "pipewire-jack", "wireplumber", "dbus-daemon"),
             ("pipewire", "pw-record", "pw-jack", "wireplumber", "dbus-run-session"), _pw_record, stops=False,
             other_server=True),
)
QUICK = ("ringproc", "jack_capture")


def missing_packages(recorder):
    """Returns: the packages to install before it can run; all of its own, as a program does not name its one."""
    return () if all(shutil.which(program) for program in recorder.programs) else recorder.packages
