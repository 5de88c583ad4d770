"""What pages say of themselves: what they ask of crawlers and of those who gather data, what they really are."""
import csv
import io
import json
import sqlite3

import pytest
from static_site import StaticSite, page

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
IMAGE = '<img src="/%s.png" alt="a kite">'


def answer(body, status=200, **headers):
    head = {"Content-Type": "text/html; charset=utf-8"}
    head.update({name.replace("_", "-"): value for name, value in headers.items()})
    return status, head, body if isinstance(body, bytes) else body.encode()


def linking(*paths, more=""):
    return "".join(f'<a href="{path}">{path}</a>' for path in paths) + more


PAGES = {
    "/": page(linking("/meta", "/header", "/other-agent", "/tdm-meta", "/tdm-header", "/free"), title="Home"),
    "/meta": answer('<meta name="robots" content="NoIndex, noai">' + IMAGE % "meta"),
    "/header": answer(IMAGE % "header", X_Robots_Tag="imgcrawl: noimageai, noimageindex"),
    "/other-agent": answer(IMAGE % "other", X_Robots_Tag="googlebot: noindex, noai"),
    "/tdm-meta": answer('<meta name="tdm-reservation" content="1">'
                        '<meta name="tdm-policy" content="/policy.json">' + IMAGE % "tdm-meta"),
    "/tdm-header": answer(IMAGE % "tdm-header", tdm_reservation="1", tdm_policy="https://example.com/policy"),
    "/free": answer(IMAGE % "free"),
}
RESERVED = {"meta", "header", "tdm-meta", "tdm-header"}
OPEN = {"noindex": False, "nofollow": False, "noimageindex": False, "noai": False, "noimageai": False,
        "tdm_reserved": False, "tdm_policy": None}


def path_of(url):
    return "/" + url.split("/", 3)[3]


def pages_of(api, job):
    return {path_of(one["url"]): one for one in api.all(f"/v1/jobs/{job['id']}/pages?limit=1000")}


@pytest.fixture(scope="module")
def consented(api):
    with StaticSite(PAGES) as site:
        job = api.crawl(site.url + "/")
        assert job["state"] == "finished", job
        yield site, job


def test_a_page_tells_what_it_asks_of_readers(api, consented):
    site, job = consented
    pages = pages_of(api, job)
    assert pages["/meta"]["consent"] == {**OPEN, "noindex": True, "noai": True}
    assert pages["/header"]["consent"] == {**OPEN, "noimageai": True, "noimageindex": True}
    assert pages["/header"]["robots_tag"] == "imgcrawl: noimageai, noimageindex"
    assert pages["/other-agent"]["consent"] == OPEN
    assert pages["/tdm-meta"]["consent"] == {**OPEN, "tdm_reserved": True, "tdm_policy": site.url + "/policy.json"}
    assert pages["/tdm-header"]["consent"] == {**OPEN, "tdm_reserved": True,
                                               "tdm_policy": "https://example.com/policy"}
    assert pages["/free"]["consent"] == OPEN


def names(occurrences):
    return {one["url"].rpartition("/")[2].removesuffix(".png") for one in occurrences}


def test_each_image_tells_it_of_its_page_and_can_be_chosen_by_it(api, consented):
    _, job = consented
    everything = api.all(f"/v1/jobs/{job['id']}/occurrences")
    consents = {one["page_url"]: one["consent"] for one in everything}
    assert {path_of(url): consent for url, consent in consents.items()} == {
        path: one["consent"] for path, one in pages_of(api, job).items() if path != "/"}
    assert names(api.all(f"/v1/jobs/{job['id']}/occurrences?consent=reserved")) == RESERVED
    assert names(api.all(f"/v1/jobs/{job['id']}/occurrences?consent=open")) == {"other", "free"}
    assert api.get(f"/v1/jobs/{job['id']}/occurrences?consent=given").status == 400


def test_exports_tell_it_too(api, consented):
    _, job = consented
    lines = api.get(f"/v1/jobs/{job['id']}/export.jsonl").body.decode().splitlines()
    rows = {path_of(row["page_url"]): row for row in map(json.loads, lines)}
    assert rows["/meta"]["noai"] is True and rows["/meta"]["tdm_reserved"] is False
    assert rows["/tdm-header"]["tdm_policy"] == "https://example.com/policy"
    text = api.get(f"/v1/jobs/{job['id']}/export.csv").body.decode()
    table = {path_of(row["page_url"]): row for row in csv.DictReader(io.StringIO(text))}
    for path, row in rows.items():
        for name in ("noindex", "noimageindex", "noai", "noimageai", "tdm_reserved"):
            assert table[path][name] == str(int(row[name])), (path, name)


NOFOLLOW = {
    "/": page('<a href="/by-rel" rel="nofollow">1</a><a href="/both" rel="ugc nofollow">2</a>'
              + linking("/by-meta", "/by-header", "/second"), title="Home"),
    "/by-meta": answer('<meta name="robots" content="nofollow">' + linking("/below-meta", "/by-rel")),
    "/by-header": answer(linking("/below-header"), X_Robots_Tag="nofollow"),
    "/second": page('<a href="/both">2</a><a href="/by-rel" rel="nofollow">1</a>'),
    **{path: page("here") for path in ("/by-rel", "/both", "/below-meta", "/below-header")},
}


def unfollowed(api, job):
    file = sqlite3.connect(f"file:{api.data}/jobs/{job['id']}.sqlite?mode=ro", uri=True)
    rows = file.execute("SELECT unfollowed.url, rule FROM unfollowed").fetchall()
    file.close()
    return sorted((path_of(url), rule) for url, rule in rows)


def test_links_that_ask_so_are_not_followed_and_are_written_down_once(api):
    with StaticSite(NOFOLLOW) as site:
        job = api.crawl(site.url + "/")
        pages = pages_of(api, job)
        assert set(pages) == {"/", "/by-meta", "/by-header", "/second", "/both"}, "they do not become known"
        written = unfollowed(api, job)
        assert [row for row in written if row[0] != "/both"] == [
            ("/below-header", "robots_tag_nofollow"), ("/below-meta", "meta_nofollow"), ("/by-rel", "rel_nofollow")]
        assert len(written) == len({path for path, _ in written})
        details = [api.get(f"/v1/jobs/{job['id']}/pages/{one['id']}").json for one in pages.values()]
        assert sum(detail["unfollowed"] for detail in details) == len(written)


def test_a_job_may_follow_them(api):
    with StaticSite(NOFOLLOW) as site:
        job = api.crawl(site.url + "/", respect_nofollow=False)
        assert set(pages_of(api, job)) == set(NOFOLLOW)
        assert unfollowed(api, job) == []


SORRY = "<title>%s</title><h1>%s</h1><p>Sorry.</p>" + IMAGE % "error" + linking("/below-error")
CHALLENGE = ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
             + IMAGE % "spinner" + linking("/below-challenge"))
NOT_PAGES = {
    "/": page(linking("/png", "/pdf", "/untyped-png", "/untyped-html", "/text", "/utf16", "/soft", "/soft-ja",
                      "/article", "/challenge", "/challenge-403", "/challenge-503", "/denied"), title="Home"),
    "/png": answer(PNG + IMAGE.encode()),
    "/pdf": answer(b"%PDF-1.4 <img src=a.png>"),
    "/untyped-png": (200, {}, PNG),
    "/untyped-html": (200, {}, b"<!doctype html><img src=u.png>"),
    "/text": answer("<img src=t.png>", Content_Type="text/plain"),
    "/utf16": answer("\ufeff<title>\u00e9</title><img src=w.png>".encode("utf-16-le"), Content_Type="text/html"),
    "/soft": answer(SORRY % ("Page not found | Shop", "Oops")),
    "/soft-ja": answer(SORRY % ("店", "ページが見つかりません")),
    "/article": answer("<title>Page not found</title>" + "<p>How error pages should be made.</p>" * 60
                       + IMAGE % "article"),
    "/challenge": answer(CHALLENGE),
    "/challenge-403": answer(CHALLENGE, status=403, cf_mitigated="challenge"),
    "/challenge-503": answer(CHALLENGE, status=503, cf_mitigated="challenge"),
    "/denied": answer(CHALLENGE, status=403),
}


@pytest.fixture(scope="module")
def judged(api):
    with StaticSite(NOT_PAGES) as site:
        job = api.crawl(site.url + "/")
        assert job["state"] == "finished", job
        yield job, pages_of(api, job)


@pytest.mark.parametrize("path, outcome, sniffed_type, detail", [
    ("/png", "not_html", "image/png", "declared text/html, but the body is image/png"),
    ("/pdf", "not_html", "application/pdf", "declared text/html, but the body is application/pdf"),
    ("/untyped-png", "not_html", "image/png", "no Content-Type, and the body is image/png"),
    ("/untyped-html", "ok", None, None),
    ("/text", "not_html", None, "Content-Type is text/plain"),
    ("/utf16", "ok", None, None),
    ("/soft", "soft_404", None, 'title "Page not found | Shop", 22 characters of text'),
    ("/soft-ja", "soft_404", None, 'heading "ページが見つかりません", 29 characters of text'),
    ("/article", "ok", None, None),
    ("/challenge", "challenge", None, 'Cloudflare: "just a moment...", 16 characters of text'),
    ("/challenge-403", "challenge", None, "cf-mitigated: challenge, HTTP status 403"),
    ("/challenge-503", "challenge", None, "cf-mitigated: challenge, HTTP status 503"),
    ("/denied", "http_4xx", None, "HTTP status 403"),
])
def test_what_is_no_page_is_told_with_its_reason(judged, path, outcome, sniffed_type, detail):
    _, pages = judged
    one = pages[path]
    assert (one["outcome"], one["sniffed_type"], one["detail"]) == (outcome, sniffed_type, detail)


def test_what_is_no_page_gives_no_images_and_no_links(api, judged):
    job, pages = judged
    assert set(pages) == set(NOT_PAGES)
    assert names(api.all(f"/v1/jobs/{job['id']}/occurrences")) == {"u", "w", "article"}
    counts = job["counts"]
    assert counts["failed_by_reason"] == {"soft_404": 2, "challenge": 3, "http_4xx": 1}
    assert counts["skipped_by_reason"] == {"not_html": 4}
    assert counts["known"] == counts["done"] + counts["failed"] + counts["skipped"] == len(NOT_PAGES)


def test_soft_404_is_a_setting(api):
    with StaticSite(NOT_PAGES) as site:
        job = api.crawl(site.url + "/soft", detect_soft_404=False)
        pages = pages_of(api, job)
        assert pages["/soft"]["outcome"] == "ok" and "/below-error" in pages
        assert names(api.all(f"/v1/jobs/{job['id']}/occurrences")) == {"error"}


def test_the_charset_of_pages_that_tell_none_is_a_setting(api):
    title = "Страница о котах"
    with StaticSite({"/": answer(f"<title>{title}</title>".encode("koi8-r"), Content_Type="text/html")}) as site:
        job = api.crawl(site.url + "/", default_charset="koi8-r")
        only = pages_of(api, job)["/"]
        assert (only["charset"], only["title"]) == ("KOI8-R", title)
        assert pages_of(api, api.crawl(site.url + "/"))["/"]["charset"] == "windows-1252"


def test_queries_are_written_in_the_charset_of_their_page(api):
    link = '<a href="/\u732b?\u732b=\u043a">\u732b</a>'
    query = "".join(f"%{byte:02X}" for byte in "\u732b".encode("euc-kr")) + "=" \
        + "".join(f"%{byte:02X}" for byte in "\u043a".encode("euc-kr"))
    pages = {"/": answer(link.encode("euc-kr", "replace"), Content_Type="text/html; charset=euc-kr"),
             "/%E7%8C%AB?" + query: page("here")}
    with StaticSite(pages) as site:
        job = api.crawl(site.url + "/")
        assert pages_of(api, job)["/%E7%8C%AB?" + query]["outcome"] == "ok"
