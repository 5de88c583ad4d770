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
            assert second - first >= 350, "and not at once"


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


def skipped(job):
    return job["counts"]["skipped_by_reason"].get("robots_unreachable")


def test_a_job_ends_although_a_robots_txt_is_busy_for_ever(start_daemon):
    """Its host's own pause is far longer than the verdict is kept, and it must not be asked for again and again."""
    daemon = start_daemon("fetch.retry_base_ms=90000", "fetch.retry_max_ms=3600000",
                          "politeness.robots_max_wait_ms=1000")
    with Fixture(robots_status=503) as site:
        job = watch(daemon, daemon.create(*(f"{site.url}/ok?{i}" for i in range(300))), seconds=20)
        assert skipped(job) == 300 and job["state"] == "failed"
        assert "robots_max_wait_ms" in job["detail"], job["detail"]
        assert site.hits("/robots.txt") == 1


def test_a_job_ends_at_once_when_robots_txt_asks_for_more_than_the_wait(start_daemon):
    daemon = start_daemon()
    pages = {"/robots.txt": (429, {"Retry-After": "3600"}, b"")}
    with StaticSite(pages) as site:
        job = watch(daemon, daemon.create(site.url + "/", site.url + "/2"), seconds=20)
        assert skipped(job) == 2 and "robots_max_wait_ms" in job["detail"]
        again = watch(daemon, daemon.create(site.url + "/3"), seconds=20)
        assert skipped(again) == 1 and "3600 s" in again["detail"]


def test_why_of_a_queued_url_tells_what_the_job_waits_for(start_daemon):
    daemon = start_daemon("fetch.retry_base_ms=100")
    with StaticSite({"/robots.txt": (503, {"Retry-After": "60"}, b"")}) as site:
        job = daemon.create(site.url + "/", sitemaps="off")
        told = watch(daemon, job, until=lambda job: job["detail"] is not None)
        why = daemon.get(f"/v1/jobs/{job}/why?url={site.url}/").json
        assert why["state"] == "queued" and "waiting" in told["detail"]
        assert "for host 127.0.0.1" in why["sentence"], why["sentence"]
        assert daemon.act(job, "cancel").status == 200
        daemon.wait_for(job)
