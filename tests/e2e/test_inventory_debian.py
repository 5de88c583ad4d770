"""The images of two real sites, python-sklearn-doc and gimp-help-en, are those that another parser finds, page by page.

All pages that were crawled are compared: of gimp-help-en every page, of python-sklearn-doc as many as debian_pages.py
says, as html5lib is slow.
"""
import collections
import concurrent.futures
import urllib.parse

import debian_pages
import handbook
import pytest
from daemon import Daemon
from nginx_site import NginxSite

# How often each source has to occur, so that the comparison is about something: (pages, references by source).
LEAST = {debian_pages.SKLEARN: (280, {"img": 1300, "srcset": 200, "icon": 280, "og_image": 280, "link": 2}),
         debian_pages.GIMP: (680, {"img": 6700, "link": 1})}


def crawl(package, folder):
    """The rows of each page that was crawled: {url: Counter of (source, url, alt)}."""
    daemon = Daemon(folder / "data", program=handbook.PLAIN).start()
    try:
        with NginxSite(package.root, folder) as site:
            job = daemon.crawl(*(site.url + seed for seed in package.seeds), max_pages=package.max_pages)
            assert job["state"] == "finished", job
            rows = {page["url"]: collections.Counter()
                    for page in daemon.all(f"/v1/jobs/{job['id']}/pages?limit=1000&state=done")}
            for row in handbook.export(daemon, job["id"]):
                rows[row["page_url"]][row["source"], row["url"], row["alt"]] += 1
            assert job["counts"]["occurrences"] == sum(count.total() for count in rows.values())
            return site.url, rows
    finally:
        daemon.kill()


def read(root, site_url, page_url):
    path = urllib.parse.unquote(urllib.parse.urlsplit(page_url.removeprefix(site_url)).path)
    return collections.Counter(debian_pages.references((root / path).read_bytes(), page_url))


@pytest.mark.parametrize("package", LEAST, ids=lambda package: package.name)
def test_the_images_are_those_that_another_parser_finds(tmp_path, package):
    site_url, rows = crawl(package, tmp_path)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        counted = dict(zip(rows, pool.map(read, *zip(*((package.root, site_url, url) for url in rows)), chunksize=8)))
    least_pages, least = LEAST[package]
    assert len(rows) >= least_pages, "few links lead to what is not in the package"
    wrong = {url: {"missing": dict(counted[url] - rows[url]), "unexpected": dict(rows[url] - counted[url])}
             for url in rows if rows[url] != counted[url]}
    assert not wrong, f"{len(wrong)} of {len(rows)} pages, such as {list(wrong.items())[:3]}"
    by_source = collections.Counter()
    for page in counted.values():
        for (source, _, _), count in page.items():
            by_source[source] += count
    assert all(by_source[source] >= least[source] for source in least), by_source
