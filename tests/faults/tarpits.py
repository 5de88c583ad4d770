"""A thousand tarpits in one thread: each an address of its own on 127.0.0.0/8, each answering with a promise of a long
page and then one byte a second, from its first page on or from a later one. All listen with one socket, bound to every
address."""
import collections
import selectors
import socket
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
LINKS = 6  # of a page that is told quickly


def quick_page():
    body = b"<!DOCTYPE html><title>quick</title>" + b"".join(b'<a href="/%d">%d</a>' % (i, i) for i in range(LINKS))
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Tarpits:
    """urls: one for each. drips_robots: robots.txt too; else there is none, told quickly. turns: so many pages of each are
    quick, too, and lead to others; then all drip. `held` counts the connections that are being dripped to."""

    def __init__(self, count, drips_robots=True, turns=0):
        self.drips_robots = drips_robots and not turns
        self.quick_left = collections.defaultdict(lambda: int(turns))  # by address
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=1024)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.urls = [f"http://127.1.{i // 250}.{i % 250 + 1}:{self.port}/" for i in range(count)]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.dripping = set()
        self.seen = set()  # addresses that were asked for anything
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    @property
    def held(self):
        return len(self.dripping)

    def _run(self):
        next_drip = time.monotonic()
        while not self.stopping.is_set():
            for key, _ in self.selector.select(0.05):
                if key.fileobj is self.listener:
                    self._accept()
                else:
                    self._read(key.fileobj)
            if time.monotonic() >= next_drip:
                next_drip += 1
                self._drip()

    def _accept(self):
        connection, _ = self.listener.accept()
        connection.setblocking(False)
        self.seen.add(connection.getsockname()[0])
        self.selector.register(connection, selectors.EVENT_READ)

    def _close(self, connection):
        self.dripping.discard(connection)
        self.selector.unregister(connection)
        connection.close()

    def _read(self, connection):
        try:
            request = connection.recv(65536)
            if not request:
                self._close(connection)
            elif request.startswith(b"GET /robots.txt ") and not self.drips_robots:
                connection.send(ROBOTS)
            elif not request.startswith(b"GET /robots.txt ") and self._has_quick_page(connection.getsockname()[0]):
                connection.send(quick_page())
            else:
                connection.send(HEAD)
                self.dripping.add(connection)
        except OSError:
            self._close(connection)

    def _has_quick_page(self, address):
        self.quick_left[address] -= 1
        return self.quick_left[address] >= 0

    def _drip(self):
        for connection in list(self.dripping):
            try:
                connection.send(b"x")
            except OSError:
                self._close(connection)
