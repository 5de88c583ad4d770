"""Addresses that jobs may not reach are not reached, by whatever way a site leads there: not one connection."""
import contextlib
import socket

import pytest
from job_checks import outcomes, pages, watch
from name_server import NameServer
from static_site import StaticSite, page, redirect

ONLY_ONE = ("politeness.allow_networks=127.0.0.1/32", "fetch.first_byte_timeout_ms=5000", "fetch.max_attempts=1")


class Trap:
    """Listens on 127.0.0.2, where nobody may come."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.2", 0))
        self.socket.listen()
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.2:{self.port}"

    def has_been_reached(self):
        with contextlib.suppress(BlockingIOError):
            self.socket.accept()[0].close()
            return True
        return False


@pytest.fixture
def trap():
    one = Trap()
    yield one
    one.socket.close()


def test_redirects_and_links_to_a_blocked_address_end_there(start_daemon, trap):
    daemon = start_daemon(*ONLY_ONE)
    site_pages = {"/": page(f'<a href="/away">1</a><a href="{trap.url}/linked">2</a><a href="/fine">3</a>'),
                  "/away": redirect(trap.url + "/redirected"), "/fine": page("")}
    with StaticSite(site_pages) as site:
        job = watch(daemon, daemon.create(site.url + "/", scope="hosts", hosts=["127.0.0.1", "127.0.0.2"]))
        ended = outcomes(daemon, job["id"])
        assert ended == {site.url + "/": "ok", site.url + "/away": "redirected", site.url + "/fine": "ok",
                         trap.url + "/redirected": "address_blocked", trap.url + "/linked": "address_blocked"}
        blocked = pages(daemon, job["id"])[trap.url + "/linked"]
        assert "loopback" in blocked["detail"], blocked
        assert blocked["state"] == "failed"
    assert not trap.has_been_reached()


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f000002", "2130706434", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]",
                                  "[::ffff:7f00:2]"])
def test_a_blocked_address_is_blocked_however_it_is_written(start_daemon, trap, host):
    daemon = start_daemon(*ONLY_ONE)
    with StaticSite({"/": page("")}) as site:
        job = watch(daemon, daemon.create(f"http://{host}:{trap.port}/", site.url + "/"))
        assert job["counts"]["failed_by_reason"] == {"address_blocked": 1} and job["counts"]["done"] == 1, job
    assert not trap.has_been_reached()


def test_robots_txt_that_leads_to_a_blocked_address_counts_as_unreachable(start_daemon, trap):
    daemon = start_daemon(*ONLY_ONE)
    with StaticSite({"/": page(""), "/robots.txt": redirect(trap.url + "/robots.txt")}) as site:
        job = watch(daemon, daemon.create(site.url + "/"))
        found = pages(daemon, job["id"])[site.url + "/"]
        assert found["outcome"] == "robots_unreachable", found
        assert "address_blocked" in found["detail"], found
    assert not trap.has_been_reached()


def test_sitemaps_at_a_blocked_address_are_not_asked_for(start_daemon, trap):
    daemon = start_daemon(*ONLY_ONE)
    index = ('<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
             f"<sitemap><loc>{trap.url}/nested.xml</loc></sitemap></sitemapindex>")
    lines = f"Sitemap: {trap.url}/named.xml\nSitemap: /away.xml\nSitemap: /index.xml\n"
    with StaticSite({"/": page(""), "/robots.txt": (200, {"Content-Type": "text/plain"}, b""),
                     "/away.xml": redirect(trap.url + "/redirected.xml"),
                     "/index.xml": (200, {"Content-Type": "text/xml"}, index.encode())}) as site:
        text = lines.replace("Sitemap: /", f"Sitemap: {site.url}/").encode()
        site.pages["/robots.txt"] = 200, {"Content-Type": "text/plain"}, text
        job = watch(daemon, daemon.create(site.url + "/", max_pages=10))
        assert job["state"] == "finished" and job["counts"]["done"] == 1, job
        read = {each["url"]: each["outcome"] for each in daemon.get(f"/v1/jobs/{job['id']}/sitemaps").json["items"]}
    assert read[site.url + "/index.xml"] == "ok"
    for path in ("/named.xml", "/nested.xml"):
        assert read[trap.url + path] == "address_blocked", read
    assert not trap.has_been_reached()


@pytest.mark.parametrize("answers", [("127.0.0.2",), ("127.0.0.1", "127.0.0.2"), ("127.0.0.1", "127.0.0.1", "127.0.0.2")])
def test_a_name_that_changes_its_address_does_not_lead_to_a_blocked_one(start_daemon, trap, answers):
    """Each answer holds for no time, so that every request would ask anew; what is judged is what is connected to."""
    with NameServer(addresses=answers, ttl=0) as names:
        daemon = start_daemon(*ONLY_ONE, f"dns.servers={names.address}", "dns.min_ttl_s=0")
        site_pages = {"/": page('<a href="/1">1</a><a href="/2">2</a>'), "/1": page(""), "/2": page("")}
        with StaticSite(site_pages) as site:
            port = site.url.rpartition(":")[2]
            for target in (f"http://rebind.test:{trap.port}/", f"http://rebind.test:{port}/"):
                job = watch(daemon, daemon.create(target, sitemaps="off"))
                assert job["counts"]["queued"] == 0, job
    assert not trap.has_been_reached()


def test_loopback_is_for_jobs_that_name_it(start_daemon):
    """By default: a seed on another spelling of a special address, or a redirect from one, is no leave to go there."""
    daemon = start_daemon("fetch.max_attempts=1")
    with StaticSite({"/": page("")}) as site:
        foreign = site.url.replace("127.0.0.1", "[::ffff:127.0.0.1]") + "/"
        assert watch(daemon, daemon.create(site.url + "/"))["state"] == "finished"
        job = watch(daemon, daemon.create(foreign))
        assert job["state"] == "failed" and job["reason"] == "address_blocked", job


def test_where_nothing_special_is_allowed_loopback_is_not(start_daemon):
    daemon = start_daemon("politeness.allow_networks=none")
    with StaticSite({"/": page("")}) as site:
        job = watch(daemon, daemon.create(site.url + "/"))
        assert job["state"] == "failed" and job["reason"] == "address_blocked", job
        assert outcomes(daemon, job["id"]) == {site.url + "/": "address_blocked"}
