"""A site of pages and pictures that answers ranges as a web server does, and remembers every request; pictures made
byte by byte."""
import http.server
import re
import struct
import threading
import time
import zlib

from static_site import WaitingServer


def png(width, height, shade=0):
    """A real one, of noise that depends on shade."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * 7 + y * 13 + shade * 31) % 256 for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def jpeg_head(width, height, before=0):
    """As far as its size, which stands behind so many bytes of what a camera has to say."""
    said = b"\xff\xe1" + struct.pack(">H", before + 2) + bytes(before)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x22\0\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8" + said + frame


def page(*parts):
    return 200, {"Content-Type": "text/html"}, ("<!doctype html><title>x</title>" + "".join(parts)).encode()


def picture(data, kind="image/png", **headers):
    return 200, {"Content-Type": kind, **headers}, data


class PictureSite:
    """pages: {path: (status, headers, body)}, or a function of the request's headers that gives that. Paths that begin
    with /plain/ are answered whole, whatever range is asked for. What was sent of each is counted, too."""

    def __init__(self, pages, address="127.0.0.1"):
        self.pages, self.requests, self.sent = pages, [], {}
        self.lock, self.gate = threading.Condition(), threading.Event()
        self.gate.set()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 0

            def do_GET(self):
                site.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = WaitingServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://{address}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        with self.lock:
            self.requests.append((handler.command, handler.path, handler.headers, time.monotonic()))
            self.lock.notify_all()
        if handler.path.startswith("/gate/"):
            self.gate.wait(60)
        found = self.pages.get(handler.path, (404, {"Content-Type": "text/html"}, b"none"))
        status, headers, body = found(handler.headers) if callable(found) else found
        wanted = re.fullmatch(r"bytes=0-(\d+)", handler.headers.get("Range", ""))
        if wanted and status == 200 and body and not handler.path.startswith("/plain/"):
            end = min(int(wanted[1]), len(body) - 1)
            status, headers = 206, {**headers, "Content-Range": f"bytes 0-{end}/{len(body)}"}
            body = body[:end + 1]
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            if status != 304:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            for at in range(0, len(body), 16384):
                handler.wfile.write(body[at:at + 16384])
                self.sent[handler.path] = at + len(body[at:at + 16384])
        except OSError:
            handler.close_connection = True

    def of(self, path):
        return [headers for _, asked, headers, _ in self.requests if asked == path]

    def count(self, path):
        return len(self.of(path))

    def wait_for(self, count, prefix, seconds=60):
        """Until so many requests for paths that begin so have come."""
        with self.lock:
            assert self.lock.wait_for(
                lambda: sum(path.startswith(prefix) for _, path, _, _ in self.requests) >= count, seconds), self.requests
