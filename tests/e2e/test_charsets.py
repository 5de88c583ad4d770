"""The documentation of Apache httpd in twelve languages and three charsets, crawled and held against Python's own
decoding and libxml2's parsing: titles and alt texts arrive as the same UTF-8. The server declares no charset, so that
each page's own meta element decides."""
import codecs
import collections
import re
import urllib.parse

import handbook
import lxml.html
import pytest
from daemon import Daemon
from nginx_site import NginxSite

PAGES = handbook.BUILD / "corpus/apache2-doc/usr/share/doc/apache2-doc/manual"
PARSER = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
# Labels of the WHATWG Encoding Standard that stand for more than their name says.
CODECS = {"iso-8859-1": "cp1252", "euc-kr": "cp949"}
NAMES = {"utf-8": "UTF-8", "iso-8859-1": "windows-1252", "euc-kr": "EUC-KR"}
HTML_SPACE = " \t\n\f\r"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    assert PAGES.is_dir(), f"{PAGES} is missing: make {handbook.BUILD}/corpus/apache2-doc"
    daemon = Daemon(tmp_path_factory.mktemp("charsets") / "data").start()
    with NginxSite(PAGES, tmp_path_factory.mktemp("nginx")) as site:
        seeds = [f"{site.url}{index.parent.name}/index.html" for index in sorted(PAGES.glob("*/index.html"))]
        job = daemon.crawl(*seeds, delay_ms=0)
        assert job["state"] == "finished", job
        pages = daemon.all(f"/v1/jobs/{job['id']}/pages?state=done&limit=1000")
        yield {page["url"]: page for page in pages if page["outcome"] == "ok"}, handbook.export(daemon, job["id"])
    daemon.kill()


def file_of(url):
    path = urllib.parse.unquote(urllib.parse.urlsplit(url).path).lstrip("/")
    return PAGES / (path + "index.html" if path.endswith("/") or not path else path)


def declared_charset(body):
    match = re.search(rb"""<meta[^>]*charset=["']?([\w-]+)""", body[:1024], re.I)
    return match.group(1).decode().lower() if match else None


def decoded(url):
    """The page's document by the charset that it declares, and that charset; None where it declares none."""
    body = file_of(url).read_bytes()
    charset = declared_charset(body)
    if charset is None:
        return None, None
    text = codecs.decode(body, CODECS.get(charset, charset))
    return lxml.html.document_fromstring(text.encode(), parser=PARSER), charset


def title_of(document):
    title = document.find(".//title")
    return None if title is None else " ".join(re.split(f"[{HTML_SPACE}]+", title.text_content().strip(HTML_SPACE)))


def test_pages_in_every_charset_of_the_corpus_are_read(crawled):
    pages, _ = crawled
    charsets = collections.Counter(page["charset"] for page in pages.values())
    assert charsets["UTF-8"] > 1000 and charsets["EUC-KR"] > 90 and charsets["windows-1252"] > 40, charsets
    languages = {urllib.parse.urlsplit(url).path.split("/")[1] for url in pages}
    assert languages >= {index.parent.name for index in PAGES.glob("*/index.html")}


def test_titles_and_alt_texts_are_the_same_utf_8(crawled):
    pages, rows = crawled
    alts = collections.defaultdict(list)
    for row in sorted(rows, key=lambda row: row["position"]):
        if row["source"] == "img":
            alts[row["page_url"]].append(row["alt"])
    wrong, compared, words = [], collections.Counter(), collections.Counter()
    for url, page in pages.items():
        document, charset = decoded(url)
        if document is None:
            continue
        expected = (NAMES[charset], title_of(document), [image.get("alt") for image in document.iter("img")])
        given = (page["charset"], page["title"], alts[url])
        compared[charset] += 1
        words[charset] += any(ord(c) > 127 for c in page["title"] + "".join(alt or "" for alt in alts[url]))
        if given != expected:
            wrong.append((url, given, expected))
    assert not wrong, f"{len(wrong)} of {sum(compared.values())}: {wrong[:3]}"
    assert set(compared) == {"utf-8", "iso-8859-1", "euc-kr"}, compared
    assert words["euc-kr"] > 50 and words["iso-8859-1"] > 5 and words["utf-8"] > 200, "they have words beyond ASCII"
