"""Sitemaps in a crawl: every form that sites serve them in, what they add to the inventory, and that each page and
image of them is there once, also after kill -9."""
import collections
import gzip
import random
import sqlite3
import time

import pytest
from api_client import results
from daemon import Daemon
from static_site import StaticSite, error, page, redirect

XML = {"Content-Type": "application/xml"}


class Asked(dict):
    """A site's table that counts what is asked for."""

    def __init__(self):
        super().__init__()
        self.count = collections.Counter()

    def get(self, path, default=None):
        self.count[path] += 1
        return super().get(path, default)


def urlset(*entries):
    return 200, XML, ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
                      'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
                      + "".join(f"<url>{entry}</url>" for entry in entries) + "</urlset>").encode()


def index(*urls):
    return 200, XML, ("<sitemapindex>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
                      + "</sitemapindex>").encode()


@pytest.fixture(scope="module")
def two_sites():
    """One whose robots.txt names sitemaps of every kind, on another host, too."""
    with StaticSite(Asked()) as one, StaticSite(Asked()) as other:
        orphans = [f"/orphan/{i}" for i in range(12)]
        one.pages.update({path: page(f'<img src="/own.png" alt="own">', title=path) for path in ["/", *orphans]})
        at = [one.url + path for path in orphans]
        other.pages.update({"/cross.xml": urlset(f"<loc>{at[0]}</loc>"),
                            "/elsewhere": page("never fetched")})
        one.pages.update({
            "/robots.txt": (200, {"Content-Type": "text/plain"}, "\n".join([
                "User-agent: *", "Disallow: /secret", f"Sitemap: {other.url}/cross.xml",
                f"Sitemap: {one.url}/index.xml", f"Sitemap: {one.url}/gone.xml",
                f"Sitemap: {one.url}/secret.xml"]).encode()),
            "/index.xml": index(*(one.url + path for path in (
                "/packed.xml.gz", "/list.txt", "/feed.rss", "/atom.xml", "/wrong.xml", "/loop.xml", "/images.xml",
                "/moved.xml", "/page.html", "/broken.xml"))),
            "/packed.xml.gz": (200, {"Content-Type": "application/x-gzip"},
                               gzip.compress(urlset(f"<loc>{at[1]}</loc><lastmod>2024-02-03</lastmod>"
                                                    "<changefreq>weekly</changefreq><priority>0.8</priority>")[2])),
            "/list.txt": (200, {"Content-Type": "text/plain"}, f"{at[2]}\n{at[1]}\n".encode()),
            "/feed.rss": (200, XML, f"<rss version='2.0'><channel><link>{one.url}/</link><item><link>{at[3]}</link>"
                                    "</item></channel></rss>".encode()),
            "/atom.xml": (200, XML, "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
                                    f"<link href='{at[4]}'/></entry></feed>".encode()),
            "/wrong.xml": (200, XML, "<x:urlset xmlns:x='http://no.example/such'><x:url>"
                                     f"<x:loc>{at[5]}</x:loc></x:url></x:urlset>".encode()),
            "/loop.xml": index(one.url + "/index.xml", one.url + "/loop.xml"),
            "/images.xml": urlset(
                f"<loc>{at[6]}</loc><image:image><image:loc>{one.url}/s1.png</image:loc><image:title>A title"
                f"</image:title><image:caption>A caption</image:caption></image:image>",
                f"<loc>{one.url}/</loc><image:image><image:loc>{one.url}/s2.png</image:loc></image:image>"
                f"<image:image><image:loc>{one.url}/s1.png</image:loc></image:image>",
                f"<loc>{other.url}/elsewhere</loc>"),
            "/moved.xml": redirect("/moved-to.xml"),
            "/moved-to.xml": urlset(f"<loc>{at[7]}</loc>"),
            "/page.html": page("no sitemap at all"),
            "/broken.xml": (200, XML, f"<urlset><url><loc>{at[8]}</loc></url><url><loc>{at[9]}</l".encode()),
            "/gone.xml": error(410),
        })
        yield one, other


@pytest.fixture(scope="module")
def job(api, two_sites):
    one, _ = two_sites
    job = api.crawl(one.url + "/")
    assert (job["state"], job["reason"]) == ("finished", "complete"), job
    return job


def test_each_kind_of_sitemap_is_read_once(api, job, two_sites):
    one, other = two_sites
    found = {item["url"].removeprefix(one.url): item for item in api.all(results(job, "sitemaps"))}
    assert {path: (item["outcome"], item["kind"], item["entries"]) for path, item in found.items()} == {
        other.url + "/cross.xml": ("ok", "urlset", 1), "/index.xml": ("ok", "index", 10),
        "/gone.xml": ("http_4xx", None, 0), "/secret.xml": ("robots_disallowed", None, 0),
        "/packed.xml.gz": ("ok", "urlset", 1), "/list.txt": ("ok", "text", 2), "/feed.rss": ("ok", "rss", 1),
        "/atom.xml": ("ok", "atom", 1), "/wrong.xml": ("ok", "urlset", 1), "/loop.xml": ("ok", "index", 2),
        "/images.xml": ("ok", "urlset", 3), "/moved.xml": ("ok", "urlset", 1), "/page.html": ("ok", "unknown", 0),
        "/broken.xml": ("ok", "urlset", 1)}
    assert "broken in line 1" in found["/broken.xml"]["detail"] and "no sitemap" in found["/page.html"]["detail"]
    notes = [note["detail"] for note in job["notes"] if note["code"] == "sitemap_damaged"]
    assert len(notes) == 1 and "/broken.xml was read only in part" in notes[0]
    assert found["/broken.xml"]["flags"] == ["broken"] and found["/images.xml"]["images"] == 3
    assert found["/index.xml"]["via"] == "robots" and found["/list.txt"]["parent_url"] == one.url + "/index.xml"
    for path in found:
        assert one.pages.count[path] == (0 if path == "/secret.xml" or path.startswith("http") else 1), path
    assert one.pages.count["/sitemap.xml"] == 0 and other.pages.count["/elsewhere"] == 0


def test_pages_that_only_sitemaps_name_are_crawled(api, job, two_sites):
    one, other = two_sites
    found = {item["url"].removeprefix(one.url): item for item in api.all(results(job, "pages"))}
    orphans = {f"/orphan/{i}" for i in range(9)}
    assert set(found) == {"/", other.url + "/elsewhere"} | orphans
    for path in orphans:
        assert (found[path]["via"], found[path]["depth"], found[path]["parent_id"], found[path]["outcome"]) == (
            "sitemap", 1, None, "ok"), found[path]
    assert found[other.url + "/elsewhere"]["outcome"] == "out_of_scope"


def test_a_page_tells_what_sitemaps_say_of_it(api, job, two_sites):
    one, _ = two_sites
    [item] = [item for item in api.all(results(job, "pages")) if item["url"].endswith("/orphan/1")]
    said = api.get(f"/v1/jobs/{job['id']}/pages/{item['id']}").json["sitemaps"]
    assert {tuple(part.values())[1:] for part in said} == {
        (one.url + "/packed.xml.gz", "2024-02-03", "weekly", "0.8"), (one.url + "/list.txt", None, None, None)}


def test_images_of_sitemaps_are_in_the_inventory(api, job, two_sites):
    one, _ = two_sites
    rows = api.all(results(job, "occurrences?source=sitemap"))
    assert {(row["page_url"].removeprefix(one.url), row["url"].removeprefix(one.url), row["title"], row["alt"])
            for row in rows} == {("/orphan/6", "/s1.png", "A title", "A caption"), ("/", "/s2.png", None, None),
                                 ("/", "/s1.png", None, None)}
    assert len(rows) == 3 and {row["alt_state"] for row in rows} == {"not_applicable"}
    counts = job["counts"]
    assert counts["occurrences"] == sum(counts["alt"].values()) == len(api.all(results(job, "occurrences")))
    assert counts["alt"]["not_applicable"] == 3
    assert counts["images"] == len(api.all(results(job, "images")))


PAGES, PER_SITEMAP, KILLS = 40000, 10000, 12


def test_kill_9_in_the_middle_keeps_each_url_and_image_once(tmp_path):
    with StaticSite(Asked()) as site:
        site.pages["/"] = page("home")
        names = [f"/part{i}.xml" for i in range(PAGES // PER_SITEMAP)]
        site.pages["/sitemap.xml"] = index(*(site.url + name for name in names))
        for part, name in enumerate(names):
            numbers = range(part * PER_SITEMAP, (part + 1) * PER_SITEMAP)
            site.pages[name] = urlset(*(
                f"<loc>{site.url}/p/{i}</loc><lastmod>2024-01-01</lastmod><image:image><image:loc>{site.url}/i/{i}.png"
                "</image:loc></image:image>" for i in numbers))
        daemon, chance = Daemon(tmp_path / "data").start(), random.Random(7)
        try:
            job_id = daemon.create(site.url + "/", include=[site.url + "/"])  # the others are known, and skipped
            interrupted = 0
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 0.15))
                interrupted += daemon.job(job_id)["state"] == "running"
                daemon.kill()
                daemon.start()
            assert interrupted > 1, "the crawl was over before the kills were"
            job = daemon.wait_for(job_id)
            assert job["state"] == "finished"
            assert daemon.stop() == 0, daemon.log.read_text()
        finally:
            daemon.kill()
    with sqlite3.connect(tmp_path / f"data/jobs/{job_id}.sqlite") as database:
        def ask(query):
            return database.execute(query).fetchone()
        assert ask("PRAGMA integrity_check") == ("ok",)
        assert ask("SELECT count(*), count(DISTINCT url) FROM urls") == (PAGES + 1, PAGES + 1)
        assert ask("SELECT count(*), count(DISTINCT url_id) FROM sitemap_urls") == (PAGES, PAGES)
        assert ask("SELECT count(*), count(DISTINCT page_id) FROM occurrences WHERE source = 'sitemap'") == (PAGES, PAGES)
        assert ask("SELECT count(*) FROM occurrences o JOIN images i ON i.id = o.image_id JOIN urls u ON u.id = o.page_id"
                   " WHERE replace(i.url, '.png', '') = replace(u.url, '/p/', '/i/')") == (PAGES,)
        assert ask("SELECT count(*), sum(outcome = 'ok'), sum(entries) FROM sitemaps") == (5, 5, PAGES + 4)
    counts = job["counts"]
    assert counts["known"] == PAGES + 1 == counts["done"] + counts["skipped"]
    assert counts["occurrences"] == PAGES == counts["alt"]["not_applicable"]
