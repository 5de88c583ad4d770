"""What /proc says of a daemon and its parse processes."""
import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields behind the name: state, parent, …; None for a process that is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def workers(daemon):
    """Pids of the parse processes that live, oldest first."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        stat = _stat(name)
        if stat and stat[0] not in "ZX" and int(stat[1]) == daemon.process.pid:
            found.append((int(stat[19]), int(name)))
    return [pid for _, pid in sorted(found)]


def cpu_seconds(pid):
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / TICKS


def _status(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return line.split()[1]
    raise KeyError(name)


def peak_bytes(pid):
    """The most memory that was resident at one time."""
    return int(_status(pid, "VmHWM")) * 1024


def mapped_bytes(pid):
    """Its address space now."""
    return int(_status(pid, "VmSize")) * 1024


def is_idle(pid):
    """Sandboxed, which a parse process is before it says that it is ready, and asleep: it waits for pages."""
    stat = _stat(pid)
    return stat is not None and stat[0] == "S" and _status(pid, "Seccomp") == "2"


def idle_workers(daemon, count, seconds=60):
    """So many, waiting for pages."""
    deadline = time.monotonic() + seconds
    while len(pids := workers(daemon)) != count or not all(map(is_idle, pids)):
        assert time.monotonic() < deadline, pids
        time.sleep(0.02)
    return pids


def wait_stopped(pid, seconds=60):
    """Until a SIGSTOP has taken hold."""
    deadline = time.monotonic() + seconds
    while _stat(pid)[0] != "T":
        assert time.monotonic() < deadline, pid
        time.sleep(0.005)
