"""What a crawl found, through the API: filters, cursors, parameters, exports."""
import csv
import io
import json
import re

import pytest
from api_client import refused, results


# ---- what was found ----

def test_pages_tell_what_became_of_each_url(api, site, crawled):
    pages = {page["url"].removeprefix(site.url): page for page in api.all(results(crawled, "pages"))}
    assert set(pages) == {"/", "/old", "/new", "/two", "/gone", "/file.pdf"}
    home = pages["/"]
    assert (home["state"], home["outcome"], home["status"], home["title"]) == ("done", "ok", 200, "Home of kites")
    assert home["parent_id"] is None and home["via"] == "seed" and home["depth"] == 0
    assert (home["link_elements"], home["image_elements"]) == (4, 3)
    old = pages["/old"]
    assert (old["outcome"], old["status"], old["via"]) == ("redirected", 302, "link")
    assert (pages["/new"]["via"], pages["/new"]["hops"], pages["/new"]["parent_id"]) == ("redirect", 1, old["id"])
    assert (pages["/gone"]["state"], pages["/gone"]["outcome"], pages["/gone"]["status"]) == ("failed", "http_4xx", 410)
    assert (pages["/file.pdf"]["state"], pages["/file.pdf"]["outcome"]) == ("skipped", "not_html")


def test_one_page_tells_how_it_was_reached(api, site, crawled):
    new = next(page for page in api.all(results(crawled, "pages")) if page["url"].endswith("/new"))
    page = api.get(results(crawled, f"pages/{new['id']}")).json
    assert [step["url"] for step in page["redirect_chain"]][0] == site.url + "/old"
    assert page["parent_url"] == site.url + "/old"
    assert api.get(page["links"]["parent"]).json["url"] == site.url + "/old"
    assert {image["url"].rpartition("/")[2] for image in api.get(page["links"]["images"]).json["items"]} == {
        "a.png", "c.png", "c2.png"}
    assert len(api.get(page["links"]["occurrences"]).json["items"]) == 3
    assert api.get(page["links"]["self"]).json == page


def test_an_unknown_page_is_told(api, crawled):
    refused(api.get(results(crawled, "pages/999")), 404, "page-not-found")


@pytest.mark.parametrize("query, urls", [
    ("state=done", {"/", "/old", "/new", "/two"}), ("state=failed", {"/gone"}), ("state=skipped", {"/file.pdf"}),
    ("state=queued", set()), ("outcome=redirected", {"/old"}), ("outcome=not_html", {"/file.pdf"}), ("status=302", {"/old"}),
    ("status=4xx", {"/gone"}), ("status=404", set()), ("text=KITES", {"/"}), ("text=/TWO", {"/two"}),
    ("host=127.0.0.1&status=410", {"/gone"}), ("host=elsewhere.example", set()), ("text=%25", set()),
])
def test_pages_are_filtered(api, site, crawled, query, urls):
    pages = api.all(results(crawled, "pages?" + query))
    assert {page["url"].removeprefix(site.url) for page in pages} == urls


def names(items):
    return {item["url"].rpartition("/")[2] for item in items}


@pytest.mark.parametrize("query, images", [
    ("", {"a.png", "b.png", "c.png", "c2.png", "d.png"}), ("alt_state=missing", {"b.png"}), ("alt_state=empty", {"b.png"}),
    ("alt_state=whitespace", {"a.png"}), ("alt_state=text", {"a.png", "c.png", "c2.png", "d.png"}),
    ("host=images.example", {"d.png"}), ("source=srcset", {"c2.png"}), ("text=kite", {"a.png"}), ("text=d.png", {"d.png"}),
    ("text=0%25%20_", {"d.png"}), ("page_id=1", {"a.png", "b.png"}), ("page_id=77", set()),
])
def test_images_are_filtered(api, crawled, query, images):
    found = api.all(results(crawled, "images?" + query))
    assert len(found) == len(names(found))
    assert names(found) == images


def test_an_image_tells_where_and_how_it_is_described(api, site, crawled):
    images = {image["url"].rpartition("/")[2]: image for image in api.all(results(crawled, "images"))}
    a, b = images["a.png"], images["b.png"]
    assert (a["occurrences"], a["pages"], a["alt_sample"]) == (2, 2, "A red kite")
    assert a["alt"] == {"missing": 0, "empty": 0, "whitespace": 1, "text": 1, "not_applicable": 0}
    assert (b["occurrences"], b["pages"], b["alt_sample"]) == (2, 1, None)
    assert b["first_page_url"] == site.url + "/"
    assert images["d.png"]["host"] == "images.example"


def test_an_occurrence_tells_all_attributes(api, site, crawled):
    found = [one for one in api.all(results(crawled, "occurrences")) if one["url"].endswith("/c.png")]
    assert len(found) == 1
    one = found[0]
    assert one["page_url"] == site.url + "/new"
    assert (one["source"], one["position"], one["raw"]) == ("img", 2, "/c.png")
    assert (one["alt"], one["alt_state"], one["title"]) == ("Café \U0001f41f", "text", "t")
    assert (one["width"], one["height"], one["loading"], one["page_status"]) == ("10", "20%", "lazy", 200)


@pytest.mark.parametrize("query, count", [
    ("", 7), ("alt_state=missing", 1), ("host=images.example", 1), ("page_host=127.0.0.1", 7), ("page_host=images.example", 0),
    ("source=img", 6), ("source=srcset", 1), ("status=200", 7), ("status=3xx", 0), ("page_id=1", 3),
    ("page_id=1&alt_state=empty", 1), ("text=fish", 0), ("text=red+kite", 1),
])
def test_occurrences_are_filtered(api, crawled, query, count):
    assert len(api.all(results(crawled, "occurrences?" + query))) == count


def test_occurrences_of_one_image(api, crawled):
    image = next(image for image in api.all(results(crawled, "images")) if image["url"].endswith("/a.png"))
    found = api.all(results(crawled, f"occurrences?image_id={image['id']}"))
    assert [one["alt_state"] for one in found] == ["text", "whitespace"]


def test_hosts_are_counted(api, site, crawled):
    assert api.get(results(crawled, "hosts?of=images")).json["items"] == [
        {"host": "127.0.0.1", "count": 4}, {"host": "images.example", "count": 1}]
    assert api.get(results(crawled, "hosts")).json == api.get(results(crawled, "hosts?of=images")).json
    assert api.get(results(crawled, "hosts?of=pages")).json["items"] == [{"host": "127.0.0.1", "count": 6}]
    assert len(api.get(results(crawled, "hosts?limit=1")).json["items"]) == 1


def test_events_tell_the_history(api, crawled):
    events = api.get(results(crawled, "events")).json["items"]
    assert events and [event["at"] for event in events] == sorted(event["at"] for event in events)


# ---- cursors ----

@pytest.mark.parametrize("part", ["pages", "images", "occurrences"])
@pytest.mark.parametrize("limit", [1, 2, 4, 1000])
def test_parts_join_into_the_whole(api, crawled, part, limit):
    whole = api.get(results(crawled, f"{part}?limit=1000")).json["items"]
    assert api.all(results(crawled, f"{part}?limit={limit}")) == whole


def test_a_cursor_serves_only_the_listing_that_gave_it(api, site, crawled):
    cursor = api.get(results(crawled, "pages?limit=1&state=done")).json["next"]
    other = api.crawl(site.url, max_pages=1)
    assert api.get(results(crawled, f"pages?state=done&limit=3&cursor={cursor}")).status == 200
    for target in (results(crawled, f"images?cursor={cursor}"), results(crawled, f"pages?cursor={cursor}"),
                   results(crawled, f"pages?state=failed&cursor={cursor}"),
                   results(other, f"pages?state=done&cursor={cursor}"), f"/v1/jobs?cursor={cursor}"):
        problem = refused(api.get(target), 400, "bad-cursor")
        assert "another" in problem["detail"]


@pytest.mark.parametrize("cursor", ["x", "1", "%00", "AAAA", "%F0%9F", "A" * 40, "A" * 900])
def test_a_damaged_cursor_is_told(api, crawled, cursor):
    answer = api.get(results(crawled, f"pages?cursor={cursor}"))
    assert answer.status == 400 and answer.json["type"].endswith(("bad-cursor", "bad-parameter"))


# ---- query parameters ----

@pytest.mark.parametrize("path, parameter, words", [
    ("/v1/jobs?colour=red", "colour", "state, limit, cursor"), ("/v1/jobs?state=happy", "state", "queued, running"),
    ("/v1/jobs?limit=0", "limit", "1 to 1000"), ("/v1/jobs?limit=1001", "limit", "1 to 1000"),
    ("/v1/jobs?limit=5&limit=6", "limit", "more than once"), ("/v1/jobs/1?x", "x", "no parameters"),
    ("/v1/jobs/1/pages?status=abc", "status", "404"), ("/v1/jobs/1/pages?outcome=bad", "outcome", "dns_failed"),
    ("/v1/jobs/1/images?alt_state=none", "alt_state", "missing"), ("/v1/jobs/1/images?page_id=x", "page_id", "whole number"),
    ("/v1/jobs/1/images?status=200", "status", "alt_state, host"), ("/v1/jobs/1/pages?text=%00", "text", "NUL"),
    ("/v1/jobs/1/pages?%FF=1", "\ufffd", "state"), ("/healthz?v=1", "v", "no parameters"),
    ("/v1/jobs/1/pages?text=" + "x" * 1001, "text", "1000"), ("/v1/jobs/1/export.csv?format=csv", "format", "profile"),
])
def test_query_parameters_are_checked_by_name(api, path, parameter, words):
    problem = refused(api.get(path), 400, "bad-parameter")
    assert problem["errors"][0]["parameter"] == parameter
    assert words in problem["errors"][0]["detail"]


def test_empty_parameters_count_as_not_given(api, crawled):
    assert api.get(results(crawled, "pages?state=&text=&limit=&host")).json == api.get(results(crawled, "pages")).json


# ---- exports ----

COLUMNS = ["page_url", "url", "source", "position", "alt", "alt_state", "title", "width", "height", "loading",
           "noindex", "noimageindex", "noai", "noimageai", "tdm_reserved", "tdm_policy"]


def test_the_csv_export_has_a_row_for_each_occurrence(api, crawled):
    answer = api.get(results(crawled, "export.csv"))
    assert answer.status == 200
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert re.fullmatch(rf'attachment; filename="imgcrawl-job-{crawled["id"]}-127\.0\.0\.1_\d+\.csv"',
                        answer.headers["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert list(rows[0])[:len(COLUMNS)] == COLUMNS
    occurrences = api.all(results(crawled, "occurrences"))
    assert [row["url"] for row in rows] == [one["url"] for one in occurrences]
    assert [row["alt"] for row in rows] == [one["alt"] or "" for one in occurrences]


def test_the_jsonl_export_has_a_line_for_each_occurrence(api, crawled):
    answer = api.get(results(crawled, "export.jsonl"))
    lines = [json.loads(line) for line in answer.body.splitlines()]
    occurrences = api.all(results(crawled, "occurrences"))
    assert [{name: line[name] for name in COLUMNS} for line in lines] == [
        {name: {**one, **one["consent"]}[name] for name in COLUMNS} for one in occurrences]
