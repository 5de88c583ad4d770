"""Pages with very many links, fetched beside small ones: what they lead to comes into the job in several parts, and
none of it is lost or fetched twice."""
import collections

from static_site import StaticSite, page

RICH, SMALL, LINKS = 24, 24, 1300  # links of a page: more than are followed at once


def links_to(paths):
    return "".join(f'<a href="{path}">.</a>' for path in paths)


def make_pages():
    pages = {"/": page(links_to(f"/{kind}/{i}" for i in range(RICH) for kind in ("rich", "small"))),
             "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /leaf/\n")}
    for i in range(RICH):
        pages[f"/rich/{i}"] = page(links_to(f"/leaf/{i}/{link}" for link in range(LINKS)))
        pages[f"/small/{i}"] = page(links_to(f"/leaf/small/{i}/{link}" for link in range(3)))
    return pages


def test_what_rich_pages_lead_to_is_settled_once(daemon):
    with StaticSite(make_pages()) as site:
        job = daemon.crawl(site.url + "/", max_path_depth=100, detect_traps=False)
        assert (job["state"], job["reason"]) == ("finished", "complete")
        counts = job["counts"]
        assert counts["done"] == 1 + RICH + SMALL
        assert counts["skipped_by_reason"] == {"robots_disallowed": RICH * LINKS + SMALL * 3}
        pages = daemon.all(f"/v1/jobs/{job['id']}/pages?limit=1000")
        assert collections.Counter(one["state"] for one in pages) == {
            "done": counts["done"], "skipped": counts["skipped"]}
        assert len({one["url"] for one in pages}) == len(pages) == counts["known"]
