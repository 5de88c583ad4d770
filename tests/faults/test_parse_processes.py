"""Parse processes that are killed, that stop, and pages that are hard on them: no other page suffers."""
import functools
import http.server
import os
import resource
import signal
import sys
import threading
import time

import pytest
from daemon import FINAL
from fixture import Fixture
from gated_site import GatedSite
from job_checks import inventory, outcomes, pages, watch
from processes import cpu_seconds, idle_workers, mapped_bytes, peak_bytes, wait_stopped, workers

KILL_EVERY_SECONDS = 0.2
KILLS = 20
PROCESSES = 3


class PacedFolder:
    """A folder as a site, which answers so many requests as it has been allowed to (all, at first)."""

    def __init__(self, folder):
        self.allowed, self.answered = sys.maxsize, 0
        self.changed = threading.Condition()
        site = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path != "/robots.txt":
                    site.wait_turn()
                super().do_GET()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/index.html"

    def wait_turn(self):
        with self.changed:
            assert self.changed.wait_for(lambda: self.answered < self.allowed, 120)
            self.answered += 1

    def allow(self, more):
        with self.changed:
            self.allowed = self.answered + more
            self.changed.notify_all()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.allow(sys.maxsize)
        self.server.shutdown()
        self.server.server_close()


def all_answered_are_settled(site, job):
    """No page is on its way through the parse processes."""
    counts = job["counts"]
    settled = counts["done"] + counts["failed"] + counts["skipped_by_reason"].get("not_html", 0)
    return job["state"] in FINAL or settled == site.answered


def kill_while_it_reads(daemon, site, more):
    """A process is stopped, so that it surely has a page when it is killed, 200 ms later."""
    worker = workers(daemon)[0]
    os.kill(worker, signal.SIGSTOP)
    site.allow(more)
    time.sleep(KILL_EVERY_SECONDS)
    os.kill(worker, signal.SIGKILL)
    daemon.wait_until(lambda: workers(daemon), lambda living: worker not in living and len(living) == PROCESSES)


def test_all_pages_complete_though_a_process_is_killed_every_200_ms(start_daemon, handbook):
    daemon = start_daemon(f"parse.processes={PROCESSES}")
    pid = daemon.process.pid
    with PacedFolder(handbook) as site:
        undisturbed = daemon.crawl(site.url, sitemaps="off")
        assert undisturbed["state"] == "finished" and undisturbed["counts"]["done"] > 3 * KILLS, undisturbed
        more = site.answered // (KILLS + 1)
        site.allowed = site.answered = kills = 0
        job = daemon.job(daemon.create(site.url, sitemaps="off"))
        while job["state"] not in FINAL:
            kill_while_it_reads(daemon, site, more)
            kills += 1
            job = watch(daemon, job["id"], lambda job: all_answered_are_settled(site, job))
        assert kills >= KILLS
    assert job["state"] == "finished" and job["reason"] == "complete", job
    assert job["counts"] == undisturbed["counts"]
    assert inventory(daemon, job["id"]) == inventory(daemon, undisturbed["id"])
    assert daemon.process.pid == pid and daemon.process.poll() is None


@pytest.mark.parametrize("path, image", [("/deep-divs?n=30000", "deep"), ("/many-attributes?n=50000", "many")])
def test_a_page_that_is_hard_on_parsers_costs_little(start_plain_daemon, path, image):
    daemon = start_plain_daemon("parse.processes=1")
    with Fixture() as site:
        daemon.crawl(site.url + "/ok")
        [worker] = idle_workers(daemon, 1)
        before = cpu_seconds(worker)
        job = daemon.crawl(site.url + path)
        assert workers(daemon) == [worker], "it did not survive the page"
        assert cpu_seconds(worker) - before < 5
        assert peak_bytes(worker) < 256 * 1024 * 1024
    [found] = daemon.all(f"/v1/jobs/{job['id']}/occurrences")
    assert found["url"] == f"{site.urls[0]}/{image}.png" and found["alt"] == image, found


def test_limits_of_a_process_are_those_of_the_configuration(start_plain_daemon):
    daemon = start_plain_daemon("parse.processes=1", "parse.memory_bytes=300MiB", "parse.timeout_ms=6500")
    with Fixture() as site:
        daemon.crawl(site.url + "/ok")
        [worker] = idle_workers(daemon, 1)
    memory, _ = resource.prlimit(worker, resource.RLIMIT_AS)
    assert abs(memory - mapped_bytes(worker) - 300 * 2**20) < 16 * 2**20, "what is mapped at the start counts once"
    cpu, hard = resource.prlimit(worker, resource.RLIMIT_CPU)
    assert 8 <= cpu <= cpu_seconds(worker) + 9 and hard == resource.RLIM_INFINITY


def stop_all(daemon, count):
    """Parse processes that take pages, and do nothing with them."""
    stopped = idle_workers(daemon, count)
    for worker in stopped:
        os.kill(worker, signal.SIGSTOP)
    for worker in stopped:
        wait_stopped(worker)
    return stopped


def test_a_process_that_hangs_is_killed_at_the_deadline_and_its_page_is_done(start_daemon):
    daemon = start_daemon("parse.processes=1", "parse.timeout_ms=3000")
    with Fixture() as site:
        daemon.crawl(site.url + "/ok")
        [stopped] = stop_all(daemon, 1)
        job = watch(daemon, daemon.create(site.url + "/page/1?of=5"))
        assert job["counts"]["done"] == 5 and job["counts"]["failed"] == 0, job
        assert site.hits("/page/1") == 1, "a page is parsed again, not fetched again"
    assert stopped not in workers(daemon)


def test_a_page_on_which_two_processes_hang_is_given_up(start_daemon):
    daemon = start_daemon("parse.processes=2", "parse.timeout_ms=1500")
    with Fixture() as site:
        daemon.crawl(site.url + "/ok")
        stopped = stop_all(daemon, 2)
        job = watch(daemon, daemon.create(site.url + "/page/1?of=5"))
        assert job["counts"]["failed_by_reason"] == {"parse_timeout": 1}, job
        assert not set(stopped) & set(workers(daemon))
        assert daemon.crawl(site.url + "/page/2?of=5")["counts"]["done"] == 4


def test_a_page_whose_process_is_killed_twice_is_recorded_and_all_others_complete(start_daemon):
    """Both processes stand still, so that the page waits in the first when that is killed, and is tried again in the
    other. A request for the second page, which the site holds back, tells that the first page has been handed to a
    process: the one connection had to be free for it."""
    daemon = start_daemon("parse.processes=2", "parse.timeout_ms=300000", "politeness.own_host_connections=1")
    with GatedSite(30, gate_at=28) as site:
        daemon.crawl(site.url + "27")
        first, second = stop_all(daemon, 2)
        victim, held = site.url + "26", site.url + "28"
        job_id = daemon.create(victim, held, site.url)
        site.wait_for_requests(4)  # robots.txt, 27, 26, 28
        os.kill(first, signal.SIGKILL)
        daemon.wait_until(lambda: workers(daemon), lambda living: len(living) == 2 and first not in living)
        assert daemon.act(job_id, "resume").status == 409  # the loop has had a turn since
        assert outcomes(daemon, job_id)[victim] is None, "it has another try"
        os.kill(second, signal.SIGKILL)
        site.open_gate()
        job = watch(daemon, job_id)
        assert outcomes(daemon, job_id)[victim] == "parse_crashed"
        assert job["state"] == "finished" and job["counts"]["done"] == 29, job
        assert job["counts"]["failed_by_reason"] == {"parse_crashed": 1}
        page = pages(daemon, job_id)[victim]
        assert "signal 9" in page["detail"], page
