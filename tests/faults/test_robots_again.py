"""A robots.txt that cannot be had now: its URLs wait and hold nothing, others go on, and it is asked for again."""
import time

from fixture import Fixture
from job_checks import outcomes, watch
from static_site import StaticSite, page

BUSY = 503, {"Retry-After": "1"}, b""
RULES = 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /no\n"


def test_urls_wait_for_a_robots_txt_that_is_busy_and_others_go_on(start_daemon):
    daemon = start_daemon("fetch.retry_base_ms=100", "fetch.pages_in_flight=1")
    pages = {"/robots.txt": BUSY, "/": page("<a href=/no>no</a>")}
    with StaticSite(pages) as site, Fixture() as other:
        job = daemon.create(site.url + "/", other.url + "/page/1?of=20", sitemaps="off")
        # with one slot in all, these pages are fetched only because the one that waits holds none
        waiting = watch(daemon, job, until=lambda job: job["counts"]["done"] == 20)
        assert waiting["counts"]["queued"] == 1 and waiting["state"] == "running"
        pages["/robots.txt"] = RULES
        watch(daemon, job)
        found = outcomes(daemon, job)
        assert found[site.url + "/"] == "ok" and found[site.url + "/no"] == "robots_disallowed"


def test_a_job_that_only_waits_says_for_what(start_daemon):
    daemon = start_daemon("fetch.retry_base_ms=100")
    pages = {"/robots.txt": (503, {"Retry-After": "60"}, b""), "/": page("")}
    with StaticSite(pages) as site:
        job = daemon.create(site.url + "/", sitemaps="off")
        told = watch(daemon, job, until=lambda job: job["detail"] is not None)
        assert told["state"] == "running" and "127.0.0.1" in told["detail"], told
        assert daemon.act(job, "cancel").status == 200
        daemon.wait_for(job)


def test_a_redirect_to_another_host_waits_for_its_turn_there(start_daemon):
    """Two origins send to one robots.txt on a host of others: the two requests there are a delay apart."""
    daemon = start_daemon("politeness.allow_networks=127.0.0.0/8 0.0.0.0/32", "politeness.host_delay_ms=700")
    with Fixture(robots="User-agent: *\nDisallow: /no\n") as rules:
        target = 302, {"Location": f"http://0.0.0.0:{rules.port}/robots.txt"}, b""
        with StaticSite({"/robots.txt": target, "/": page("")}) as one, \
                StaticSite({"/robots.txt": target, "/": page("")}) as two:
            job = watch(daemon, daemon.create(one.url + "/", two.url + "/", sitemaps="off"))
            assert job["counts"]["done"] == 2
            first, second = (line["ms"] for line in rules.log())
            assert second - first + 1 >= 700


def test_retry_after_is_kept_over_a_pause_of_the_job(start_daemon):
    daemon = start_daemon("fetch.retry_base_ms=1")
    pages = {"/robots.txt": (503, {"Retry-After": "3"}, b""), "/": page("")}
    with StaticSite(pages) as site:
        begun = time.monotonic()
        job = daemon.create(site.url + "/", sitemaps="off")
        daemon.wait_until(lambda: "asked for a pause" in daemon.log.read_text(), bool)
        pages["/robots.txt"] = RULES
        assert daemon.act(job, "pause").status == 200
        assert daemon.act(job, "resume").status == 200
        assert watch(daemon, job)["counts"]["done"] == 1
        assert time.monotonic() - begun >= 3
