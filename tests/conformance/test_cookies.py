"""What a server sets and what it is sent back, gathered by others (http-state), played by crawls: the jar that answers
is the one that every crawl uses, one for each job. Host names are looked up at a name server of the test.

IMGCRAWL names the binary (build/imgcrawl), CASES the folder (../shared/cases beside the repository). Without the
folder the test is skipped, with CI set it fails.
"""
import os
import pathlib
import socket
import struct
import sys
import threading

from test_cases import BINARY, load

TESTS = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("IMGCRAWL", str(BINARY))
sys.path += [str(TESTS / "e2e")]

from daemon import Daemon  # noqa: E402 (the path comes first)
from static_site import page  # noqa: E402
from talking_site import TalkingSite  # noqa: E402

SITE = "home.example.org"

# Decided otherwise, by curl, whose jar it is, or by the years. The order in which cookies are sent does not count:
# servers should not rely on it (RFC 6265, 4.2.2), and curl sends the newest first among cookies of one path.
OTHERWISE = {
    "ATTRIBUTE0005",  # Secure with a value is not Secure to curl
    "ATTRIBUTE0007",  # likewise
    "COMMA0007",  # expired in 2019
    "DISABLED_CHROMIUM0022",  # an answer with a NUL byte in its headers is no answer
    "DISABLED_PATH0029",  # the paths of a cookie and of a URL are compared as written: f%6Fo is not foo
    "DOMAIN0036",  # of several Domain attributes one that is not the host's is enough for curl to refuse the cookie
}


class NameServer:
    """Every name is at 127.0.0.1."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            end = query.index(b"\0", 12) + 5  # of the question: name, type, class
            found = query[end - 4:end - 2] == b"\0\1"  # A; nothing for others
            answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 600, 4) + bytes([127, 0, 0, 1]) if found else b""
            header = query[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, int(found), 0, 0)
            self.socket.sendto(header + query[12:end] + answer, client)


class CookieSite:
    """/cookie-parser?TEST sets the cookies of a row, and leads to where they are to be sent."""

    def __init__(self, rows):
        self.rows = {row["test"].lower(): row for row in rows}
        self.sent = {}
        self.site = TalkingSite(self.answer)
        self.origin = f"http://{SITE}:{self.site.port}"

    def target(self, row):
        where = row.get("sent-to", f"/cookie-parser-result?{row['test'].lower()}")
        return where.replace(":8888", f":{self.site.port}") if where.startswith("http") else self.origin + where

    def answer(self, path, headers):
        where, _, test = path.partition("?")
        if where == "/cookie-parser":
            row = self.rows[test]
            _, kinds, body = page(f'<a href="{self.target(row)}">on</a>')
            cookies = [("Set-Cookie", text.encode().decode("latin-1")) for text in row["received"]]
            return 200, [*kinds.items(), *cookies], body
        self.sent[test.replace("_", "-")] = headers.get("Cookie", "")
        return 200, [("Content-Type", "text/html")], b"<!doctype html><title>here</title>"


    def sent_for(self, row):
        """None: it was never asked for."""
        header = self.sent.get(row["test"].lower().replace("_", "-"))
        return None if header is None else sorted(header.encode("latin-1").decode(errors="replace").split("; "))


def wanted(row):
    return sorted(f"{one['name']}={one['value']}" if one["name"] else one["value"] for one in row["sent"]) or [""]


def test_each_cookie_goes_where_it_must(tmp_path):
    rows = load("cookies_http_state.json")
    site, names = CookieSite(rows), NameServer()
    settings = {"dns.servers": names.address, "politeness.allow_networks": "127.0.0.0/8",
                "politeness.host_delay_ms": "0", "politeness.host_connections": "16", "jobs.max_queued": "1000"}
    daemon = Daemon(tmp_path / "data", *[word for name, value in settings.items() for word in ("--set", f"{name}={value}")])
    daemon.start()
    jobs = [daemon.create(f"{site.origin}/cookie-parser?{test}", scope="any", sitemaps="off") for test in site.rows]
    for job in jobs:
        daemon.wait_for(job)
    assert daemon.stop() == 0
    unlike = {row["test"]: (row["received"], wanted(row), site.sent_for(row))
              for row in rows if wanted(row) != site.sent_for(row)}
    assert set(unlike) == OTHERWISE, {test: unlike.get(test, "as wanted") for test in set(unlike) ^ OTHERWISE}
