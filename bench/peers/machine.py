"""Where a run took place; without names of the machine."""
import os
import platform
import time


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(": ", 1)[1].strip()
    return "unknown processor"


def _file_system(directory):
    """The type of the mount with the longest path that the directory is below."""
    directory = os.path.realpath(directory)
    best, kind = "", "unknown"
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        for line in file:
            _, point, what = line.split()[:3]
            point = point.replace("\\040", " ")
            if os.path.commonpath((point, directory)) == point and len(point) >= len(best):
                best, kind = point, what
    return kind


def facts(directory, version):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"machine": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB",
            "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
            "file_system": _file_system(directory),
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "version": version,
            "load_at_start": round(os.getloadavg()[0], 2)}
