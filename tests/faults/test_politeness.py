"""Hosts of others: one request at a time, and a pause after each, whatever asks. The sites run on loopback, which
counts as one's own; "0.0.0.0" leads to them too and does not, so that is the name of a host of others here.

Only that it is never faster than allowed decides: a machine may be as slow as it likes."""
from fixture import Fixture
from job_checks import watch

NETWORKS = "politeness.allow_networks=127.0.0.0/8 0.0.0.0/32"
DELAY_MS = 300


def foreign(site):
    return f"http://0.0.0.0:{site.port}"


def pauses(site):
    """Between the arrivals of all requests, robots.txt included. They are told in whole milliseconds."""
    times = [line["ms"] for line in site.log()]
    return [later - earlier + 1 for earlier, later in zip(times, times[1:])]


def test_all_jobs_together_keep_the_delay_and_the_one_connection(start_daemon):
    daemon = start_daemon(NETWORKS, f"politeness.host_delay_ms={DELAY_MS}")
    with Fixture() as site:
        jobs = [daemon.create(*(f"{foreign(site)}/slow/{DELAY_MS}?job={job}&n={n}" for n in range(3)), sitemaps="off")
                for job in range(3)]
        for job in jobs:
            assert watch(daemon, job)["counts"]["done"] == 3
        found = pauses(site)
        assert len(found) == 9 and min(found[1:]) >= DELAY_MS * 3 // 2, "a pause begins when an answer has ended"
        assert found[0] >= DELAY_MS // 2, "robots.txt is a request like others"
        assert site.max_at_once() == 1


def test_more_connections_are_a_setting(start_daemon):
    daemon = start_daemon(NETWORKS, "politeness.host_delay_ms=0", "politeness.host_connections=3")
    with Fixture() as site:
        job = watch(daemon, daemon.create(*(f"{foreign(site)}/slow/300?n={n}" for n in range(9))))
        assert job["counts"]["done"] == 9
        assert site.max_at_once() <= 3


def test_own_hosts_have_no_delay(start_daemon):
    daemon = start_daemon(NETWORKS, "politeness.host_delay_ms=3600000", "politeness.own_hosts=0.0.0.0")
    with Fixture(robots="User-agent: *\nCrawl-delay: 3600\n") as site:
        for url in (foreign(site), site.url):
            assert watch(daemon, daemon.create(url + "/page/1?of=5", sitemaps="off"))["counts"]["done"] == 5


def test_crawl_delay_is_obeyed_also_after_a_restart(start_daemon):
    daemon = start_daemon(NETWORKS, "politeness.host_delay_ms=0")
    with Fixture(robots="User-agent: *\nCrawl-delay: 1\n") as site:
        assert watch(daemon, daemon.create(foreign(site) + "/page/1?of=3", sitemaps="off"))["counts"]["done"] == 3
        assert daemon.stop() == 0
        daemon.start()
        assert watch(daemon, daemon.create(foreign(site) + "/page/1?of=3", sitemaps="off"))["counts"]["done"] == 3
        found = pauses(site)
        assert site.hits("/robots.txt") == 1 and len(found) == 6
        assert min(found[:3]) >= 500, found
        assert min(found[4:]) >= 500, found


def test_crawl_delay_has_a_limit(start_daemon):
    daemon = start_daemon(NETWORKS, "politeness.host_delay_ms=0", "politeness.max_crawl_delay_ms=200")
    with Fixture(robots="User-agent: *\nCrawl-delay: 86400\n") as site:
        job = watch(daemon, daemon.create(foreign(site) + "/page/1?of=4", sitemaps="off"))
        assert job["counts"]["done"] == 4 and min(pauses(site)) >= 100
        [note] = daemon.job(job["id"])["notes"]
        assert note["code"] == "crawl_delay_capped" and "0.0.0.0" in note["detail"] and "86400 s" in note["detail"]


def test_a_host_that_asks_for_quiet_gets_it_from_all_jobs_and_after_a_restart(start_daemon):
    daemon = start_daemon(NETWORKS, "politeness.host_delay_ms=0", "fetch.retry_base_ms=1")
    with Fixture() as site:
        watch(daemon, daemon.create(foreign(site) + "/ok", sitemaps="off"))
        asked = daemon.create(foreign(site) + "/429-then-200?key=a&after=4", sitemaps="off")
        daemon.wait_until(lambda: "asked for a pause" in daemon.log.read_text(), bool)
        other = daemon.create(foreign(site) + "/page/1?of=1", sitemaps="off")
        assert daemon.stop() == 0
        daemon.start()
        assert watch(daemon, other)["counts"]["done"] == 1
        assert watch(daemon, asked)["counts"]["done"] == 1
        found = pauses(site)
        assert len(found) == 4 and found[2] >= 2000, found  # robots.txt, ok, 429, then both
