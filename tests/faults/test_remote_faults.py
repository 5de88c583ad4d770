"""Servers that hang, drip, reset, lie and flood: each page ends with its own outcome, the numbers add up at every
look, memory stays bounded, and other hosts are not slowed."""
import contextlib
import socket

import pytest
from fixture import Fixture
from job_checks import outcomes, pages, watch
from processes import peak_bytes

IMPATIENT = ("fetch.connect_timeout_ms=2000", "fetch.first_byte_timeout_ms=2000", "fetch.low_speed_ms=2000",
             "fetch.total_timeout_ms=20000", "fetch.max_attempts=2", "fetch.retry_base_ms=50",
             "politeness.own_host_connections=64")
RAW = {  # what the raw port does, what becomes of it, in how many attempts
    "/ok": ("ok", 1),
    "/hang": ("timeout_first_byte", 2),
    "/hang-mid": ("too_slow", 2),
    "/drip": ("too_slow", 2),
    "/drip-headers": ("too_slow", 2),
    "/reset": ("connection_reset", 2),
    "/reset-mid": ("connection_reset", 2),
    "/close": ("empty_reply", 2),
    "/short": ("body_incomplete", 2),
    "/short-chunked": ("body_incomplete", 2),
    "/bad-chunk": ("bad_response", 1),
    "/long": ("ok", 1),
    "/endless-headers": ("headers_too_large", 1),
    "/endless-header": ("headers_too_large", 1),
    "/endless-interim": ("headers_too_large", 1),
    "/endless-body": ("body_too_large", 1),
    "/garbage": ("bad_response", 1),
    "/bad-gzip": ("bad_encoding", 1),
}
PAGES = {
    "/gzip-bomb": ("body_too_large", 1),
    "/bad-gzip": ("bad_encoding", 1),
    "/not-html": ("not_html", 1),
    "/no-content-type": ("ok", 1),
    "/redirect": ("redirected", 1),
    "/redirect-self": ("redirect_loop", 1),
    "/redirect-loop": ("redirected", 1),  # there; the way back is the loop
    "/redirect-none": ("redirect_invalid", 1),
    "/redirect-bad": ("redirect_invalid", 1),
    "/redirect-file": ("redirect_invalid", 1),
    "/status/204": ("http_other", 1),
    "/status/304": ("http_other", 1),
    "/status/400": ("http_4xx", 1),
    "/status/401": ("http_4xx", 1),
    "/status/404": ("http_4xx", 1),
    "/status/410": ("http_4xx", 1),
    "/status/429": ("http_429", 2),
    "/status/500": ("http_5xx", 1),
    "/status/501": ("http_5xx", 1),
    "/status/502": ("http_5xx", 2),
    "/status/503": ("http_5xx", 2),
    "/status/504": ("http_5xx", 2),
}


@contextlib.contextmanager
def port_without_listener():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextlib.contextmanager
def port_that_never_accepts():
    """Its queue of connections is full, so that further ones get no answer at all."""
    with contextlib.ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = open_sockets.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("port, expected", [("raw", RAW), ("pages", PAGES)])
def test_each_page_ends_with_its_own_outcome(start_daemon, port, expected):
    daemon = start_daemon(*IMPATIENT)
    with Fixture() as site:
        base = site.raw_url if port == "raw" else site.url
        job = watch(daemon, daemon.create(*(base + path for path in expected)))
        assert job["state"] == "finished" and job["reason"] == "complete", job
        found = pages(daemon, job["id"])
        hits = site.hits()["paths"]
    for path, (outcome, attempts) in expected.items():
        page = found[base + path]
        assert (page["outcome"], page["attempts"]) == (outcome, attempts), page
        assert page["detail"] or outcome in ("ok", "redirected"), page
        assert hits[path] >= attempts, path


def test_hosts_that_cannot_be_reached(start_daemon):
    daemon = start_daemon(*IMPATIENT)
    with Fixture() as site, port_without_listener() as refused, port_that_never_accepts() as silent:
        no_tls = site.url.replace("http:", "https:")
        job = watch(daemon, daemon.create(site.url + "/ok", refused + "/", silent + "/", no_tls + "/ok"))
        assert outcomes(daemon, job["id"]) == {
            site.url + "/ok": "ok", refused + "/": "connect_refused", silent + "/": "timeout_connect",
            no_tls + "/ok": "tls_failed"}


def test_a_server_that_is_slow_but_steady_is_given_up_in_the_end(start_daemon):
    daemon = start_daemon("fetch.total_timeout_ms=3000", "fetch.low_speed_bytes=1", "fetch.low_speed_ms=60000",
                          "fetch.max_attempts=1")
    with Fixture() as site:
        job = watch(daemon, daemon.create(site.raw_url + "/drip", site.raw_url + "/drip-headers",
                                          site.raw_url + "/ok"))
    assert job["counts"]["failed_by_reason"] == {"timeout_total": 2} and job["counts"]["done"] == 1, job


def test_a_redirect_for_ever_is_followed_so_far(start_daemon):
    daemon = start_daemon("fetch.max_redirects=5")
    with Fixture() as site:
        job = watch(daemon, daemon.create(site.url + "/redirect-forever/1", site.url + "/ok"))
        ended = outcomes(daemon, job["id"])
    redirects = [ended[f"{site.urls[0]}/redirect-forever/{n}"] for n in range(1, 7)]
    assert redirects == ["redirected"] * 5 + ["too_many_redirects"]
    assert len(ended) == 7, ended


def test_a_redirect_that_leads_back_is_told_as_a_loop(start_daemon):
    daemon = start_daemon()
    with Fixture() as site:
        job = watch(daemon, daemon.create(site.url + "/redirect-loop"))
        assert outcomes(daemon, job["id"]) == {site.url + "/redirect-loop": "redirected",
                                               site.url + "/redirect-loop-back": "redirect_loop"}
        assert site.hits("/redirect-loop") == site.hits("/redirect-loop-back") == 1


@pytest.mark.parametrize("status", [503, 429])
def test_an_overloaded_host_is_asked_again_when_it_says(start_daemon, status):
    daemon = start_daemon("fetch.retry_base_ms=1")
    with Fixture() as site:
        job = watch(daemon, daemon.create(f"{site.url}/{status}-then-200?key=a&times=2&after=2"))
        assert job["counts"]["done"] == 1, job
        times = [line["ms"] for line in site.log() if line["path"].startswith(f"/{status}-")]
        assert len(times) == 3
        assert min(later - earlier for earlier, later in zip(times, times[1:])) >= 1000, times


def test_memory_stays_bounded(start_plain_daemon):
    daemon = start_plain_daemon(*IMPATIENT, "fetch.max_body_bytes=4MiB", "fetch.pages_in_flight=16")
    floods = ["/endless-headers", "/endless-header", "/endless-interim", "/endless-body"]
    with Fixture() as site:
        seeds = [f"{site.raw_url}{path}?{n}" for path in floods for n in range(20)]
        seeds += [f"{site.url}/gzip-bomb?megabytes=1024&n={n}" for n in range(20)]
        seeds += [f"{site.url}/ok?{n}" for n in range(20)]
        job = watch(daemon, daemon.create(*seeds))
    assert job["counts"]["failed_by_reason"] == {"headers_too_large": 60, "body_too_large": 40}, job
    assert job["counts"]["done"] == 20
    assert peak_bytes(daemon.process.pid) < 200 * 1024 * 1024


def test_hosts_that_hang_do_not_slow_the_others(start_daemon):
    """They hang until the end of the test, and so do all connections that one host may have."""
    daemon = start_daemon("fetch.first_byte_timeout_ms=3600000", "fetch.low_speed_ms=3600000",
                          "fetch.total_timeout_ms=3600000")
    with Fixture(bind=["127.0.0.1", "127.0.0.2", "127.0.0.3"]) as site:
        hanging = [f"{raw}/{how}?{n}" for raw in site.raw_urls[:2] for how in ("hang", "drip") for n in range(20)]
        job_id = daemon.create(*hanging, site.urls[2] + "/page/1?of=200", max_depth=1000)
        other_id = daemon.create(site.urls[2] + "/page/1?of=100")
        for one, done in ((job_id, 200), (other_id, 100)):
            job = watch(daemon, one, lambda job: job["counts"]["done"] == done)
        job = daemon.job(job_id)
        assert job["counts"]["failed"] == 0, "none of them has been given up yet"
        assert job["counts"]["in_flight"] == 32 and job["counts"]["queued"] == len(hanging) - 32, job
        assert site.max_at_once(site.urls[2]) >= 1
        assert daemon.act(job_id, "cancel").status == 200
        job = watch(daemon, job_id)
        assert job["state"] == "cancelled" and job["counts"]["done"] == 200, job
