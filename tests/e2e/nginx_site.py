"""A folder served by an nginx of one's own on a free port of 127.0.0.1, and who asked it for what."""
import collections
import http.client
import shutil
import socket
import subprocess
import time

# One process, in the foreground: no other user is needed, and the log is in order of the answers. An agent whose
# name begins with "slow" gets its answers one after another, RATE a second, however many it asks for at once.
CONFIG = """
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 512; }}
http {{
    log_format who '$request_uri $http_user_agent';
    access_log access.log who;
    types {{ text/html html; image/png png; image/svg+xml svg; text/css css; }}
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    keepalive_requests 100000;
    map $http_user_agent $limited {{ default ""; ~^slow all; }}
    limit_req_zone $limited zone=slow:1m rate={rate}r/s;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        limit_req zone=slow burst=10000;
    }}
}}
"""
SLOW_AGENT = "slow/1"
RATE = 100
START_ATTEMPTS = 5  # another program may take the free port before nginx does


class NginxSite:
    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.log = folder / "access.log"
        self.markers = 0

    def __enter__(self):
        assert any(self.start() for _ in range(START_ATTEMPTS)), (self.folder / "error.log").read_text()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(port=self.port, root=self.root, rate=RATE))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        self.process = subprocess.Popen([program, "-p", self.folder, "-e", "error.log", "-c", config],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while self.process.poll() is None:
            try:
                self.mark()
                self.log_from = len(self.log.read_bytes())
                return True
            except ConnectionRefusedError:
                time.sleep(0.02)
        return False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def mark(self):
        """Puts a line into the log, after those of all that was answered before."""
        self.markers += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"/marker/{self.markers}", headers={"User-Agent": "marker"})
        connection.getresponse().read()
        connection.close()
        return f"/marker/{self.markers} marker\n"

    def take_requests(self):
        """What crawlers asked for since the last call: a Counter of URLs."""
        last = self.mark()
        deadline = time.monotonic() + 30
        while not (text := self.log.read_bytes()[self.log_from:].decode()).endswith(last):
            assert time.monotonic() < deadline, text[-300:]
            time.sleep(0.01)
        self.log_from += len(text.encode())
        paths = (line.partition(" ")[0] for line in text.splitlines() if not line.endswith(" marker"))
        return collections.Counter(self.url + path[1:] for path in paths)
