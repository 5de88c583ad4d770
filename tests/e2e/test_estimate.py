"""POST /v1/estimate and `imgcrawl estimate`: what a crawl would come to, without a page being fetched."""
import os
import re
import socket
import subprocess

import pytest
from api_client import refused
from static_site import StaticSite
from test_sitemaps import Asked, index, urlset


@pytest.fixture
def site():
    with StaticSite(Asked()) as one:
        yield one


def rules(text):
    return 200, {"Content-Type": "text/plain"}, text.encode()


def estimate(api, *seeds, **settings):
    answer = api.post("/v1/estimate", {"seeds": list(seeds), **settings})
    assert answer.status == 200, answer
    return answer.json


def fill(site, pages):
    site.pages["/sitemap.xml"] = index(site.url + "/a.xml", site.url + "/b.xml")
    site.pages["/a.xml"] = urlset(*(f"<loc>{site.url}/p/{i}</loc><lastmod>2024-0{i % 9 + 1}-01</lastmod><image:image>"
                                    f"<image:loc>{site.url}/{i}.png</image:loc></image:image>" for i in range(pages)))
    site.pages["/b.xml"] = urlset(f"<loc>{site.url}/p/0</loc>", "<loc>http://other.example/</loc>",
                                  f"<loc>{site.url}/private/x</loc>")
    site.pages["/robots.txt"] = rules("User-agent: *\nDisallow: /private\n")


def test_what_sitemaps_name_is_counted_and_no_page_fetched(api, site):
    fill(site, 2500)
    answer = estimate(api, site.url + "/")
    assert answer["complete"] and not answer["obstacles"]
    totals = answer["totals"]
    assert (totals["pages"], totals["at_least"], totals["visits"]) == (2501, False, 2501)  # the seed, too
    assert (totals["out_of_scope"], totals["disallowed"], totals["images"], totals["sitemaps"]) == (1, 1, 2500, 3)
    [told] = answer["sites"]
    assert told["origin"] == site.url and told["pages"] == 2500 and told["newest_lastmod"] == "2024-09-01"
    assert told["robots"]["outcome"] == "ok" and told["robots"]["status"] == 200
    assert [item["kind"] for item in answer["sitemaps"]] == ["index", "urlset", "urlset"]
    assert set(site.pages.count) == {"/robots.txt", "/sitemap.xml", "/a.xml", "/b.xml"}


def test_a_crawl_comes_to_what_was_estimated(api, site):
    fill(site, 50)
    told = estimate(api, site.url + "/")["totals"]["pages"]
    job = api.crawl(site.url + "/")
    assert job["counts"]["known"] - job["counts"]["skipped"] == told


def test_the_limits_of_the_job_count(api, site):
    fill(site, 300)
    answer = estimate(api, site.url + "/", max_pages=100, delay_ms=2000, max_seconds=60)
    assert answer["totals"]["visits"] == 100 and answer["totals"]["seconds"] == 60
    assert {part["code"] for part in answer["obstacles"]} == {"max_pages", "max_seconds"}
    [told] = answer["sites"]
    assert told["delay_ms"] == 2000 and 0.3 < told["pages_per_second"] <= 0.5


def test_obstacles_are_told_with_what_to_do(api, site):
    with socket.socket() as silent:  # bound, and nobody listens
        silent.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{silent.getsockname()[1]}"
        site.pages["/robots.txt"] = rules("User-agent: *\n\nDisallow: /no\n")
        answer = estimate(api, site.url + "/no/x", dead + "/", "http://10.1.2.3/")
    assert answer["complete"] and answer["totals"]["at_least"] and answer["totals"]["pages"] == 0
    told = {(part["code"], part["detail"].split()[0].rstrip(":")): part["detail"] for part in answer["obstacles"]}
    assert set(told) == {("seed_disallowed", site.url), ("no_sitemap", site.url), ("connect_refused", dead),
                         ("address_blocked", "http://10.1.2.3")}
    assert "line 3 (Disallow: /no)" in told["seed_disallowed", site.url]
    by_origin = {part["origin"]: part["robots"] for part in answer["sites"]}
    assert by_origin[site.url]["line"] == 3 and by_origin[site.url]["disallowed_seeds"] == 1
    assert site.pages.count["/no/x"] == 0


def test_pages_that_lie_elsewhere_are_named(api, site):
    site.pages["/sitemap.xml"] = urlset("<loc>https://www.other.example/home</loc>")
    answer = estimate(api, site.url + "/")
    [part] = answer["obstacles"]
    assert part["code"] == "out_of_scope" and "https://www.other.example/home" in part["detail"]


def test_settings_are_checked_as_for_a_job(api):
    problem = refused(api.post("/v1/estimate", {"seeds": []}), 422, "invalid-settings")
    assert problem["errors"][0]["pointer"] == "/seeds"
    refused(api.post("/v1/estimate", [1]), 400, "bad-json")


def test_the_command_line_tells_it_to_people(tmp_path, site):
    fill(site, 1200)
    result = subprocess.run([os.environ["IMGCRAWL"], "estimate", site.url + "/", "--data", tmp_path / "data"],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^pages +1,201 in scope$", result.stdout, re.M), result.stdout
    assert re.search(r"^images +1,200 named in sitemaps$", result.stdout, re.M)
    assert re.search(r"^ +1,200  urlset +\S+/a\.xml$", result.stdout, re.M)
    assert "obstacles" not in result.stdout
    assert not any(path.startswith("/p/") for path in site.pages.count)


def test_options_that_are_for_a_crawl_are_refused(tmp_path):
    result = subprocess.run([os.environ["IMGCRAWL"], "estimate", "http://x.example/", "--out", "-", "--data",
                             tmp_path / "data"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2 and "--out" in result.stderr


def test_a_sitemap_that_breaks_off_leaves_the_estimate_incomplete(api, site):
    site.pages["/sitemap.xml"] = (200, {"Content-Type": "application/xml"},
                                  f"<urlset><url><loc>{site.url}/p/1</loc></url>\n<url><oops".encode())
    answer = estimate(api, site.url + "/")
    assert not answer["complete"] and answer["totals"]["at_least"] and answer["totals"]["pages"] == 2
    [part] = answer["obstacles"]
    assert part["code"] == "sitemap_damaged" and "broken in line 2" in part["detail"]
