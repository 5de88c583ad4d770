"""What images are: each is asked for once, politely, by its first bytes or whole, and what was learned is shared; what
linked style sheets name. Whatever interrupts it, nothing is lost and the numbers add up."""
import contextlib
import hashlib
import sqlite3
import time

import pytest
from api_client import CheckedDaemon, results, wait_for_index
from daemon import Daemon
from picture_site import PictureSite, jpeg_head, page, picture, png

MUCH = 16 << 20  # more than sockets hold
FIRST = {"probe": "first_bytes", "sitemaps": "off"}
WHOLE = {"probe": "whole", "sitemaps": "off"}


def adds_up(counts):
    return counts["known"] == sum(counts[part] for part in ("queued", "in_flight", "done", "failed", "skipped"))


def rows(daemon, job_id, sql="SELECT i.url, p.* FROM images i JOIN probes p ON p.image_id = i.id"):
    """By the path of the first column's URL."""
    with contextlib.closing(sqlite3.connect(daemon.data / "jobs" / f"{job_id}.sqlite")) as database:
        database.row_factory = sqlite3.Row
        return {"/" + row["url"].split("/", 3)[-1]: dict(row) for row in database.execute(sql)}


def crawl(daemon, site, path="/", **settings):
    job = daemon.crawl(site.url + path, **settings)
    assert job["state"] == "finished", job
    for kind in ("probes", "style_sheets"):
        counts = job["counts"][kind]
        assert adds_up(counts) and counts["queued"] == counts["in_flight"] == 0, counts
    return job


@pytest.fixture(scope="module")
def site():
    big = png(400, 300) + bytes(MUCH)
    pictures = ["small.png", "big.png", "plain/big.png", "late.jpg", "gone.png", "page.png", "moved.png", "empty.png",
                "forbidden/a.png", "small.png?again", "loop.png"]
    pages = {
        "/": page(*(f'<img src="/{name}">' for name in pictures), '<img src="/small.png">',
                  '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', '<a href="/two">2</a>'),
        "/two": page('<img src="/small.png"><img src="/big.png">'),
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /forbidden/\n"),
        "/small.png": picture(png(30, 20)), "/small.png?again": picture(png(30, 20)),
        "/big.png": picture(big, ETag='"big"'), "/plain/big.png": picture(big),
        "/late.jpg": picture(jpeg_head(1200, 800, before=20000) + bytes(50000), "image/png"),
        "/page.png": page("not a picture"), "/moved.png": (302, {"Location": "/small2.png"}, b""),
        "/small2.png": picture(png(31, 20)), "/empty.png": picture(b""),
        "/forbidden/a.png": picture(png(1, 1)), "/loop.png": (301, {"Location": "/loop.png"}, b""),
    }
    with PictureSite(pages) as one:
        yield one


def test_api_tells_what_images_are(tmp_path, site):
    api = CheckedDaemon(tmp_path).start()
    try:
        job = wait_for_index(api, crawl(api, site, **WHOLE))
        listed = {item["url"].removeprefix(site.url): item for item in api.get(results(job, "images?limit=100")).json["items"]}
    finally:
        api.stop()
    small, gone = listed["/small.png"]["probe"], listed["/gone.png"]["probe"]
    assert (small["state"], small["outcome"], small["status"], small["type"]) == ("done", "ok", 200, "image/png")
    assert (small["width"], small["height"], small["bytes"]) == (30, 20, len(png(30, 20)))
    assert small["sha256"] == hashlib.sha256(png(30, 20)).hexdigest() and not small["is_animated"]
    assert (gone["state"], gone["status"], gone["bytes"], gone["width"]) == ("failed", 404, None, None)
    assert listed["/small.png"]["cluster_id"] == listed["/small.png?again"]["cluster_id"] is not None
    assert [item["probe"] for url, item in listed.items() if url.startswith("data:")] == [None]


def test_first_bytes_tell_what_each_image_is(daemon, site):
    site.requests.clear()
    job = crawl(daemon, site, probe_first_bytes=4096, **FIRST)
    found = rows(daemon, job["id"])
    counts = job["counts"]["probes"]
    assert (counts["known"], counts["done"], counts["failed"], counts["skipped"]) == (11, 8, 2, 1)

    def told(path, *names):
        return tuple(found[path][name] for name in names)
    size = ("outcome", "type", "width", "height", "bytes")
    assert told("/small.png", *size) == ("ok", "image/png", 30, 20, len(png(30, 20)))
    assert told("/big.png", *size) == ("ok", "image/png", 400, 300, len(png(400, 300)) + MUCH)
    assert told("/plain/big.png", *size) == told("/big.png", *size)
    assert told("/late.jpg", *size) == ("ok", "image/jpeg", 1200, 800, len(jpeg_head(1, 1, 20000)) + 50000)
    assert told("/late.jpg", "declared_type") == ("image/png",)
    assert told("/page.png", "outcome", "type", "width", "status") == ("ok", "text/html", None, 206)
    assert told("/gone.png", "state", "outcome", "status") == ("failed", "http_4xx", 404)
    assert told("/moved.png", *size, "final_url")[:4] == ("ok", "image/png", 31, 20)
    assert found["/moved.png"]["final_url"] == site.url + "/small2.png"
    assert told("/loop.png", "state", "outcome") == ("failed", "redirect_loop")
    assert told("/forbidden/a.png", "state", "outcome") == ("skipped", "robots_disallowed")
    assert "line 2" in found["/forbidden/a.png"]["detail"]
    assert told("/small.png", "is_animated", "status") == (0, 206)

    assert {command for command, *_ in site.requests} == {"GET"}
    assert site.count("/forbidden/a.png") == 0 and site.count("/late.jpg") == 2
    assert [headers["Range"] for headers in site.of("/big.png")] == ["bytes=0-4095"]
    for path in ("/small.png", "/big.png", "/plain/big.png", "/gone.png", "/page.png", "/moved.png", "/small2.png"):
        assert site.count(path) == 1, path
    assert site.sent["/plain/big.png"] < MUCH, "it was cut off"


def test_what_one_job_has_learned_is_not_asked_again(daemon, site):
    crawl(daemon, site, **FIRST)
    site.requests.clear()
    job = crawl(daemon, site, **FIRST)
    asked = {path for _, path, _, _ in site.requests}
    assert asked <= {"/", "/two", "/robots.txt", "/loop.png"}, asked  # failures that may pass are tried again
    assert rows(daemon, job["id"])["/big.png"]["width"] == 400
    assert job["counts"]["probes"]["done"] == 8

    site.requests.clear()
    job = crawl(daemon, site, probe_freshness_s=0, **FIRST)
    [headers] = site.of("/big.png")
    assert headers["If-None-Match"] == '"big"'
    assert job["counts"]["probes"]["done"] == 8


def test_what_has_not_changed_stands(daemon):
    def answer(headers):
        if headers.get("If-None-Match") == '"one"':
            return 304, {}, b""
        return picture(png(30, 20), ETag='"one"')
    with PictureSite({"/": page('<img src="/a.png">'), "/a.png": answer}) as site:
        first = crawl(daemon, site, **FIRST)
        again = crawl(daemon, site, probe_freshness_s=0, **FIRST)
        one, other = (rows(daemon, job["id"])["/a.png"] for job in (first, again))
        assert site.count("/a.png") == 2
        assert other.pop("probed_ms") >= one.pop("probed_ms") and one == other and one["width"] == 30


def test_two_jobs_at_once_ask_once(daemon):
    pages = {f"/page{i}": page(*(f'<img src="/gate/{n}.png">' for n in range(6))) for i in range(2)}
    pages.update({f"/gate/{n}.png": picture(png(10 + n, 10)) for n in range(6)})
    with PictureSite(pages) as site:
        site.gate.clear()
        jobs = [daemon.create(f"{site.url}/page{i}", **FIRST) for i in range(2)]
        site.wait_for(1, "/gate/")
        daemon.wait_until(lambda: [daemon.job(job)["counts"]["done"] for job in jobs], lambda done: done == [1, 1])
        site.gate.set()
        for job in jobs:
            assert daemon.wait_for(job)["counts"]["probes"]["done"] == 6
        assert [site.count(f"/gate/{n}.png") for n in range(6)] == [1] * 6


def test_whole_images_tell_what_is_the_same(daemon):
    same, other = png(60, 40), png(60, 40, shade=5)
    pages = {"/": page(*(f'<img src="/{name}.png">' for name in ("a", "b", "c-300x200", "c", "d"))),
             "/a.png": picture(same), "/b.png": picture(same), "/c.png": picture(other),
             "/c-300x200.png": picture(png(30, 20, shade=9)), "/d.png": picture(png(20, 40))}
    with PictureSite(pages) as site:
        job = crawl(daemon, site, **WHOLE)
        daemon.wait_until(lambda: daemon.job(job["id"])["index"]["state"], lambda state: state == "ready")
        found = rows(daemon, job["id"], "SELECT i.url, i.id, i.cluster_id, p.sha256, p.bytes"
                                        " FROM images i JOIN probes p ON p.image_id = i.id")
        assert found["/a.png"]["sha256"] == hashlib.sha256(same).digest() and found["/a.png"]["bytes"] == len(same)
        assert found["/a.png"]["cluster_id"] == found["/b.png"]["cluster_id"] == found["/a.png"]["id"]
        assert found["/c.png"]["cluster_id"] == found["/c-300x200.png"]["cluster_id"] is not None
        assert all("Range" not in headers for _, _, headers, _ in site.requests)


def test_an_image_longer_than_the_limit_is_known_by_its_head(daemon):
    with PictureSite({"/": page('<img src="/a.png">'), "/a.png": picture(png(60, 40) + bytes(500000))}) as site:
        job = crawl(daemon, site, probe_max_bytes=20000, **WHOLE)
        row = rows(daemon, job["id"])["/a.png"]
        assert (row["width"], row["bytes"], row["sha256"]) == (60, len(png(60, 40)) + 500000, None)


def test_a_redirect_into_a_private_network_is_not_followed(tmp_path):
    daemon = Daemon(tmp_path / "data", "--set", "politeness.allow_networks=127.0.0.1/32")
    with PictureSite({"/inside.png": picture(png(1, 1))}, address="127.0.0.2") as inside:
        pages = {"/": page('<img src="/a.png">', f'<img src="{inside.url}/b.png">'),
                 "/a.png": (302, {"Location": f"{inside.url}/inside.png"}, b"")}
        with PictureSite(pages) as site:
            try:
                daemon.start()
                job = crawl(daemon, site, **FIRST)
            finally:
                daemon.kill()
        assert {path: row["outcome"] for path, row in rows(daemon, job["id"]).items()} == {
            "/a.png": "address_blocked", "/b.png": "address_blocked"}
        assert inside.requests == []


def test_kill_9_loses_nothing_and_asks_nothing_twice(daemon):
    count = 60
    pages = {"/": page(*(f'<img src="/gate/{n}.png">' if n >= 20 else f'<img src="/{n}.png">' for n in range(count)))}
    pages.update({f"/{n}.png": picture(png(10 + n, 10)) for n in range(20)})
    pages.update({f"/gate/{n}.png": picture(png(10 + n, 10)) for n in range(20, count)})
    with PictureSite(pages) as site:
        site.gate.clear()
        job_id = daemon.create(site.url + "/", max_in_flight=3, **FIRST)
        counts = daemon.wait_until(lambda: daemon.job(job_id)["counts"]["probes"],
                                   lambda found: found["done"] == 20 and found["in_flight"] == 3)
        assert adds_up(counts) and counts["known"] == count
        daemon.kill()
        site.gate.set()
        daemon.start()
        job = daemon.wait_for(job_id)
        counts = job["counts"]["probes"]
        assert (job["state"], counts["known"], counts["done"]) == ("finished", count, count)
        assert [site.count(f"/{n}.png") for n in range(20)] == [1] * 20
        assert all(1 <= site.count(f"/gate/{n}.png") <= 2 for n in range(20, count))
        assert {row["width"] for row in rows(daemon, job_id).values()} == {10 + n for n in range(count)}


def test_pause_resume_and_cancel(daemon):
    pages = {"/": page(*(f'<img src="/gate/{n}.png">' for n in range(10)))}
    pages.update({f"/gate/{n}.png": picture(png(10 + n, 10)) for n in range(10)})
    with PictureSite(pages) as site:
        site.gate.clear()
        jobs = [daemon.create(site.url + "/", max_in_flight=1, **FIRST) for _ in range(2)]
        site.wait_for(1, "/gate/")
        for job_id in jobs:
            daemon.wait_until(lambda: daemon.job(job_id)["counts"]["probes"]["known"], lambda known: known == 10)
            assert daemon.act(job_id, "pause").status in (200, 202)
        site.gate.set()
        for job_id in jobs:
            daemon.wait_until(lambda: daemon.job(job_id)["counts"]["probes"], lambda found: found["in_flight"] == 0)
        assert daemon.act(jobs[0], "cancel").status in (200, 202)
        counts = daemon.wait_for(jobs[0], "cancelled")["counts"]["probes"]
        counts = daemon.wait_until(lambda: daemon.job(jobs[0])["counts"]["probes"], lambda found: found["queued"] == 0)
        assert adds_up(counts) and counts["known"] == 10 and counts["skipped"] >= 8, counts
        assert {row["state"] for row in rows(daemon, jobs[0]).values()} <= {"done", "skipped"}
        assert daemon.act(jobs[1], "resume").status in (200, 202)
        counts = daemon.wait_for(jobs[1], "finished")["counts"]["probes"]
        assert counts["done"] == 10 and adds_up(counts)


def test_the_delay_between_requests_is_that_of_pages(daemon):
    pages = {"/": page('<img src="/a.png"><img src="/b.png"><a href="/two">2</a>'), "/two": page('<img src="/c.png">')}
    pages.update({f"/{name}.png": picture(png(10, 10, shade)) for shade, name in enumerate("abc")})
    with PictureSite(pages) as site:
        crawl(daemon, site, delay_ms=300, **FIRST)
        times = [at for _, path, _, at in site.requests if path != "/robots.txt"]
        assert len(times) == 5
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        assert min(gaps) >= 0.15, gaps


def test_style_sheets_are_read_once_for_the_images_that_they_name(daemon):
    css = (b"body { background: url(bg.png) } .x { background-image: url('/y.png') }"
           b".z { background: url(data:image/png;base64,AAAA) }")
    link = '<link rel="stylesheet" href="/css/a.css"><link rel="alternate stylesheet" href="/css/b.css">'
    pages = {"/": page(link, '<a href="/two">2</a><a href="/three">3</a>'), "/two": page(link),
             "/three": page(link, '<link rel=stylesheet href="/css/gone.css"><img src="/y.png">'),
             "/css/a.css": (200, {"Content-Type": "text/css"}, css), "/css/b.css": (200, {}, css),
             "/css/bg.png": picture(png(10, 20)), "/y.png": picture(png(11, 20))}
    with PictureSite(pages) as site:
        job = crawl(daemon, site, style_sheets=True, **FIRST)
        sheets = job["counts"]["style_sheets"]
        assert (sheets["known"], sheets["done"], sheets["failed"]) == (2, 1, 1)
        assert (site.count("/css/a.css"), site.count("/css/b.css"), site.count("/css/gone.css")) == (1, 0, 1)
        items = [item for item in daemon.all(f"/v1/jobs/{job['id']}/occurrences") if item["source"] == "style_sheet"]
        assert {item["page_url"] for item in items} == {site.url + "/"} and len(items) == 3
        assert {item["url"] for item in items} >= {site.url + "/css/bg.png", site.url + "/y.png"}
        found = rows(daemon, job["id"])
        assert {path: row["width"] for path, row in found.items()} == {"/css/bg.png": 10, "/y.png": 11}
        assert job["counts"]["occurrences"] == 4 == sum(job["counts"]["alt"].values())

        site.requests.clear()
        crawl(daemon, site, sitemaps="off")
        assert {path for _, path, _, _ in site.requests} <= {"/", "/two", "/three", "/robots.txt"}


def test_retries_and_limits(daemon):
    tries = []

    def shaky(_):
        tries.append(1)
        return (503, {"Retry-After": "1"}, b"") if len(tries) == 1 else picture(png(12, 10))
    with PictureSite({"/": page('<img src="/a.png">'), "/a.png": shaky}) as site:
        job = crawl(daemon, site, **FIRST)
        assert (len(tries), job["counts"]["probes"]["done"]) == (2, 1)
    pages = {"/": page('<img src="/gate/a.png"><img src="/gate/b.png">')}
    with PictureSite(pages) as site:
        site.gate.clear()
        job_id = daemon.create(site.url + "/", max_seconds=1, max_in_flight=1, **FIRST)
        site.wait_for(1, "/gate/")
        time.sleep(1.5)  # what is in flight is waited for
        site.gate.set()
        job = daemon.wait_for(job_id)
        assert (job["reason"], job["counts"]["probes"]["skipped"]) == ("max_seconds", 1), job
        assert adds_up(job["counts"]["probes"])
