"""Runs the program on a terminal of its own (pty), to see and to type what a person would."""
import os
import pty
import re
import select
import signal
import struct
import fcntl
import termios
import time


class Terminal:
    def __init__(self, command, columns=100):
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.status = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def text(self):
        return self.output.decode(errors="replace")

    def read_some(self, seconds):
        """False at the end of output."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other side has closed
            return False
        self.output += data
        return bool(data)

    def expect(self, pattern, seconds=60):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text()):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.text()}"
            assert self.read_some(0.2) or re.search(pattern, self.text()), f"no {pattern!r} in:\n{self.text()}"
        return re.search(pattern, self.text())

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, seconds=60):
        """Reads to the end; the exit status."""
        end = time.monotonic() + seconds
        while self.read_some(0.2):
            assert time.monotonic() < end, f"still running:\n{self.text()}"
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status
