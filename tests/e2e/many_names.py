"""The same number of small pages twice, served by nginx on 127.0.0.1: on as many host names, one page each, or on
one. Every host has its page at "/", a robots.txt, and nothing else; who starts at the hub finds all of them."""
import http.client
import pathlib
import shutil
import socket
import subprocess
import time

# Host names come from tests/e2e/name_server.py; to nginx they are all the same.
CONFIG = """
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    keepalive_timeout 0; # on one name as on many, each request has a connection of its own
    types {{ text/html html; text/plain txt; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {root};
        location ~ ^/page/ {{ try_files /page.html =404; }}
        location = / {{ try_files /page.html =404; }}
    }}
}}
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head><body>
<p>One of many.</p><img src="/a.png" alt="A picture"><img src="/b.png"></body></html>"""
LINKS_ON_A_HUB = 1000


def hub(links):
    anchors = "".join(f'<a href="{link}">x</a>\n' for link in links)
    return f'<!doctype html><html lang="en"><head><title>Hub</title></head><body>{anchors}</body></html>'


class ManyNames:
    def __init__(self, folder, count):
        self.folder, self.count = pathlib.Path(folder), count
        self.root = self.folder / "root"
        self.root.mkdir()

    def name(self, number):
        return f"h{number}.test"

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.root / "page.html").write_text(PAGE)
        (self.root / "robots.txt").write_text("User-agent: *\nDisallow: /private\n")
        self.write_hubs("names", [f"http://{self.name(i)}:{self.port}/" for i in range(self.count)])
        self.write_hubs("pages", [f"/page/{i}" for i in range(self.count)])
        (self.folder / "nginx.conf").write_text(CONFIG.format(port=self.port, root=self.root))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        self.process = subprocess.Popen([program, "-p", self.folder, "-e", "error.log", "-c", "nginx.conf"],
                                        cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def wait(self):
        for _ in range(500):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/robots.txt")
                connection.getresponse().read()
                connection.close()
                return
            except ConnectionRefusedError:
                assert self.process.poll() is None, (self.folder / "error.log").read_text()
                time.sleep(0.02)
        raise AssertionError("nginx does not answer")

    def write_hubs(self, kind, links):
        for i in range(0, len(links), LINKS_ON_A_HUB):
            (self.root / f"{kind}{i // LINKS_ON_A_HUB}.html").write_text(hub(links[i:i + LINKS_ON_A_HUB]))

    def seeds(self, kind):
        """Hub pages, all on the first name: "names" links to every host, "pages" to as many pages of this one."""
        hubs = (self.count + LINKS_ON_A_HUB - 1) // LINKS_ON_A_HUB
        return [f"http://{self.name(0)}:{self.port}/{kind}{i}.html" for i in range(hubs)]
