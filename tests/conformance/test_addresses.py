"""Ways to reach an address that is not to be reached, gathered by others: URLs are put to `imgcrawl inspect address`,
scenarios are played by a crawl and a trap, or put to the same functions as what a name resolves to.

IMGCRAWL names the binary (build/imgcrawl), CASES the folder (../shared/cases beside the repository). Without the
folder the tests are skipped, with CI set they fail. That a kept connection is judged again before each request is
shown where two policies can meet, in tests/unit/crawler/test_fetch.c.
"""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest
from test_cases import BINARY, check, inspect, load

TESTS = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("IMGCRAWL", str(BINARY))
sys.path += [str(TESTS / "e2e"), str(TESTS / "faults")]

from daemon import Daemon  # noqa: E402 (the path comes first)
from job_checks import pages, watch  # noqa: E402
from static_site import StaticSite, page, redirect  # noqa: E402

PUBLIC, NAME = "93.184.216.34", "http://name.example/"
HOSTS = ["127.0.0.1", "127.0.0.2", "localhost"]


def test_each_url_is_judged_as_it_must():
    rows = [row for row in load("ssrf.json") if "url" in row]
    requests = [{key: row[key] for key in ("url", "resolves_to") if row.get(key)} for row in rows]
    for asked in (requests, [{"url": row["url"]} for row in rows]):
        check(rows, inspect("address", asked), lambda row, answer: answer.get("verdict") == row["must"])


def verdicts(*requests):
    return [answer["verdict"] for answer in inspect("address", requests)]


# ---- a world in which a service may connect to 127.0.0.1 alone, and a trap is at 127.0.0.2 ----

class World:
    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch, self.started = folder, monkeypatch, []
        self.trap = socket.create_server(("127.0.0.2", 0))
        self.trap.setblocking(False)
        self.port = self.trap.getsockname()[1]
        self.trap_url = f"http://127.0.0.2:{self.port}"

    def crawl(self, site_pages, networks="127.0.0.1/32", host="127.0.0.1", seeds=()):
        """Of a site with these pages (or a function from its URL to them): {path or URL: page}. The trap must not have
        been reached."""
        daemon = Daemon(self.folder / "data", "--set", f"politeness.allow_networks={networks}",
                        "--set", "fetch.max_attempts=1").start()
        self.started.append(daemon)
        with StaticSite(site_pages) as site:
            seed = f"http://{host}:{site.port}"
            site.pages = site_pages(seed) if callable(site_pages) else site_pages
            job = watch(daemon, daemon.create(seed + "/", *seeds, scope="hosts", hosts=HOSTS))
            found = pages(daemon, job["id"])
        with contextlib.suppress(BlockingIOError):
            peer = self.trap.accept()
            pytest.fail(f"the trap was reached: {peer}")
        return {url.removeprefix(seed): one for url, one in found.items()}

    def close(self):
        self.trap.close()
        for daemon in self.started:
            assert daemon.stop() in (0, None), daemon.log.read_text()


@pytest.fixture
def world(tmp_path, monkeypatch):
    one = World(tmp_path, monkeypatch)
    yield one
    one.close()


def assert_blocked(found, *urls):
    assert {url: found[url]["outcome"] for url in urls} == dict.fromkeys(urls, "address_blocked")


def redirect_to_a_mapped_address(world):
    assert verdicts({"url": "http://[::ffff:127.0.0.1]/"}) == ["block"]
    mapped = f"http://[::ffff:7f00:2]:{world.port}"
    found = world.crawl({"/": redirect(f"http://[::ffff:127.0.0.2]:{world.port}/")}, seeds=[mapped + "/of-its-scope"])
    assert_blocked(found, mapped + "/", mapped + "/of-its-scope")


def redirect_to_a_file(world):
    found = world.crawl({"/": redirect("file:///etc/passwd")})
    assert [one["outcome"] for one in found.values()] == ["redirect_invalid"]


def chain_of_redirects(world):
    hops = {"/": redirect("/1"), **{f"/{hop}": redirect(f"/{hop + 1}") for hop in range(1, 4)}}
    assert_blocked(world.crawl({**hops, "/4": redirect(world.trap_url + "/end")}), world.trap_url + "/end")


def links_in_a_page(world):
    html = (f'<meta http-equiv="refresh" content="0;url={world.trap_url}/refresh"><a href="{world.trap_url}/a">a</a>'
            f'<img src="{world.trap_url}/img.png" alt="">')
    assert_blocked(world.crawl({"/": page(html)}), world.trap_url + "/refresh", world.trap_url + "/a")


def sitemaps(world):
    """Whether the crawler reads sitemaps or not: neither theirs nor what they list is reached from there."""
    def site_pages(url):
        robots = f"User-agent: *\nAllow: /\nSitemap: {world.trap_url}/s.xml\nSitemap: {url}/sitemap.xml\n"
        listed = f"<urlset><url><loc>{world.trap_url}/listed</loc></url></urlset>"
        return {"/": page(""), "/robots.txt": (200, {"Content-Type": "text/plain"}, robots.encode()),
                "/sitemap.xml": (200, {"Content-Type": "application/xml"}, listed.encode())}

    found = world.crawl(site_pages)
    assert found.pop("/")["outcome"] == "ok"
    assert not found or {one["outcome"] for one in found.values()} == {"address_blocked"}, found


def name_of_a_loopback_address(world):
    assert verdicts({"url": NAME, "resolves_to": "127.0.0.1"}) == ["block"]
    assert_blocked(world.crawl({"/": page("")}, networks="none", host="localhost"), "/")


def name_of_a_public_and_a_loopback_address(_):
    assert verdicts({"url": NAME, "resolves_to": PUBLIC}, {"url": NAME, "resolves_to": "::1"}) == ["allow", "block"]


def name_that_changes(_):
    """Each address that a name resolves to is judged, whatever was said of the name before."""
    assert verdicts({"url": NAME + "robots.txt", "resolves_to": PUBLIC}, {"url": NAME, "resolves_to": "127.0.0.1"},
                    {"url": NAME, "resolves_to": PUBLIC}) == ["allow", "block", "allow"]


def proxy_of_the_environment(world):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        world.monkeypatch.setenv(name, world.trap_url)
    assert world.crawl({"/": page("")})["/"]["outcome"] == "ok"


def words_of_a_refusal(world):
    found = world.crawl({"/": page("")}, networks="none", host="localhost")
    assert_blocked(found, "/")
    assert not [address for address in ("127.0.0", "::1") if address in json.dumps(found)], found


SCENARIOS = {
    104: redirect_to_a_mapped_address, 106: redirect_to_a_file, 108: chain_of_redirects, 110: links_in_a_page,
    112: sitemaps, 114: name_of_a_loopback_address, 116: name_of_a_public_and_a_loopback_address,
    118: name_that_changes, 120: name_that_changes, 122: proxy_of_the_environment, 124: words_of_a_refusal,
}


def test_each_scenario_is_played():
    assert {row["id"] for row in load("ssrf.json") if "scenario" in row} == set(SCENARIOS)


@pytest.mark.parametrize("row_id", SCENARIOS)
def test_scenario_is_blocked(row_id, world):
    rows = {row["id"]: row for row in load("ssrf.json")}
    assert rows[row_id]["must"] == "block"
    SCENARIOS[row_id](world)


# ---- what the cases do not say ----

@pytest.mark.parametrize("request_, verdict", [
    ({"resolves_to": "fe80::1%lo"}, "block"),
    ({"resolves_to": "fe80::1%1"}, "block"),
    ({"resolves_to": "::ffff:10.0.0.1"}, "block"),
    ({"resolves_to": "name.example"}, "block"),
    ({"resolves_to": "8.8.8.8"}, "allow"),
    ({"url": "http://[fe80::1%25lo]/"}, "block"),
    ({"url": "http://METADATA.google.internal./"}, "block"),
    ({"url": "http://example.com/", "resolves_to": "10.0.0.1"}, "block"),
    ({"url": "http://10.0.0.1/", "resolves_to": "8.8.8.8"}, "block"),
    ({"url": "http://user:secret@example.com/"}, "allow"),
    ({"url": "//example.com/"}, "block"),
])
def test_further_addresses(request_, verdict):
    assert verdicts(request_) == [verdict]


@pytest.mark.parametrize("arguments, status, stdout", [
    (["http://0x7f.1/"], 0, "block: loopback (127.0.0.0/8)\n"),
    (["http://a.example/"], 0, "allow: judged when resolved\n"),
    (["http://a.example/", "--resolves-to", "10.0.0.1"], 0, "block: private (10.0.0.0/8)\n"),
    (["http://a.example/", "b"], 2, ""),
])
def test_arguments_answer_a_person(arguments, status, stdout):
    done = subprocess.run([BINARY, "inspect", "address", *arguments], text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (status, stdout)


def test_request_without_an_address_is_told_what_is_missing():
    assert "url" in inspect("address", [{"urls": "http://a/"}])[0]["error"]
