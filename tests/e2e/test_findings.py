"""What rules find, from the page to the API: verdicts, findings by template, search, and all filters together."""
import time
import urllib.parse

import pytest
from static_site import StaticSite, page

LOGO = "<header><a href=/1><img src=/logo.png alt=''></a></header>"
PAGES = {f"/{n}": page(f"{LOGO}<main><img src=/photo-{n}.jpg alt='Café number {n}' width=1 height=1>"
                       f"<img src=/x{n}.png><img src=/same{n}.png alt='One kite'><a href=/{n + 1}>next</a></main>")
         for n in range(1, 6)}


@pytest.fixture(scope="module")
def crawled(api):
    """(service, path of the job) once its index is there."""
    with StaticSite(PAGES) as site:
        job = api.crawl(site.url + "/1", sitemaps="off")
        yield api, f"/v1/jobs/{wait_for_index(api, job['id'])}"


def wait_for_index(daemon, job_id):
    deadline = time.monotonic() + 60
    while daemon.get(f"/v1/jobs/{job_id}").json["index"]["state"] != "ready":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job_id


def test_rules_are_told(crawled):
    rules = {rule["name"]: rule for rule in crawled[0].get("/v1/rules").json["items"]}
    assert rules["alt_missing"]["severity"] == "error" and "1.1.1" in rules["alt_missing"]["cites"]
    assert rules["decorative"]["severity"] == "good" and rules["broken"]["needs"] == "probe"


def test_the_same_place_on_many_pages_is_one_finding(crawled):
    daemon, job = crawled
    findings = daemon.all(job + "/findings?limit=2")
    logo = [finding for finding in findings if finding["rule"] == "alt_empty_in_link"]
    assert [(finding["pages"], finding["images"], finding["occurrences"]) for finding in logo] == [(5, 1, 5)]
    assert len(daemon.all(logo[0]["links"]["occurrences"])) == 5
    missing = next(finding for finding in findings if finding["rule"] == "alt_missing")
    assert (missing["pages"], missing["images"]) == (5, 5)
    order = ["error", "warning", "notice"]
    assert [order.index(finding["severity"]) for finding in findings] == sorted(
        order.index(finding["severity"]) for finding in findings)


def test_the_sums_agree(crawled):
    daemon, job = crawled
    sums = daemon.get(job).json["counts"]["verdicts"]
    assert sums["alt_missing"] == 5 and sums["alt_empty_in_link"] == 5 and sums["alt_repeated"] == 5
    for rule, count in sums.items():
        assert len(daemon.all(f"{job}/occurrences?rule={rule}&limit=3")) == count
    page = daemon.get(job + "/pages/1").json
    assert page["verdicts"]["alt_missing"] == 1


@pytest.mark.parametrize("query, count", [
    ("q=cafe", 5), ("q=CAF%C3%89+3", 1), ("q=%22number+3%22", 1), ("q=%223+number%22", 0), ("q=numb*", 5), ("q=photo", 5),
    ("q=kite&rule=alt_repeated&landmark=main", 5), ("q=cafe&rule=alt_missing", 0), ("severity=error&landmark=header", 5),
    ("link_only=true", 5), ("link_only=false&alt_state=missing", 5), ("probe=none&landmark=header", 5), ("min_bytes=1", 0),
    ("template=0123456789abcdef", 0), ("rule=alt_missing&severity=warning", 0), ("image_type=image/png", 0),
])
def test_filters_and_search_go_together(crawled, query, count):
    daemon, job = crawled
    found = daemon.all(f"{job}/occurrences?{query}&limit=2")
    assert len(found) == count
    images = {item["image_id"] for item in found}
    assert {image["id"] for image in daemon.all(f"{job}/images?{query}&limit=3")} == images


@pytest.mark.parametrize("text", ['"', "''", "alt:x", "a OR b", "NEAR(a b)", "*", "(", "-a", "a AND", '"a" * "', "\\", "%00a",
                                  "; DROP TABLE pages", "{alt}:x", "^a", "a" * 1000, "\u0301", "\U0001f600"])
def test_no_search_is_an_error(crawled, text):
    daemon, job = crawled
    quoted = text if text == "%00a" else urllib.parse.quote(text)
    answer = daemon.get(f"{job}/occurrences?q={quoted}")
    assert answer.status == (400 if text == "%00a" else 200), answer
    if answer.status == 200:
        assert answer.json["searched"] == "index"


def test_what_is_wrong_is_told(crawled):
    daemon, job = crawled
    for query in ("q=" + "+".join("abcdefghijklmnopqrstuvwxyzabcdefgh"), "rule=none", "severity=bad", "min_bytes=0",
                  "link_only=maybe", "landmark=top"):
        assert daemon.get(f"{job}/occurrences?{query}").status == 400, query
