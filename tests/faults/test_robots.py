"""robots.txt as sites serve it, or fail to: what it forbids is told with the rule, one fetch serves all jobs, and
without an answer nothing is fetched (RFC 9309)."""
import socket

import pytest
from fixture import Fixture
from job_checks import outcomes, pages, watch
from static_site import StaticSite, page, redirect

RULES = """# A comment
User-agent: *
Disallow: /

User-agent: imgcrawl
Disallow: /page/2
Disallow: /status/*4$
Allow: /page/25
"""


def test_what_is_disallowed_is_told_with_its_line(start_daemon):
    daemon = start_daemon()
    with Fixture(robots=RULES) as site:
        paths = ["/ok", "/page/2?of=2", "/page/25?of=25", "/status/404", "/status/410"]
        job = watch(daemon, daemon.create(*(site.url + path for path in paths)))
        found = {url.removeprefix(site.url): page for url, page in pages(daemon, job["id"]).items()}
        assert {path: found[path]["outcome"] for path in paths} == {
            "/ok": "ok", "/page/2?of=2": "robots_disallowed", "/page/25?of=25": "ok",
            "/status/404": "robots_disallowed", "/status/410": "http_4xx"}
        assert found["/page/2?of=2"]["detail"] == "robots.txt line 6: Disallow: /page/2"
        assert found["/status/404"]["detail"] == "robots.txt line 7: Disallow: /status/*4$"
        assert found["/status/404"]["state"] == "skipped" and job["counts"]["skipped"] == 2
        assert site.hits("/page/2") == site.hits("/status/404") == 0
        assert site.log()[0]["path"] == "/robots.txt", "it is asked for before anything else"


@pytest.mark.parametrize("status, outcome", [(404, "ok"), (403, "ok"), (429, "robots_unreachable"),
                                             (500, "robots_unreachable"), (503, "robots_unreachable")])
def test_the_status_of_robots_txt_decides(start_daemon, status, outcome):
    daemon = start_daemon("fetch.retry_base_ms=1", "politeness.robots_tries=3")
    with Fixture(robots_status=status) as site:
        job = watch(daemon, daemon.create(site.url + "/ok"))
        [found] = pages(daemon, job["id"]).values()
        assert found["outcome"] == outcome
        assert site.hits("/ok") == (outcome == "ok")
        assert outcome == "ok" or "robots.txt" in found["detail"], found
        assert site.hits("/robots.txt") == (1 if outcome == "ok" else 3)


def test_a_robots_txt_that_hangs_forbids_all(start_daemon):
    daemon = start_daemon("fetch.first_byte_timeout_ms=500", "fetch.retry_base_ms=1", "politeness.robots_tries=2")
    with Fixture() as site, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # connections stand, and nobody answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        job = watch(daemon, daemon.create(url, site.url + "/ok"))
        assert outcomes(daemon, job["id"]) == {url: "robots_unreachable", site.url + "/ok": "ok"}
        assert "timeout_first_byte" in pages(daemon, job["id"])[url]["detail"]


def test_robots_txt_may_be_a_redirect(start_daemon):
    site_pages = {"/": page("<a href=/secret>"), "/secret": page("")}
    daemon = start_daemon()
    with Fixture(robots="User-agent: *\nDisallow: /secret\n") as other, StaticSite(site_pages) as site:
        site_pages["/robots.txt"] = redirect(other.url + "/robots.txt")
        job = watch(daemon, daemon.create(site.url + "/"))
        assert outcomes(daemon, job["id"]) == {site.url + "/": "ok", site.url + "/secret": "robots_disallowed"}


def test_one_fetch_serves_all_jobs_and_a_restart(start_daemon):
    daemon = start_daemon()
    with Fixture(robots="User-agent: *\nDisallow: /ok\n") as site:
        both = [daemon.create(site.url + "/page/1?of=5"), daemon.create(site.url + "/page/1?of=9")]
        assert [watch(daemon, one)["counts"]["done"] for one in both] == [5, 9]
        assert daemon.stop() == 0
        daemon.start()
        job = watch(daemon, daemon.create(site.url + "/page/1?of=3", site.url + "/ok"))
        assert job["counts"]["done"] == 3 and job["counts"]["skipped_by_reason"] == {"robots_disallowed": 1}
        assert site.hits("/robots.txt") == 1


def test_a_job_ends_although_robots_txt_never_comes(start_daemon):
    """Nothing of the job is in flight then: stop, a limit of time and a resume do not wait for the answer."""
    daemon = start_daemon()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        limited = daemon.create(url, max_seconds=1)
        assert daemon.wait_for(limited, seconds=25)["reason"] == "max_seconds"
        stopped = daemon.create(url)
        daemon.wait_for(stopped, "running")
        assert daemon.act(stopped, "stop").json["state"] == "stopped"
        assert daemon.act(stopped, "resume").status == 200
        daemon.wait_for(stopped, "running", seconds=25)
        assert daemon.act(stopped, "cancel").status == 200
        daemon.wait_until(lambda: daemon.job(stopped)["counts"]["queued"], lambda queued: queued == 0, seconds=25)
