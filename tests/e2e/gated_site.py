"""A small site for tests of the program's outer face: numbered pages, all linked from the first, each with
its images, and a gate that holds back pages from a number on until the test opens it."""
import collections
import http.server
import threading

PAGE = """<!doctype html><html><head><title>Page {number}</title></head><body>
<img src="/images/{number}.png" alt="Picture {number}"><img src="/images/shared.png">
<img src="/images/blank.png" alt="">
{links}</body></html>"""
IMAGES_PER_PAGE = 3


class GatedSite:
    """`pages` pages, "/" and "/1" to "/N-1"; page numbers from `gate_at` on wait for open_gate()."""

    def __init__(self, pages, gate_at=None):
        self.pages, self.gate_at = pages, pages if gate_at is None else gate_at
        self.gate = threading.Event()
        self.lock = threading.Condition()
        self.requests = collections.Counter()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def open_gate(self):
        self.gate.set()

    def page_requests(self):
        with self.lock:
            return {path: count for path, count in self.requests.items() if path != "/robots.txt"}

    def wait_for_requests(self, count, seconds=60):
        """Until so many different pages were asked for."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.requests) >= count, seconds), self.requests

    def answer(self, handler):
        if handler.path == "/sitemap.xml":  # asked for beside the pages, at any moment
            return self.send(handler, 404, "none")
        with self.lock:
            self.requests[handler.path] += 1
            self.lock.notify_all()
        name = handler.path.strip("/")
        number = int(name or 0) if (name or "0").isdigit() else -1
        if not 0 <= number < self.pages:
            return self.send(handler, 404, "none")
        if number >= self.gate_at:
            self.gate.wait(60)
        links = "".join(f'<a href="/{i}">{i}</a>' for i in range(1, self.pages)) if number == 0 else ""
        self.send(handler, 200, PAGE.format(number=number, links=links))

    @staticmethod
    def send(handler, status, text):
        body = text.encode()
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "text/html; charset=utf-8")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass  # the program under test was killed meanwhile
