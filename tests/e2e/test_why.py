"""Why: for each URL, known or not, what became of it, the rule that decided, and the way there; and what was skipped, by
reason, in numbers that add up."""
import urllib.parse

import pytest
from api_client import CheckedDaemon, refused, results
from static_site import StaticSite, error, page, redirect

ROBOTS = "# for all\nUser-agent: *\nAllow: /\nDisallow: /private/ # not for crawlers\n"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory):
    """A daemon, a site, and a job that has crawled it under many rules."""
    links = ["/a", "/old", "/gone", "/private/x", "/print/1", "/note.txt", "http://elsewhere.example/",
             "/deep/1/2/3/4/5/6", "/z/z/z/z/z/z", "/list?p=1", "/list?p=2", "/list?p=3"]
    body = "".join(f'<a href="{link}">x</a>' for link in links) + '<a rel="nofollow" href="/login">log in</a>'
    site = StaticSite({
        "/robots.txt": (200, {"Content-Type": "text/plain"}, ROBOTS.encode()),
        "/": page(body, "Start"), "/a": page('<a href="/b">b</a>', "A"), "/b": page('<a href="/c">c</a>', "B"),
        "/old": redirect("/new"), "/new": page("<p>new</p>", "New"), "/gone": error(410),
        "/note.txt": (200, {"Content-Type": "text/plain"}, b"text"),
        "/list?p=1": page("1"), "/list?p=2": page("2"),
    })
    with site:
        daemon = CheckedDaemon(tmp_path_factory.mktemp("why") / "data").start()
        job_id = daemon.create(site.url + "/", max_depth=2, exclude=["*.exe", "re:.*/print/[0-9]+"], max_path_depth=6,
                               max_repeated_segments=4, max_query_variants=2, sitemaps="off", remove_tracking=True)
        daemon.wait_for(job_id)
        yield daemon, site, daemon.job(job_id)
        daemon.stop()


def why(crawl, url):
    daemon, site, job = crawl
    url = site.url + url if url.startswith("/") else url
    answer = daemon.get(results(job, "why") + "?url=" + urllib.parse.quote(url, safe=""))
    assert answer.status == 200, answer
    assert answer.json["sentence"].endswith(".") and not answer.json["sentence"].endswith("..")
    return answer.json


@pytest.mark.parametrize("url, state, outcome, kind, words", [
    ("/", "done", "ok", "answer", "fetched, parsed and stored"),
    ("/old", "done", "redirected", "answer", "redirect"),
    ("/gone", "failed", "http_4xx", "answer", ""),
    ("/note.txt", "skipped", "not_html", "answer", "text/plain"),
    ("/private/x", "skipped", "robots_disallowed", "robots", "robots.txt line 4: Disallow: /private/"),
    ("/print/1", "skipped", "excluded", "scope", "re:.*/print/[0-9]+"),
    ("http://elsewhere.example/", "skipped", "out_of_scope", "scope", "host"),
    ("/c", "skipped", "max_depth", "limit", "max_depth"),
    ("/deep/1/2/3/4/5/6", "skipped", "max_path_depth", "limit", "max_path_depth"),
    ("/z/z/z/z/z/z", "skipped", "repeated_segments", "limit", "max_repeated_segments"),
    ("/list?p=3", "skipped", "max_query_variants", "limit", "max_query_variants 2:"),
])
def test_a_known_url_names_the_rule_that_decided(crawl, url, state, outcome, kind, words):
    answer = why(crawl, url)
    assert answer["known"] and (answer["state"], answer["outcome"]) == (state, outcome)
    assert answer["rule"]["kind"] == kind
    assert words in answer["rule"]["text"], answer
    assert answer["rule"]["text"] in answer["sentence"]
    assert answer["sentence"].startswith(f"{state.capitalize()} ({outcome}): ")


def test_the_way_there_leads_from_the_seed_to_the_url(crawl):
    _, site, _ = crawl
    path = [(step["url"].removeprefix(site.url), step["via"]) for step in why(crawl, "/c")["path"]]
    assert path == [("/", "seed"), ("/a", "link"), ("/b", "link"), ("/c", "link")]
    path = [(step["url"].removeprefix(site.url), step["via"]) for step in why(crawl, "/new")["path"]]
    assert path == [("/", "seed"), ("/old", "link"), ("/new", "redirect")]


@pytest.mark.parametrize("url, outcome, kind, words", [
    ("/nowhere", None, "none", "give it as a seed"),
    ("/private/y", "robots_disallowed", "robots", "robots.txt line 4"),
    ("/setup.exe", "excluded", "scope", "*.exe"),
    ("https://elsewhere.example/", "out_of_scope", "scope", "host"),
    ("/list?p=4", "max_query_variants", "limit", "max_query_variants 2:"),
    ("/other?p=4", None, "none", "give it as a seed"),
    ("/login", None, "nofollow", "nofollow"),
])
def test_of_an_unknown_url_it_tells_what_would_become_of_it(crawl, url, outcome, kind, words):
    answer = why(crawl, url)
    assert not answer["known"] and answer["state"] == "unknown" and answer["page_id"] is None and answer["path"] == []
    assert (answer["outcome"], answer["rule"]["kind"]) == (outcome, kind)
    assert words in answer["sentence"], answer


def test_a_link_not_followed_names_the_pages_that_have_it(crawl):
    _, site, _ = crawl
    links = why(crawl, "/login")["nofollow_links"]
    assert [(link["page_url"], link["rule"]) for link in links] == [(site.url + "/", "rel_nofollow")]


def test_a_url_is_asked_for_in_any_form(crawl):
    _, site, _ = crawl
    port = site.url.rpartition(":")[2]
    for form in (f"HTTP://127.1:{port}/x/../a?utm_source=mail#top", f"http:\\\\127.0.0.1:{port}\\a"):
        assert why(crawl, form)["url"] == site.url + "/a"
        assert why(crawl, form)["known"]


@pytest.mark.parametrize("query, words", [("", "is missing"), ("?url=", "is missing"), ("?url=/a", "absolute"),
                                          ("?url=ftp%3A%2F%2Fa%2F", "http")])
def test_what_is_no_url_is_refused_by_name(crawl, query, words):
    daemon, _, job = crawl
    problem = refused(daemon.get(results(job, "why") + query), 400, "bad-parameter")
    assert problem["errors"][0]["parameter"] == "url"
    assert words in problem["errors"][0]["detail"]


def test_why_of_no_job_is_told(crawl):
    daemon, _, _ = crawl
    refused(daemon.get("/v1/jobs/999/why?url=http%3A%2F%2Fa%2F"), 404, "job-not-found")
    refused(daemon.get("/v1/jobs/999/skipped"), 404, "job-not-found")


def test_what_was_skipped_adds_up(crawl):
    daemon, _, job = crawl
    skipped = daemon.get(results(job, "skipped")).json
    assert {item["reason"]: item["count"] for item in skipped["items"]} == job["counts"]["skipped_by_reason"]
    assert skipped["skipped"] == sum(item["count"] for item in skipped["items"]) == job["counts"]["skipped"]
    assert skipped["known"] == job["counts"]["known"]
    for item in skipped["items"]:
        pages = daemon.all(item["pages"])
        assert len(pages) == item["count"]
        assert {example["page_id"] for example in item["examples"]} <= {each["id"] for each in pages}
        assert len(item["examples"]) == min(3, item["count"])


def test_a_host_that_is_used_up_is_the_reason_for_what_is_not_known(tmp_path):
    with StaticSite({"/": page('<a href="/a">a</a><a href="/b">b</a>'), "/a": page("a")}) as site:
        daemon = CheckedDaemon(tmp_path / "data").start()
        job = daemon.crawl(site.url + "/", max_host_pages=2, sitemaps="off")
        for path in ("/b", "/nowhere"):
            answer = why((daemon, site, job), path)
            assert answer["outcome"] == "max_host_pages" and "max_host_pages 2:" in answer["sentence"], answer
        daemon.stop()


def test_a_page_of_very_many_links_is_followed_whole(tmp_path):
    links = "".join(f'<a href="/p/{n}">x</a>' for n in range(20000))
    with StaticSite({"/": page(links), "/p/7": page('<a href="/q">q</a>')}) as site:
        daemon = CheckedDaemon(tmp_path / "data").start()
        job = daemon.crawl(site.url + "/", max_pages=20, exclude=["re:.*a.*=.*x5", *(f"*/z{n}" for n in range(500))],
                           sitemaps="off")
        counts = job["counts"]
        assert counts["known"] >= 20001 and counts["known"] == sum(
            counts[state] for state in ("done", "failed", "skipped", "queued", "in_flight")), counts
        assert [step["via"] for step in why((daemon, site, job), "/p/19999")["path"]] == ["seed", "link"]
        daemon.stop()


def test_a_pattern_that_takes_too_long_is_told_as_such(tmp_path):
    slow = "/" + "a" * 3000 + "?x5!"
    with StaticSite({"/": page(f'<a href="{slow}">x</a>')}) as site:
        daemon = CheckedDaemon(tmp_path / "data").start()
        job = daemon.crawl(site.url + "/", exclude=["re:.*a.*a.*a.*x5"], sitemaps="off")
        assert job["counts"]["skipped_by_reason"] == {"pattern_limit": 1}
        answer = why((daemon, site, job), slow)
        assert (answer["outcome"], answer["rule"]["kind"]) == ("pattern_limit", "scope")
        assert "exclude pattern 1 took too long" in answer["sentence"]
        many = [f"re:.*/{n}" for n in range(101)]
        problem = daemon.post("/v1/jobs", {"seeds": [site.url], "exclude": many})
        assert problem.status == 422 and "combine several into one with |" in str(problem.json), problem
        daemon.stop()


def test_a_page_that_takes_long_to_follow_is_left_at_once(tmp_path):
    links = "".join(f'<a href="/{"a" * 1000}{n}?x5!">x</a>' for n in range(4000))
    with StaticSite({"/": page(links)}) as site:
        daemon = CheckedDaemon(tmp_path / "data").start()
        job_id = daemon.create(site.url + "/", exclude=["re:.*a.*a.*a.*x5"], sitemaps="off")
        daemon.wait_until(lambda: daemon.job(job_id), lambda job: job["counts"]["known"] > 1)
        assert daemon.act(job_id, "cancel").status == 200
        daemon.wait_for(job_id)
        job = daemon.wait_until(lambda: daemon.job(job_id), lambda job: job["counts"]["queued"] + job["counts"]["in_flight"] == 0)
        counts = job["counts"]
        assert job["state"] == "cancelled" and counts["known"] < 4001, counts
        assert counts["known"] == counts["done"] + counts["skipped"] + counts["failed"], counts
        assert counts["skipped_by_reason"]["cancelled"] == 1, "the page itself, which is not stored"
        assert daemon.stop() == 0


def test_robots_txt_is_that_of_the_host_asked_about(tmp_path):
    """Two origins: what one forbids the other does not; and one that cannot be had is told as such."""
    text = {"Content-Type": "text/plain"}
    with StaticSite({"/robots.txt": (200, text, b"User-agent: *\nAllow: /\n"), "/": page("a")}) as open_site, \
            StaticSite({"/robots.txt": (200, text, b"User-agent: *\nDisallow: /no\n"), "/": page("b")}) as strict, \
            StaticSite({"/robots.txt": error(500), "/": page("c")}) as broken:
        daemon = CheckedDaemon(tmp_path / "data", "--set", "politeness.robots_tries=1").start()
        jobs = [(site, daemon.crawl(site.url + "/", sitemaps="off")) for site in (open_site, strict, broken)]
        told = [why((daemon, site, job), "/no") for site, job in jobs]
        assert [answer["outcome"] for answer in told] == [None, "robots_disallowed", "robots_unreachable"]
        assert "HTTP status 500" in told[2]["rule"]["text"] and told[2]["rule"]["kind"] == "robots"
        daemon.stop()
