"""What a job's requests carry, which way they go, and what a repeated crawl costs."""
import base64
import json
import shutil
import socket
import subprocess
import time

import pytest
from daemon import Daemon
from static_site import StaticSite, page
from talking_site import HttpProxy, SocksProxy, TalkingSite

HTML = ("Content-Type", "text/html; charset=utf-8")


def html(body, *headers, status=200):
    return status, [HTML, *headers], page(body)[2]


def outcomes(daemon, job):
    return {one["url"].split("/", 3)[3]: one["outcome"] for one in daemon.all(f"/v1/jobs/{job['id']}/pages")}


# ---- cookies, headers, credentials ----

def members_only(path, headers):
    """The seed logs in by a cookie; what follows needs it."""
    if path == "/":
        return html('<a href="/member">in</a>', ("Set-Cookie", "session=kite; Path=/; HttpOnly"))
    if path == "/member" and "session=kite" in headers.get("Cookie", ""):
        return html('<img src="/a.png">')
    return 403, [HTML], b""


@pytest.mark.parametrize("cookies, outcome", [(True, "ok"), (False, "http_4xx")])
def test_a_cookie_that_the_site_sets_opens_the_next_page(daemon, cookies, outcome):
    with TalkingSite(members_only) as site:
        job = daemon.crawl(site.url + "/", cookies=cookies)
        assert outcomes(daemon, job) == {"": "ok", "member": outcome}
        assert site.headers_of("/robots.txt").get("Cookie") is None


def test_cookies_of_one_job_are_not_those_of_another(daemon):
    with TalkingSite(members_only) as site:
        daemon.crawl(site.url + "/")
        job = daemon.crawl(site.url + "/member")
        assert outcomes(daemon, job) == {"member": "http_4xx"}


def test_headers_go_with_every_page_but_not_with_robots(daemon):
    with TalkingSite(lambda path, _: html('<a href="/two">two</a>') if path in ("/", "/two") else None) as site:
        daemon.crawl(site.url + "/", headers={"Accept-Language": "de", "X-Key": "k"}, sitemaps="off")
        for path in ("/", "/two"):
            assert site.headers_of(path)["Accept-Language"] == "de" and site.headers_of(path)["X-Key"] == "k"
        assert site.headers_of("/robots.txt").get("X-Key") is None


BASIC = {"user": "ann", "password": "s3cret"}
BEARER = {"token": "t0ken"}
SENT = [(BASIC, "Basic " + base64.b64encode(b"ann:s3cret").decode()), (BEARER, "Bearer t0ken")]


@pytest.mark.parametrize("login, sent", SENT)
def test_credentials_stay_with_their_host_and_port(daemon, login, sent):
    """Neither a link nor a redirect to another host, nor another port of the same, is given them."""
    with TalkingSite(lambda path, _: html("elsewhere")) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")

        def answer(path, _):
            return {"/": html(f'<a href="/moved">m</a><a href="{other.url}/port">p</a><a href="/again">a</a>'),
                    "/moved": (302, [("Location", elsewhere + "/moved")], b""),
                    "/again": html("again")}.get(path)

        with TalkingSite(answer) as site:
            host = site.url.removeprefix("http://")
            job = daemon.crawl(site.url + "/", credentials=[{"host": host, **login}], scope="any", sitemaps="off")
            assert job["counts"]["done"] == 5, job
            for path in ("/", "/moved", "/again"):
                assert site.headers_of(path)["Authorization"] == sent
            assert site.headers_of("/robots.txt").get("Authorization") is None
            assert sorted(other.paths()) == ["/moved", "/port"]
            assert all(headers.get("Authorization") is None for _, headers in other.requests)


def test_secrets_are_never_shown(daemon):
    with StaticSite({"/": page("hello")}) as site:
        host = site.url.removeprefix("http://")
        settings = {"credentials": [{"host": host, **BASIC}, {"host": "b.example", **BEARER}],
                    "headers": {"X-Key": "h3ader", "Accept-Language": "de"},
                    "proxy": "http://bob:pr0xy@127.0.0.1:9"}
        job = daemon.crawl(site.url + "/", **settings)
        shown = job["settings"]
        assert [one.get("password", one.get("token")) for one in shown["credentials"]] == ["***", "***"]
        assert shown["headers"] == {"X-Key": "***", "Accept-Language": "de"}
        assert shown["proxy"] == "http://bob:***@127.0.0.1:9"
        told = daemon.log.read_text() + "".join(
            daemon.get(f"/v1/jobs/{job['id']}/{part}").body.decode() for part in ("events", "pages", "export.csv"))
        told += daemon.get("/v1/jobs").body.decode() + (daemon.data / f"jobs/{job['id']}.sqlite").read_bytes().decode("latin-1")
        assert not [secret for secret in ("s3cret", "t0ken", "h3ader", "pr0xy") if secret in told]
        assert (daemon.data / "imgcrawl.db").stat().st_mode & 0o777 == 0o600
        for member in ("credentials", "headers", "proxy"):
            answer = daemon.post("/v1/jobs", {"seeds": [site.url + "/"], member: shown[member]})
            assert answer.status == 400 or answer.status == 422, answer
            assert "***" in answer.body.decode() and f"/{member}" in answer.body.decode()


# ---- proxies ----

def start(folder, *settings, networks="127.0.0.1/32"):
    words = [word for one in (f"politeness.allow_networks={networks}", "fetch.max_attempts=1", *settings)
             for word in ("--set", one)]
    return Daemon(folder / "data", *words).start()


@pytest.mark.parametrize("kind, scheme", [(HttpProxy, "http"), (SocksProxy, "socks5"), (SocksProxy, "socks5h")])
def test_a_job_goes_through_its_proxy(tmp_path, kind, scheme):
    with StaticSite({"/": page('<a href="/two">two</a>'), "/two": page("two")}) as site, kind() as proxy:
        daemon = start(tmp_path)
        job = daemon.crawl(site.url.replace("127.0.0.1", "localhost") + "/", sitemaps="off",
                           proxy=f"{scheme}://127.0.0.1:{proxy.port}")
        pages = daemon.all(f"/v1/jobs/{job['id']}/pages")
        assert [one["outcome"] for one in pages] == ["ok", "ok"], (pages, daemon.log.read_text())
        # By the address that was judged, never by name; and nothing that the proxy says is taken for the site's.
        assert set(proxy.targets) == {("127.0.0.1", site.port)}
        assert not any(one.get("robots_tag") for one in pages)
        job = daemon.crawl(site.url.replace("127.0.0.1", "localhost") + "/", sitemaps="off",
                           proxy=f"{scheme}://127.0.0.1:9")  # what one job's proxy says is nothing to others
        assert job["counts"]["done"] == 0
        assert daemon.crawl(site.url.replace("127.0.0.1", "localhost") + "/", sitemaps="off")["counts"]["done"] == 2
        daemon.stop()


def test_a_proxy_may_ask_who_is_there(tmp_path):
    with StaticSite({"/": page("hello")}) as site, HttpProxy(login="bob:pr0xy") as proxy:
        daemon = start(tmp_path)
        job = daemon.crawl(site.url + "/", sitemaps="off", proxy=f"http://bob:pr0xy@127.0.0.1:{proxy.port}",
                           headers={"X-Key": "k"}, credentials=[{"host": f"127.0.0.1:{site.port}", **BASIC}])
        assert outcomes(daemon, job) == {"": "ok"}
        assert not [head for head in proxy.greetings if "X-Key" in head or "\r\nAuthorization" in head]
        job = daemon.crawl(site.url + "/", sitemaps="off", proxy=f"http://eve:guess@127.0.0.1:{proxy.port}")
        assert outcomes(daemon, job) == {"": "connect_failed"}
        daemon.stop()


@pytest.mark.parametrize("kind, scheme", [(HttpProxy, "http"), (SocksProxy, "socks5")])
def test_a_jobs_proxy_at_an_address_that_is_blocked_is_never_connected_to(tmp_path, kind, scheme):
    with StaticSite({"/": page("hello")}) as site, kind(address="127.0.0.2") as proxy:
        daemon = start(tmp_path)
        job = daemon.crawl(site.url + "/", sitemaps="off", proxy=f"{scheme}://127.0.0.2:{proxy.port}")
        assert outcomes(daemon, job) == {"": "address_blocked"}
        assert proxy.connections == 0
        daemon.stop()


def test_the_operators_proxy_is_trusted_and_its_targets_are_not(tmp_path):
    trap = socket.create_server(("127.0.0.3", 0))
    trap.setblocking(False)
    with StaticSite({"/": page("hello")}) as site, HttpProxy(address="127.0.0.2") as proxy:
        daemon = start(tmp_path, f"fetch.proxy=http://127.0.0.2:{proxy.port}")
        job = daemon.crawl(site.url + "/", sitemaps="off")
        assert outcomes(daemon, job) == {"": "ok"}
        assert set(proxy.targets) == {("127.0.0.1", site.port)}
        job = daemon.crawl(f"http://127.0.0.3:{trap.getsockname()[1]}/", sitemaps="off")
        assert outcomes(daemon, job) == {"": "address_blocked"}
        job = daemon.crawl(f"http://127.0.0.2:{proxy.port}/", sitemaps="off")  # not as a page
        assert outcomes(daemon, job) == {"": "address_blocked"}
        assert set(proxy.targets) == {("127.0.0.1", site.port)}
        with pytest.raises(BlockingIOError):
            trap.accept()
        daemon.stop()
    trap.close()


def test_a_job_whose_proxy_is_silent_can_be_ended(tmp_path):
    silent = socket.create_server(("127.0.0.1", 0))
    with StaticSite({"/": page("hello")}) as site:
        daemon = start(tmp_path)
        for action in ("cancel", "pause", None):  # None: the service stops
            job = daemon.create(site.url + "/", proxy=f"http://127.0.0.1:{silent.getsockname()[1]}")
            silent.settimeout(30)
            connection, _ = silent.accept()
            if action:
                daemon.act(job, action)
                daemon.wait_for(job, {"cancelled", "paused"})
                connection.close()
        assert daemon.stop() == 0, daemon.log.read_text()
    silent.close()


# ---- crawling again what has not changed ----

@pytest.fixture(scope="module")
def nginx():
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert program, "nginx is not installed"
    return program


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Nginx:
    """Of a folder, with ETags; over TLS with HTTP/2 where a certificate is given."""

    def __init__(self, program, folder, root, certificate=None):
        self.port, self.log = free_port(), folder / "access.log"
        tls = f"ssl http2; ssl_certificate {certificate}.pem; ssl_certificate_key {certificate}.key" if certificate else ""
        (folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid nginx.pid; error_log error.log;\n"
            f"events {{ worker_connections 256; }}\n"
            f"http {{ log_format one '$status $request_uri $connection $server_protocol'; access_log access.log one;\n"
            f"types {{ text/html html; }} client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f;\n"
            f"uwsgi_temp_path u; scgi_temp_path s;\n"
            f"server {{ listen 127.0.0.1:{self.port} {tls}; root {root}; }} }}\n")
        self.process = subprocess.Popen([program, "-p", folder, "-e", "error.log", "-c", folder / "nginx.conf"],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError((folder / "error.log").read_text())

    def lines(self):
        return [line.split() for line in self.log.read_text().splitlines() if "robots.txt" not in line]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def write_pages(root):
    root.mkdir()
    for name, body in {"index": '<a href="a.html">a</a><a href="b.html">b</a><img src="top.png" alt="Top">',
                       "a": '<a href="deep.html">d</a><img src="a.png" alt="A"><img src="top.png">',
                       "b": '<a href="deep.html">d</a><a rel="nofollow" href="no.html">n</a><img src="b.png" alt="">',
                       "deep": '<a href="missing.html">x</a><img srcset="d1.png 1x, d2.png 2x" alt="D">'}.items():
        (root / f"{name}.html").write_bytes(page(body, title=name)[2])


def found(daemon, job):
    """All that a crawl tells of pages and images, but when and how it was fetched, and in which order."""
    def like(part, *unlike):
        items = daemon.all(f"/v1/jobs/{job['id']}/{part}")
        return sorted(json.dumps({key: one[key] for key in sorted(one) if key not in unlike}) for one in items)

    return (like("pages", "fetched_at", "fetch_ms", "outcome", "outcome_text", "status", "attempts"),
            like("occurrences", "id", "image_id", "page_status"), like("images", "id", "first_page_url", "alt_sample"))


def test_a_repeated_crawl_of_an_unchanged_site_costs_304s_and_finds_the_same(daemon, nginx, tmp_path):
    write_pages(tmp_path / "root")
    with Nginx(nginx, tmp_path, tmp_path / "root") as site:
        seed = f"http://127.0.0.1:{site.port}/index.html"
        first = daemon.crawl(seed, sitemaps="off")
        asked = len(site.lines())
        second = daemon.crawl(seed, sitemaps="off", repeat_of=first["id"])
        statuses = sorted(line[0] for line in site.lines()[asked:])
        assert statuses == ["304", "304", "304", "304", "404"], site.lines()
        assert found(daemon, second) == found(daemon, first)
        assert set(outcomes(daemon, second).values()) == {"not_modified", "http_4xx"}
        for key in ("known", "done", "images", "occurrences"):
            assert second["counts"].get(key) == first["counts"].get(key), key
        third = daemon.crawl(seed, sitemaps="off", repeat_of=second["id"])  # a repeat can be repeated
        assert found(daemon, third) == found(daemon, first)


def test_a_repeated_crawl_sees_what_has_changed(daemon, nginx, tmp_path):
    root = tmp_path / "root"
    write_pages(root)
    with Nginx(nginx, tmp_path, root) as site:
        seed = f"http://127.0.0.1:{site.port}/index.html"
        first = daemon.crawl(seed, sitemaps="off")
        (root / "a.html").write_bytes(page('<a href="new.html">n</a><img src="a2.png" alt="A2, a longer text">')[2])
        (root / "new.html").write_bytes(page('<img src="n.png">')[2])
        second = daemon.crawl(seed, sitemaps="off", repeat_of=first["id"])
        assert outcomes(daemon, second) == {"index.html": "not_modified", "a.html": "ok", "b.html": "not_modified",
                                            "deep.html": "not_modified", "missing.html": "http_4xx", "new.html": "ok"}
        images = {one["url"].rsplit("/", 1)[1] for one in daemon.all(f"/v1/jobs/{second['id']}/images")}
        assert images == {"top.png", "a2.png", "b.png", "d1.png", "d2.png", "n.png"}


def test_a_repeated_crawl_that_is_killed_goes_on(nginx, tmp_path):
    root = tmp_path / "root"
    many_pages(root)
    with Nginx(nginx, tmp_path, root) as site:
        daemon = start(tmp_path, "politeness.own_host_connections=1", networks="127.0.0.0/8")
        seed = f"http://127.0.0.1:{site.port}/index.html"
        first = daemon.crawl(seed, sitemaps="off")
        job = daemon.create(seed, sitemaps="off", repeat_of=first["id"], delay_ms=20)
        daemon.wait_until(lambda: daemon.job(job)["counts"]["done"], lambda done: done > 5)
        daemon.kill()
        daemon.start()
        second = daemon.wait_for(job)
        assert found(daemon, second) == found(daemon, first)
        assert set(outcomes(daemon, second).values()) == {"not_modified"}
        daemon.stop()


def test_only_a_job_that_has_ended_is_repeated(daemon, nginx, tmp_path):
    answer = daemon.post("/v1/jobs", {"seeds": ["http://127.0.0.1:9/"], "repeat_of": 77})
    assert answer.status in (400, 422) and "/repeat_of" in answer.body.decode(), answer
    write_pages(tmp_path / "root")
    with Nginx(nginx, tmp_path, tmp_path / "root") as site:
        seed = f"http://127.0.0.1:{site.port}/index.html"
        first = daemon.crawl(seed, sitemaps="off")
        daemon.wait_until(lambda: (daemon.data / f"jobs/{first['id']}.sqlite").unlink() or True, bool)
        second = daemon.crawl(seed, sitemaps="off", repeat_of=first["id"])  # its file is gone: all is fetched anew
        assert second["counts"]["done"] == 4 and "not_modified" not in outcomes(daemon, second).values()


# ---- TLS ----

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The path, without its ending, of one for 127.0.0.1 by an authority of our own, ca.pem beside it."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=site",
            "-keyout", "site.key", "-out", "site.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "site.pem")
    return folder / "site"


def many_pages(root, count=60):
    root.mkdir()
    (root / "index.html").write_bytes(page("".join(f'<a href="p{i}.html">p</a>' for i in range(count)))[2])
    for i in range(count):
        (root / f"p{i}.html").write_bytes(page(f'<img src="{i}.png">' + "text " * 20000)[2])


def test_http2_carries_many_requests_on_one_connection(tmp_path, nginx, certificate):
    many_pages(tmp_path / "root")
    with Nginx(nginx, tmp_path, tmp_path / "root", certificate) as site:
        daemon = start(tmp_path, f"fetch.ca_file={certificate.parent}/ca.pem", networks="127.0.0.0/8")
        job = daemon.crawl(f"https://127.0.0.1:{site.port}/index.html", sitemaps="off")
        assert job["counts"]["done"] == 61, job
        assert {line[3] for line in site.lines()} == {"HTTP/2.0"}
        assert len({line[2] for line in site.lines()}) == 1, site.lines()
        daemon.stop()


def test_an_authority_of_ones_own_counts_only_when_it_is_named(tmp_path, nginx, certificate):
    write_pages(tmp_path / "root")
    with Nginx(nginx, tmp_path, tmp_path / "root", certificate) as site:
        daemon = start(tmp_path)
        job = daemon.crawl(f"https://127.0.0.1:{site.port}/index.html", sitemaps="off")
        assert outcomes(daemon, job) == {"index.html": "tls_invalid"}
        daemon.stop()


def test_a_proxy_carries_tls(tmp_path, nginx, certificate):
    write_pages(tmp_path / "root")
    with Nginx(nginx, tmp_path, tmp_path / "root", certificate) as site, HttpProxy() as proxy:
        daemon = start(tmp_path, f"fetch.ca_file={certificate.parent}/ca.pem")
        job = daemon.crawl(f"https://127.0.0.1:{site.port}/index.html", sitemaps="off",
                           proxy=f"http://127.0.0.1:{proxy.port}")
        assert job["counts"]["done"] == 4, (outcomes(daemon, job), daemon.log.read_text())
        assert set(proxy.targets) == {("127.0.0.1", site.port)}
        daemon.stop()
