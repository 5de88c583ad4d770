"""A job that only waits for its hosts' time leaves its place to another; a job that waits for a place says so."""
import http.server
import threading

import pytest
from fixture import Fixture
from gated_site import GatedSite


class Overloaded(http.server.BaseHTTPRequestHandler):
    """No robots.txt, and of each page: come back in ten minutes."""

    def do_GET(self):
        self.send_response(404 if self.path == "/robots.txt" else 503)
        self.send_header("Retry-After", "600")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def overloaded():
    with http.server.ThreadingHTTPServer(("127.0.0.9", 0), Overloaded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.9:{server.server_address[1]}/"
        server.shutdown()


def test_jobs_that_only_wait_hold_no_place(start_daemon, overloaded):
    daemon = start_daemon("jobs.max_running=2")
    waiting = [daemon.create(overloaded, sitemaps="off") for _ in range(2)]
    with Fixture() as site:
        job = daemon.wait_for(daemon.create(site.url + "/page/1?of=3", sitemaps="off"))
        assert job["state"] == "finished" and job["counts"]["done"] == 3
    for id in waiting:
        job = daemon.job(id)
        assert job["state"] == "running" and "asked for a pause" in job["detail"]
    for id in waiting:
        assert daemon.act(id, "cancel").status == 200
        daemon.wait_for(id)


def test_job_that_waits_for_a_place_says_so(start_daemon):
    daemon = start_daemon("jobs.max_running=1")
    with GatedSite(pages=2, gate_at=0) as site, Fixture() as other:
        first = daemon.create(site.url, sitemaps="off")
        second = daemon.create(other.url + "/page/1?of=2", sitemaps="off")
        daemon.wait_until(lambda: daemon.job(second)["detail"], lambda detail: "jobs.max_running" in detail)
        assert daemon.job(second)["state"] == "queued"
        site.open_gate()
        daemon.wait_for(first)
        assert not daemon.wait_for(second)["detail"]
