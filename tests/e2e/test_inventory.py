"""The image inventory of a small site is what was written down by hand: nothing is missing, nothing too much, and each
row tells what is around its image.

To add a page: put NAME.html into tests/e2e/inventory and NAME.json beside it, with `about`, a sentence that says what
the page shows, and `rows`, what has to be found, in document order. A row names its `source` and what it has of raw,
url, descriptor, alt_state ("not_applicable"), alt, name, link, caption, heading, landmark and flags; what is left out
has to be absent. Further fields of an occurrence (title, width, sizes …) are compared where they are written. `all`
gives what most rows share. An address that begins with a slash is one of the site; "*" at the end of a value is any
text or none. Nothing else has to be changed: the index of the site and the tests are made from the folder. Expectations
come from the standards (HTML, CSS, URL, accname, HTML-AAM, Open Graph, schema.org), not from what the program answers.
"""
import base64
import collections
import json
import subprocess

import image_inventory as inventory
import pytest
from daemon import IMGCRAWL, Daemon
from handbook import PLAIN
from static_site import StaticSite

PATHS = sorted("/" + file.stem + ".html" for file in inventory.FOLDER.glob("*.json"))
SOURCES = {"img", "srcset", "picture", "lazy_src", "lazy_srcset", "lazy_background", "input", "poster", "svg_image",
           "svg", "object", "embed", "style_attribute", "style_element", "style_sheet", "icon", "apple_touch_icon",
           "preload", "image_src", "og_image", "twitter_image", "json_ld", "link", "sitemap"}
LANDMARKS = {None, "header", "nav", "main", "aside", "footer"}
ALT_STATES = {"missing", "empty", "whitespace", "text", "not_applicable"}


@pytest.fixture(scope="module")
def small_site():
    with StaticSite({}) as site:
        site.pages.update(inventory.table(site))
        yield site


@pytest.fixture(scope="module")
def expected(small_site):
    return inventory.load(small_site.url)


@pytest.fixture(scope="module", params=[IMGCRAWL, PLAIN], ids=["sanitizers", "sandbox"])
def crawled_rows(request, tmp_path_factory, small_site):
    """{path: rows in order of position}. Sanitizers and the sandbox of parse processes exclude each other."""
    daemon = Daemon(tmp_path_factory.mktemp("inventory") / "data", program=request.param).start()
    try:
        job = daemon.crawl(small_site.url + "/", style_sheets=True)
        assert job["state"] == "finished", job
        occurrences = daemon.all(f"/v1/jobs/{job['id']}/occurrences?limit=1000")
    finally:
        daemon.kill()
    rows = collections.defaultdict(list)
    for row in occurrences:
        rows[row["page_url"].removeprefix(small_site.url)].append(inventory.found(row))
    return {path: sorted(of_page, key=lambda row: (row["position"], row["id"])) for path, of_page in rows.items()}


def check(page, rows):
    lines = inventory.compare(page, rows)
    assert not lines, f"{page.path} ({page.about}):\n" + "\n".join(lines)
    lines = inventory.out_of_order(page, rows)
    assert not lines, f"{page.path}, order of the rows:\n" + "\n".join(lines)


@pytest.mark.parametrize("path", PATHS)
def test_a_crawl_finds_what_is_on_the_page(crawled_rows, expected, path):
    check(expected[path], crawled_rows.get(path, []))


def test_a_crawl_finds_nothing_else(crawled_rows, expected):
    assert set(crawled_rows) <= set(expected)
    assert sum(map(len, crawled_rows.values())) == sum(len(page.rows) for page in expected.values())


@pytest.mark.parametrize("path", PATHS)
def test_inspect_finds_the_same_in_the_page_alone(small_site, expected, path):
    request = {"html_b64": base64.b64encode(small_site.pages[path][2]).decode(), "base": small_site.url + path,
               "content_type": "text/html"}
    done = subprocess.run([IMGCRAWL, "inspect", "html"], input=json.dumps(request) + "\n", text=True,
                          capture_output=True, timeout=60)
    whole = expected[path]
    rows = [row for row in whole.rows if row["source"] not in inventory.NOT_IN_THE_PAGE]
    check(inventory.Page(path, whole.about, rows), [inventory.found(row) for row in json.loads(done.stdout)["images"]])


def test_the_pages_show_everything_that_the_program_tells_apart(expected):
    rows = [row for page in expected.values() for row in page.rows]
    assert {row["source"] for row in rows} == SOURCES
    assert {row["landmark"] for row in rows} == LANDMARKS
    assert {row["alt_state"] for row in rows} - {"*"} == ALT_STATES
    assert {flag for row in rows for flag in row["flags"]} == set(inventory.FLAGS)


def test_the_pages_tell_their_charsets_themselves(small_site):
    """So a page in another charset is one that has to be decoded."""
    for path in ("/russian.html", "/japanese.html", "/greek.html", "/korean.html"):
        with pytest.raises(UnicodeDecodeError):
            small_site.pages[path][2].decode()
