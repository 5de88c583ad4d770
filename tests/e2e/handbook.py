"""The Debian Administrator's Handbook, 3,302 pages in 26 languages, as a site of one's own; and a crawl's inventory:
what it found, in a form in which two crawls can be compared."""
import dataclasses
import json
import os
import pathlib
import sqlite3

from daemon import ROOT, Daemon
from nginx_site import NginxSite

BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
PAGES = BUILD / "corpus/debian-handbook/usr/share/doc/debian-handbook/html"
PLAIN = os.environ.get("IMGCRAWL_PLAIN", str(BUILD / "plain/imgcrawl"))
KEPT = ("page_url", "url", "source", "position", "alt", "alt_state", "title", "width", "height", "loading")


def open_site(folder):
    assert PAGES.is_dir(), f"{PAGES} is missing: make {BUILD}/corpus/debian-handbook"
    return NginxSite(PAGES, folder)


def seeds_of(site):
    """The first page of each language: none links to another language."""
    return [f"{site.url}{index.parent.name}/index.html" for index in sorted(PAGES.glob("*/index.html"))]


@dataclasses.dataclass
class Inventory:
    pages: list  # (url, state, outcome), sorted
    rows: list  # of the export, without what depends on the order of the visits, sorted


def export(daemon, job_id):
    answer = daemon.get(f"/v1/jobs/{job_id}/export.jsonl")
    assert answer.status == 200, answer
    return [json.loads(line) for line in answer.body.splitlines()]


def sortable(row):
    return [("" if value is None else str(value)) for value in row]


def kept_rows(daemon, job_id):
    rows = [tuple(row[name] for name in KEPT) for row in export(daemon, job_id)]
    return sorted(rows, key=sortable)


def inventory_of(daemon, job_id):
    pages = daemon.all(f"/v1/jobs/{job_id}/pages?limit=1000")
    return Inventory(sorted((page["url"], page["state"], page["outcome"]) for page in pages),
                     kept_rows(daemon, job_id))


def undisturbed(data, seeds):
    """The inventory of a crawl that nothing happened to."""
    daemon = Daemon(data, program=PLAIN).start()
    try:
        job = daemon.crawl(*seeds)
        assert job["state"] == "finished", job
        return inventory_of(daemon, job["id"])
    finally:
        daemon.kill()


def same(found, wanted):
    """Told by what differs, which may be two of nine thousand."""
    assert set(found.pages) ^ set(wanted.pages) == set()
    assert set(found.rows) ^ set(wanted.rows) == set()
    assert found == wanted


def check_sound(data, job_id):
    """Both databases are whole, and nothing is in the job's file twice."""
    for file in (data / "imgcrawl.db", data / f"jobs/{job_id}.sqlite"):
        with sqlite3.connect(file) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
    with sqlite3.connect(data / f"jobs/{job_id}.sqlite") as database:
        for table, key in (("urls", "url"), ("images", "url"), ("origins", "origin"),
                           ("occurrences", "page_id, position, source, descriptor")):
            query = f"SELECT {key}, count(*) FROM {table} GROUP BY {key} HAVING count(*) > 1 LIMIT 3"
            assert database.execute(query).fetchall() == [], table
        lost = "SELECT count(*) FROM occurrences WHERE page_id NOT IN (SELECT id FROM pages)"
        assert database.execute(lost).fetchone() == (0,)
    database.close()
