"""The API and its clients: wrong paths and methods, browsers of other sites, clients that misbehave."""
import http.client
import re
import socket
import threading

import pytest
from api_client import CheckedDaemon, raw, refused, results
from daemon import Daemon


# ---- paths and methods ----

@pytest.mark.parametrize("path", ["/v1", "/v1/jobs/", "/v2/jobs", "/v1/jobs/1/", "/v1/jobs/1/nothing", "/web/index.html",
                                  "/../server/http.c", "//v1/jobs", "/favicon.png"])
def test_an_unknown_path_is_told(api, path):
    problem = refused(api.get(path), 404, "not-found")
    assert problem["instance"] == path


@pytest.mark.parametrize("path, name", [("/v1/jobs/x", "{id}"), ("/v1/jobs/-1", "{id}"), ("/v1/jobs/1.5/pages", "{id}"),
                                        ("/v1/jobs/99999999999999999999", "{id}"), ("/v1/jobs/1/pages/one", "{page_id}")])
def test_an_id_that_is_no_number_is_told(api, path, name):
    assert name in refused(api.get(path), 404, "bad-id")["detail"]


@pytest.mark.parametrize("method, path, allow", [
    ("PUT", "/v1/jobs", "POST, GET, HEAD"), ("PUT", "/v1/jobs/1", "GET, HEAD, PATCH, DELETE"), ("GET", "/v1/jobs/1/pause", "POST"),
    ("DELETE", "/v1/jobs", "POST, GET, HEAD"), ("OPTIONS", "/v1/jobs", "POST, GET, HEAD"), ("POST", "/healthz", "GET, HEAD"),
    ("POST", "/index.html", "GET, HEAD"), ("BREW", "/v1/jobs/1/export.csv", "GET, HEAD"),
])
def test_a_wrong_method_is_told_the_right_ones(api, method, path, allow):
    answer = Daemon.request(api, method, path)
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == allow


def test_head_is_get_without_the_body(api, crawled):
    paths = ["/", "/healthz", "/openapi.json", "/v1/jobs", f"/v1/jobs/{crawled['id']}"]
    for path in paths + [results(crawled, part) for part in ("pages", "images", "export.csv")]:
        head, full = api.request("HEAD", path), api.get(path)
        assert head.status == full.status == 200
        assert head.body == b""
        assert head.type == full.type
        if "healthz" not in path:
            assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_a_too_long_url_is_told(api):
    refused(api.get("/v1/jobs?x=" + "y" * 9000), 414, "uri-too-long")
    assert raw(api, b"GET /" + b"x" * 200000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").startswith("HTTP/1.1 414")


def test_many_parameters_are_refused(api):
    refused(api.get("/v1/jobs?" + "&".join(f"p{i}=1" for i in range(100))), 400, "bad-parameter")


def test_a_nul_in_the_path_is_refused(api):
    refused(api.get("/v1/jobs%00/evil"), 400, "bad-request")


# ---- browsers of other sites ----

@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_a_rebound_name_is_refused(api, host):
    for method, path in (("GET", "/"), ("GET", "/v1/jobs"), ("DELETE", "/v1/jobs/1")):
        problem = refused(api.request(method, path, headers={"Host": host}), 421, "untrusted-host")
        assert "allowed_hosts" in problem["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8080", "10.0.0.1"])
def test_addresses_and_localhost_are_trusted(api, host):
    assert api.request("GET", "/v1/jobs", headers={"Host": host}).status == 200


def test_a_configured_name_is_trusted(tmp_path):
    api = CheckedDaemon(tmp_path / "data").start("--set", "server.allowed_hosts=crawl.example.org")
    assert api.request("GET", "/v1/jobs", headers={"Host": "crawl.example.org"}).status == 200
    refused(api.request("GET", "/v1/jobs", headers={"Host": "other.example.org"}), 421, "untrusted-host")
    assert api.stop() == 0


def test_a_page_of_another_site_changes_nothing(api, crawled):
    path = f"/v1/jobs/{crawled['id']}"
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Origin": f"http://127.0.0.1:{api.port + 1}"}):
        for method, target in (("POST", "/v1/jobs"), ("POST", path + "/cancel"), ("DELETE", path)):
            refused(api.request(method, target, headers=headers), 403, "cross-site")
    assert api.get(path).status == 200


def test_own_pages_may(api):
    answer = api.request("POST", "/v1/jobs", {}, {"Origin": f"http://127.0.0.1:{api.port}", "Sec-Fetch-Site": "same-origin"})
    refused(answer, 422, "invalid-settings")


def test_every_answer_is_safe_to_open_in_a_browser(api, crawled):
    for path in ("/", "/openapi.json", "/v1/jobs", "/nothing", "/v1/jobs/x", results(crawled, "export.csv")):
        headers = api.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src" in headers["Content-Security-Policy"]
        assert headers["Access-Control-Allow-Origin"] is None
    assert "img-src 'self' http: https: data:" in api.get("/").headers["Content-Security-Policy"]
    assert api.get("/v1/jobs").headers["Content-Security-Policy"].startswith("default-src 'none'")


# ---- the web UI's files ----

def test_the_ui_is_served_with_its_types_and_etags(api):
    home = api.get("/")
    assert home.status == 200 and home.type == "text/html; charset=utf-8" and b"<!doctype html>" in home.body.lower()
    scripts = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', home.body.decode())
    assert scripts
    for path in scripts:
        answer = api.get(path)
        assert answer.status == 200 and answer.type.startswith(
            {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}[path.rpartition(".")[2]])
    etag = home.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{16}"', etag)
    again = api.request("GET", "/", headers={"If-None-Match": f'"x", {etag}'})
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == etag
    assert api.request("GET", "/", headers={"If-None-Match": '"x"'}).status == 200


def test_the_document_is_served(api):
    answer = api.get("/openapi.json")
    assert answer.type == "application/json"
    assert answer.json["openapi"] == "3.1.0"


# ---- health, and clients that misbehave ----

def test_health_shows_that_the_loop_turns(api):
    answer = api.get("/healthz")
    assert answer.status == 200
    health = answer.json
    assert health["status"] == "ok" and health["parse"]["workers"] >= 1 and health["fetch"]["slots"] >= 1


def test_clients_that_say_half_a_request_hold_up_nobody(api):
    halves = [socket.create_connection(("127.0.0.1", api.port)) for _ in range(50)]
    for number, half in enumerate(halves):
        half.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
                     if number % 2 else b"GET /healthz HTT")
    for _ in range(20):
        assert api.get("/healthz").status == 200
    for half in halves:
        half.close()


def test_too_many_connections_are_told_and_pass(tmp_path):
    api = CheckedDaemon(tmp_path / "data").start()
    idle = []
    for _ in range(256):
        idle.append(api.connect())
        assert api.request("GET", "/v1/jobs", connection=idle[-1]).status == 200
    answer = api.get("/v1/jobs")
    refused(answer, 503, "too-many-connections")
    assert int(answer.headers["Retry-After"]) > 0 and answer.headers["Connection"].lower() == "close"
    assert api.request("GET", "/v1/jobs", connection=idle[0]).status == 200
    for one in idle:
        one.close()
    statuses = set()
    while 200 not in statuses:
        statuses.add(api.get("/v1/jobs").status)
    assert statuses <= {200, 503}
    assert api.stop() == 0


def test_one_connection_serves_many_requests(api):
    connection = api.connect()
    for path in ("/healthz", "/v1/jobs", "/nothing", "/v1/jobs/x", "/") * 5:
        api.request("GET", path, connection=connection)
    connection.close()


def test_requests_in_one_packet_are_answered_in_order(api):
    answer = raw(api, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
                      b"GET /v1/jobs?limit=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert re.findall(r"HTTP/1\.1 (\d+)", answer) == ["200", "404", "200"]


def test_a_client_that_leaves_in_the_middle_of_a_call_harms_nobody(api):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", api.port)) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert api.get("/healthz").status == 200


def test_many_clients_at_once(api, crawled):
    wrong = []

    def ask(number):
        for i in range(20):
            path = ("/healthz", "/v1/jobs?limit=2", results(crawled, "images"), results(crawled, "export.csv"))[(number + i) % 4]
            answer = api.get(path)
            if answer.status != 200:
                wrong.append(answer)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_stopping_under_load_ends_well(tmp_path):
    api = Daemon(tmp_path / "data").start()
    answered = threading.Semaphore(0)
    wrong = []

    def ask(path):
        connection = api.connect()
        try:
            while True:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status not in (200, 503):
                    wrong.append(answer.status)
                answered.release()
        except (OSError, http.client.HTTPException):
            pass  # the connection was closed
        connection.close()

    threads = [threading.Thread(target=ask, args=(path,)) for path in ("/healthz", "/v1/jobs", "/") * 3]
    for thread in threads:
        thread.start()
    for _ in range(100):
        answered.acquire()
    assert api.stop() == 0
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("text", [b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01",
                                  b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                  b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"])
def test_what_is_no_http_gets_no_answer_or_an_error(api, text):
    answer = raw(api, text)
    assert answer == "" or re.match(r"HTTP/1\.\d 4\d\d", answer)
    assert api.get("/healthz").status == 200
