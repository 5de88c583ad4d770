"""Hosts that answer one byte a second are moved to the slow lane, and out of it when it is full, so that hosts that answer
go on as if they were alone. What is counted here is slots and pages, not time; `make bench` measures the speed."""
import contextlib
import http.server
import threading
import time

import pytest
from fixture import Fixture
from job_checks import outcomes, watch
from tarpits import Tarpits

TARPITS, SLOTS, LANE, HOSTS, PAGES = 300, 64, 64, 10, 40
OPTIONS = (f"fetch.pages_in_flight={SLOTS}", f"politeness.slow_lane={LANE}", "politeness.slow_after_ms=300",
           "politeness.robots_patience_ms=1500", "politeness.own_host_connections=4")


def slots_held(daemon):
    """By new hosts, and in the slow lane."""
    fetch = daemon.get("/healthz").json["fetch"]
    return fetch["slots_of_new_hosts"], fetch["slow_lane_in_use"]


@pytest.mark.parametrize("drips_robots", [True, False])
def test_healthy_hosts_finish_while_tarpits_hold_all_that_they_may(start_daemon, drips_robots):
    daemon = start_daemon(*OPTIONS)
    addresses = [f"127.0.1.{i + 1}" for i in range(HOSTS)]
    with Tarpits(TARPITS, drips_robots) as pits, Fixture(bind=addresses) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=0)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["slow_lane_in_use"], lambda slow: slow >= 8)
        job = daemon.create(*(f"{url}/page/1?of={PAGES}" for url in site.urls), sitemaps="off")
        seen = [slots_held(daemon)]

        def look(job):
            seen.append(slots_held(daemon))
            return job["state"] == "finished"

        job = watch(daemon, job, until=look)
        assert job["counts"]["done"] == HOSTS * PAGES
        assert pits.held > 0 and daemon.job(stuck)["state"] == "running"
        assert max(new for new, _ in seen) <= SLOTS // 2, "new hosts have half of the slots"
        assert 0 < max(lane for _, lane in seen) <= LANE
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_healthy_hosts_finish_beside_hosts_that_answer_once_and_then_drip(start_daemon):
    """They are quick at first; what they hold is set aside while others wait, and what is too much for the lane ends."""
    daemon = start_daemon(*OPTIONS)
    addresses = [f"127.0.1.{i + 1}" for i in range(HOSTS)]
    with Tarpits(TARPITS, turns=True) as pits, Fixture(bind=addresses) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=1)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["slow_lane_in_use"], lambda slow: slow >= 8)
        job = daemon.create(*(f"{url}/page/1?of={PAGES}" for url in site.urls), sitemaps="off")
        job = watch(daemon, job, until=lambda job: job["state"] == "finished")
        assert job["counts"]["done"] == HOSTS * PAGES
        assert pits.held > 0 and daemon.job(stuck)["state"] == "running"
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_a_second_jobs_new_hosts_have_their_turns_beside_a_first_jobs_tarpits(start_daemon):
    """The first has hundreds that wait; the lane is full, and it holds what new hosts may hold."""
    daemon = start_daemon(*OPTIONS)
    with Tarpits(TARPITS) as pits, Fixture(bind=[f"127.0.1.{i + 1}" for i in range(HOSTS)]) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=0)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["cut_off"], bool)
        job = daemon.create(*(f"{url}/page/1?of=3" for url in site.urls), sitemaps="off")
        watch(daemon, job, until=lambda job: job["state"] == "finished")
        assert daemon.job(stuck)["counts"]["done"] == 0 and daemon.job(stuck)["state"] == "running"
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_hosts_that_are_found_later_get_their_turn(start_daemon):
    """A healthy host that nobody knows yet, behind 200 tarpits in the same job."""
    daemon = start_daemon(*OPTIONS, "politeness.robots_tries=1", "fetch.max_attempts=1")
    with Tarpits(200) as pits, Fixture() as site:
        job = daemon.create(*pits.urls, site.url + "/page/1?of=3", sitemaps="off")
        watch(daemon, job, until=lambda job: job["counts"]["done"] == 3)
        assert daemon.act(job, "cancel").status == 200
        daemon.wait_for(job)


class SlowButHonest(http.server.BaseHTTPRequestHandler):
    """/late: a page that begins after two seconds. /big: one of 400 kB, at 200 kB a second."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = {"/late": b"<title>late</title>", "/big": b"<title>big</title>" + b" " * 400_000}.get(self.path, b"")
        time.sleep(2 if self.path == "/late" else 0)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # it may be asked again later
            for at in range(0, len(body), 40_000):
                self.wfile.write(body[at:at + 40_000])
                time.sleep(0.2 if self.path == "/big" else 0)

    def log_message(self, *_):
        pass


def test_hosts_that_are_slow_but_honest_lose_nothing_beside_a_full_lane(start_daemon):
    daemon = start_daemon(*OPTIONS, "fetch.total_timeout_ms=5000", "fetch.retry_base_ms=100")
    servers = [http.server.ThreadingHTTPServer((f"127.0.1.{i + 1}", 0), SlowButHonest) for i in range(4)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    seeds = ["http://{}:{}".format(*server.server_address) + page for server in servers for page in ("/late", "/big")]
    try:
        with Tarpits(150, drips_robots=False) as pits:
            stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=0)
            daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["cut_off"], bool)
            job = watch(daemon, daemon.create(*seeds, sitemaps="off"))
            assert outcomes(daemon, job["id"]) == dict.fromkeys(seeds, "ok")
            assert daemon.act(stuck, "cancel").status == 200
            daemon.wait_for(stuck)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def test_tarpits_do_not_use_up_their_own_jobs_limit(start_daemon):
    """Ten healthy hosts, known to answer, with 200 that drip from their second page on: eight pages at one time. Its end
    and its numbers are those of every job."""
    daemon = start_daemon(*OPTIONS)
    with Tarpits(200, turns=1) as pits, Fixture(bind=[f"127.0.1.{i + 1}" for i in range(HOSTS)]) as site:
        daemon.crawl(*(f"{url}/page/1?of=3" for url in site.urls), sitemaps="off")
        before = sum(site.hits()["paths"].values())
        job = daemon.create(*pits.urls, *(f"{url}/page/1?of={PAGES}" for url in site.urls), sitemaps="off",
                            max_in_flight=8)
        watch(daemon, job, until=lambda job: sum(site.hits()["paths"].values()) >= before + HOSTS * PAGES)
        assert daemon.job(job)["state"] == "running"
        assert daemon.act(job, "cancel").status == 200
        job = daemon.wait_for(job)
        assert job["state"] == "cancelled" and job["counts"]["in_flight"] == 0
