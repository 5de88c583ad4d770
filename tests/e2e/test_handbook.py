"""A crawl of a real site finds what is there: every page fetched once, and the images and links that another walk
with another parser counts, however many parse processes there are and whatever the loop waits with."""
import collections

import handbook
import pytest
from daemon import IMGCRAWL, Daemon

FACTS = ("link_elements", "image_elements", "status", "content_type")
WAYS = [(handbook.PLAIN, 1, "epoll"), (handbook.PLAIN, 2, "epoll"), (handbook.PLAIN, 4, "epoll"),
        (handbook.PLAIN, 2, "poll"), (handbook.PLAIN, 2, "select"), (handbook.PLAIN, 2, "io_uring"),
        (IMGCRAWL, 2, "auto")]


@pytest.mark.parametrize("program, processes, backend", WAYS,
                         ids=["1-process", "2-processes", "4-processes", "poll", "select", "io_uring", "sanitizers"])
def test_the_handbook_is_fetched_once_and_counted_right(tmp_path, handbook_site, counted, handbook_requests, program,
                                                        processes, backend):
    daemon = Daemon(tmp_path / "data", "--set", f"parse.processes={processes}", "--set", f"loop.backend={backend}",
                    program=program)
    if backend == "io_uring" and is_missing(daemon):
        return
    daemon.start()
    try:
        check_loop(daemon, backend)
        job = daemon.wait_for(daemon.create(*handbook.seeds_of(handbook_site)), seconds=120)
        assert (job["state"], job["reason"]) == ("finished", "complete")
        check_requests(handbook_requests(), handbook_site, counted)
        check_counts(job["counts"], counted)
        check_pages(daemon.all(f"/v1/jobs/{job['id']}/pages?limit=1000"), counted)
        assert handbook.kept_rows(daemon, job["id"]) == sorted(counted.rows(), key=handbook.sortable)
        check_images(daemon.all(f"/v1/jobs/{job['id']}/images?limit=1000"), counted)
        assert daemon.stop() == 0, daemon.log.read_text()
    finally:
        daemon.kill()
    handbook.check_sound(daemon.data, job["id"])


def is_missing(daemon):
    """Whether kernel or libev lack the backend; then the program has to say so, and not take another."""
    daemon.launch()
    lacks = daemon.process.stdout.readline() == ""
    if lacks:
        assert daemon.process.wait(30) == 1
        assert "the loop backend io_uring is not to be had on this machine" in daemon.log.read_text()
    daemon.kill()
    return lacks


def check_loop(daemon, backend):
    used = daemon.get("/healthz").json["loop"]["backend"]
    assert used == ("epoll" if backend == "auto" else backend)


def check_requests(requests, site, counted):
    assert requests.pop(site.url + "robots.txt", 0) == 1
    assert requests.pop(site.url + "sitemap.xml", 0) == 1
    assert requests == dict.fromkeys([*counted.pages, *counted.not_pages], 1)


def check_counts(counts, counted):
    assert counts["known"] == counts["done"] + counts["skipped"] + counts["failed"]
    assert counts["queued"] == counts["in_flight"] == 0
    assert (counts["done"], counts["failed"]) == (len(counted.pages), len(counted.not_pages))
    assert counts["skipped_by_reason"] == {"out_of_scope": len(counted.outside)}
    rows = counted.rows()
    assert (counts["images"], counts["occurrences"]) == (len(counted.images()), len(rows))
    states = collections.Counter(row[5] for row in rows)
    assert counts["alt"] == {state: states[state] for state in ("missing", "empty", "whitespace", "text", "not_applicable")}


def check_pages(pages, counted):
    by_state = {state: [page for page in pages if page["state"] == state] for state in ("done", "failed", "skipped")}
    assert {page["url"]: tuple(page[fact] for fact in FACTS) for page in by_state["done"]} == {
        url: (page.link_elements, page.image_elements, 200, "text/html") for url, page in counted.pages.items()}
    assert {page["url"]: page["status"] for page in by_state["failed"]} == counted.not_pages
    assert {page["url"] for page in by_state["skipped"]} == counted.outside
    assert len(pages) == len({page["url"] for page in pages}) == sum(map(len, by_state.values()))


def check_images(images, counted):
    shown = collections.Counter(row[1] for row in counted.rows())
    assert len(images) == len(shown)
    assert {image["url"]: image["occurrences"] for image in images} == shown
