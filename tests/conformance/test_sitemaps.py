"""Sitemaps and feeds that others wrote, put to `imgcrawl inspect sitemap`.

IMGCRAWL names the binary (build/imgcrawl), CASES the folder (../shared/cases beside the repository).
Without the folder the tests are skipped, with CI set they fail. What a file is expected to give is
counted here by another XML reader (lxml), or written down where there is none.
"""
import base64
import gzip
import json
import os
import pathlib
import subprocess

import pytest
from lxml import etree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("IMGCRAWL", ROOT / "build/imgcrawl"))
CASES = pathlib.Path(os.environ.get("CASES", ROOT / "../shared/cases"))
SITEMAP_URL = "http://www.example.com/sitemap"

URLSETS = {
    "hebdenbridgetimes-articles-sitemap.xml": (74, 94),
    "shinpaideshou-news-sitemap.xml": (3, 0),
    "sitemap-links.xml": (3, 0),
    "sitemap-news.xml": (2, 0),
    "sitemap-videos.xml": (3, 0),
    "sitemap.badns.xml": (2, 0),
    "sitemap.ns.xml": (2, 0),
}
LISTS = {
    "atom.xml": ("atom", [("http://example.org/2003/12/13/atom03", "2003-12-13T18:30:02Z")]),
    "feed.rss": ("rss", [
        ("https://www.example.com/blog/post/1", "Sun, 06 Sep 2009 16:20:00 +0000"),
        ("https://www.example.com/guid.html", None),
        ("https://www.example.com/foo?q=a&l=en", None),
        ("https://www.example.com/foo?q=a&l=fr", None)]),
    "sitemap.txt.gz": ("text", [
        ("http://www.example.com/", None),
        ("http://www.example.com/catalog?item=12&desc=vacation_hawaii", None),
        ("http://www.example.com/catalog?item=73&desc=vacation_new_zealand", None),
        ("http://www.example.com/catalog?item=74&desc=vacation_newfoundland", None),
        ("http://www.example.com/catalog?item=83&desc=vacation_usa", None)]),
}


def folder():
    path = CASES / "sitemaps"
    if not path.is_dir():
        message = f"SKIPPED: no third-party cases at {path}; set CASES to where they are"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def case(name):
    path = folder() / name
    assert path.is_file(), f"{path} is missing"
    return path.read_bytes()


def inspect(*files, **members):
    requests = [{"data_b64": base64.b64encode(data).decode(), "url": SITEMAP_URL} | members
                for data in files]
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([BINARY, "inspect", "sitemap"], input=lines, text=True, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(files)
    return answers if len(answers) > 1 else answers[0]


def text_of(element, name):
    """The trimmed text of the first child of that local name; None where there is none."""
    found = element.xpath(f"./*[local-name()='{name}']")
    text = "".join(found[0].itertext()).strip() if found else ""
    return text or None


def expected_of_urlset(data):
    """URLs and images as another reader sees them."""
    urls, images = [], []
    for url in etree.fromstring(data).xpath("./*[local-name()='url']"):
        members = {name: text_of(url, name) for name in ("loc", "lastmod", "changefreq", "priority")}
        urls.append({key: value for key, value in members.items()
                     if value is not None or key == "lastmod"})
        for image in url.xpath("./*[local-name()='image']"):
            images.append({"page": members["loc"]}
                          | {name: text_of(image, name) for name in ("loc", "title", "caption")})
    return urls, images


@pytest.mark.parametrize("name", URLSETS)
def test_urlset_is_what_another_reader_sees(name):
    data = case(name)
    answer = inspect(data)
    urls, images = expected_of_urlset(data)
    assert (len(urls), len(images)) == URLSETS[name]
    assert (answer["kind"], answer["flags"], answer["unusable"]) == ("urlset", [], 0)
    assert answer["urls"] == urls
    assert answer["images"] == images


@pytest.mark.parametrize("name", LISTS)
def test_feeds_and_text(name):
    kind, urls = LISTS[name]
    answer = inspect(case(name))
    assert (answer["kind"], answer["flags"], answer["images"]) == (kind, [], [])
    assert [(url["loc"], url["lastmod"]) for url in answer["urls"]] == urls


def test_all_other_files_are_no_sitemaps():
    known = URLSETS.keys() | LISTS.keys()
    names = sorted(path.name for path in folder().iterdir())
    others = [name for name in names if name not in known]
    assert len(others) == len(names) - len(known) > 0
    answers = inspect(*[case(name) for name in others])
    assert [(name, answer["kind"], answer["urls"]) for name, answer in zip(others, answers)] \
        == [(name, "unknown", []) for name in others]


@pytest.mark.parametrize("name", [*URLSETS, *LISTS])
def test_packed_again_it_is_the_same(name):
    data = case(name)
    plain = inspect(data)
    assert inspect(gzip.compress(data), content_type="text/html; charset=utf-8") == plain


@pytest.mark.parametrize("name", [*URLSETS, "atom.xml", "feed.rss"])
def test_cut_anywhere_it_gives_a_beginning(name):
    data = case(name)
    whole = inspect(data)
    cuts = range(1, len(data.rstrip()), max(1, len(data) // 40))
    for cut, answer in zip(cuts, inspect(*[data[:cut] for cut in cuts])):
        count = len(answer["urls"])
        locs = [url["loc"] for url in answer["urls"]]
        assert locs == [url["loc"] for url in whole["urls"]][:count], cut
        assert "broken" in answer["flags"] or answer["kind"] == "unknown", cut


def test_index_entries_are_told_as_sitemaps():
    answer = inspect(b"<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2020</lastmod></sitemap></sitemapindex>")
    assert answer["kind"] == "index"
    assert answer["urls"] == [
        {"loc": "http://www.example.com/a.xml", "lastmod": "2020", "is_sitemap": True}]


def test_entity_bomb_is_refused():
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE urlset [<!ENTITY l0 "ha">{levels}]><urlset><url><loc>&l9;</loc></url></urlset>'
    answer = inspect(bomb.encode())
    assert (answer["flags"], answer["urls"]) == (["refused"], [])


@pytest.mark.parametrize("arguments, status, stdout", [
    (["/dev/null"], 0, "unknown, 0 URLs, 0 images\n"),
    (["/dev/null", "--url", "ftp://a/"], 1, ""),
    (["/dev/null", "more"], 2, ""),
])
def test_arguments_answer_a_person(arguments, status, stdout):
    done = subprocess.run([BINARY, "inspect", "sitemap", *arguments], text=True, capture_output=True,
                          timeout=60)
    assert (done.returncode, done.stdout) == (status, stdout)
    assert bool(done.stderr) == (status != 0)
