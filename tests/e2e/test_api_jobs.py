"""Jobs through the API: made, listed, looked at, steered, deleted."""
import json
import re
import socket

import pytest
from api_client import CheckedDaemon, refused, results
from gated_site import IMAGES_PER_PAGE, GatedSite


# ---- making a job ----

def test_a_new_job_is_answered_with_its_place_and_all_its_settings(api, site):
    answer = api.post("/v1/jobs", {"seeds": [site.url], "name": "One", "max_pages": 3})
    assert answer.status == 201
    job = answer.json
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert job["name"] == "One"
    assert job["settings"] == {
        "name": "One", "seeds": [site.url + "/"], "scope": "host", "hosts": [], "include": [], "exclude": [],
        "respect_nofollow": True, "sitemaps": "auto", "max_pages": 3, "max_urls": 10000000, "max_depth": 100,
        "max_seconds": 604800, "max_host_pages": 0, "max_query_variants": 10000, "max_path_depth": 30,
        "max_repeated_segments": 4, "max_sitemaps": 1000, "detect_traps": True, "delay_ms": 0, "max_in_flight": 0,
        "remove_tracking": False, "remove_session_ids": False, "remove_parameters": [], "cookies": True, "headers": {},
        "credentials": [], "proxy": "", "default_charset": "windows-1252", "detect_soft_404": True, "repeat_of": 0,
        "probe": "off", "probe_first_bytes": 65536, "probe_max_bytes": 0, "probe_freshness_s": 604800, "style_sheets": False}
    assert api.get(answer.headers["Location"]).json["id"] == job["id"]
    api.wait_for(job["id"])


@pytest.mark.parametrize("settings, pointer", [
    ({}, "/seeds"),
    ({"seeds": []}, "/seeds"),
    ({"seeds": "http://127.0.0.1/"}, "/seeds"),
    ({"seeds": ["http://127.0.0.1/", "ftp://127.0.0.1/"]}, "/seeds/1"),
    ({"seeds": ["/relative"]}, "/seeds/0"),
    ({"seeds": ["http://me:secret@127.0.0.1/"]}, "/seeds/0"),
    ({"seeds": ["http://127.0.0.1/"], "max_pages": 0}, "/max_pages"),
    ({"seeds": ["http://127.0.0.1/"], "max_pages": "ten"}, "/max_pages"),
    ({"seeds": ["http://127.0.0.1/"], "scope": "galaxy"}, "/scope"),
    ({"seeds": ["http://127.0.0.1/"], "colour": "red"}, "/colour"),
    ({"seeds": ["http://127.0.0.1/"], "a\x01\"b": 1}, "/a\x01\"b"),
])
def test_settings_that_are_not_usable_are_named(api, settings, pointer):
    problem = refused(api.post("/v1/jobs", settings), 422, "invalid-settings")
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["detail"]


@pytest.mark.parametrize("body, place", [
    (b"", "Line 1"), (b"{", "Line 1"), (b'{\n  "seeds": [,]\n}', "Line 2, column 13"), (b'{"a": 1, "a": 2}', "Line 1"),
    (b"[]", "object"), (b"7", "object"), (b'{"seeds": ["\xff"]}', "Line 1"), (b"[" * 100000, "Line 1"),
    (b'{} {}', "Line 1"),
])
def test_a_body_that_is_no_json_is_told_where(api, body, place):
    problem = refused(api.request("POST", "/v1/jobs", body), 400, "bad-json")
    assert place in problem["detail"]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                          "application/jsonx"])
def test_a_body_must_be_called_json(api, content_type):
    answer = api.request("POST", "/v1/jobs", b"{}", {"Content-Type": content_type})
    refused(answer, 415, "media-type")


def test_json_may_name_its_charset(api):
    answer = api.request("POST", "/v1/jobs", b"{}", {"Content-Type": "application/json; charset=utf-8"})
    refused(answer, 422, "invalid-settings")


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 4 * 1024 * 1024])
def test_a_body_over_the_cap_is_refused_and_the_connection_lives_on(api, size):
    connection = api.connect()
    answer = api.request("POST", "/v1/jobs", b"x" * size, connection=connection)
    refused(answer, 413, "body-too-large")
    assert api.request("GET", "/v1/jobs?limit=1", connection=connection).status == 200
    connection.close()


def test_a_chunked_body_over_the_cap_is_refused(api):
    connection = api.connect()
    chunks = (b"x" * 65536 for _ in range(20))
    connection.request("POST", "/v1/jobs", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 413
    connection.close()


def test_a_chunked_body_is_taken(api, site):
    connection = api.connect()
    text = json.dumps({"seeds": [site.url]}).encode()
    connection.request("POST", "/v1/jobs", iter([text[:5], text[5:]]), {"Content-Type": "application/json"},
                       encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 201
    api.wait_for(json.load(answer)["id"])
    connection.close()


def test_a_body_at_the_cap_is_read(api):
    problem = refused(api.request("POST", "/v1/jobs", b'{"seeds": ["' + b"x" * (1024 * 1024 - 15) + b'"]}'), 422,
                      "invalid-settings")
    assert problem["errors"][0]["pointer"] == "/seeds/0"


def test_a_far_too_long_body_is_refused_before_it_is_sent(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as sock:
        sock.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 100000000000\r\n\r\n")
        assert sock.recv(12) == b"HTTP/1.1 413"


# ---- listing jobs ----

def test_jobs_are_listed_newest_first_in_parts(tmp_path, site):
    api = CheckedDaemon(tmp_path / "data").start()
    ids = [api.create(site.url, max_pages=1) for _ in range(7)]
    for job_id in ids:
        api.wait_for(job_id)
    first = api.get("/v1/jobs?limit=3")
    assert [job["id"] for job in first.json["items"]] == ids[:3:-1]
    link = re.fullmatch(r'<(/v1/jobs\?.*)>; rel="next"', first.headers["Link"]).group(1)
    assert "limit=3" in link and first.json["next"] in link
    second = api.get(link)
    assert [job["id"] for job in second.json["items"]] == ids[3:0:-1]
    last = api.get(f"/v1/jobs?limit=3&cursor={second.json['next']}")
    assert [job["id"] for job in last.json["items"]] == ids[:1]
    assert last.json["next"] is None and last.headers["Link"] is None
    assert len(api.get("/v1/jobs?limit=7").json["items"]) == 7
    assert api.get("/v1/jobs?limit=7").json["next"] is None
    assert [job["id"] for job in api.all("/v1/jobs?limit=2&state=finished")] == ids[::-1]
    assert api.all("/v1/jobs?state=paused") == []
    assert api.stop() == 0


# ---- one job ----

def test_a_finished_job_tells_its_numbers(api, crawled):
    counts = crawled["counts"]
    assert counts["known"] == 6
    assert counts["known"] == sum(counts[name] for name in ("done", "queued", "in_flight", "skipped", "failed"))
    assert counts["done_by_outcome"] == {"ok": 3, "redirected": 1}
    assert counts["failed_by_reason"] == {"http_4xx": 1}
    assert counts["skipped_by_reason"] == {"not_html": 1}
    assert counts["occurrences"] == 7
    assert counts["images"] == 5
    assert counts["alt"] == {"missing": 1, "empty": 1, "whitespace": 1, "text": 4, "not_applicable": 0}
    assert crawled["created_at"] <= crawled["started_at"] <= crawled["finished_at"]
    assert crawled["name"] == "Kites"
    assert crawled["allowed_actions"] == []
    assert crawled["remaining_seconds"] is None and crawled["pages_per_second"] is None


def test_every_link_of_a_job_leads_somewhere(api, crawled):
    for name, target in crawled["links"].items():
        assert api.get(target).status == 200, name


def without_index(job):
    """What does not change while the index is built."""
    counts = {name: count for name, count in job["counts"].items() if name != "verdicts"}
    return {**job, "counts": counts, "index": None}


def test_the_numbers_are_the_same_after_a_restart(tmp_path, site):
    api = CheckedDaemon(tmp_path / "data").start()
    before = api.crawl(site.url)
    assert api.stop() == 0
    api.start()
    assert without_index(api.job(before["id"])) == without_index(before)
    assert api.stop() == 0


@pytest.mark.parametrize("path", ["", "/pages", "/pages/1", "/images", "/occurrences", "/hosts", "/events", "/export.csv",
                                  "/export.jsonl"])
def test_an_unknown_job_is_told(api, path):
    problem = refused(api.get(f"/v1/jobs/4711{path}"), 404, "job-not-found")
    assert "4711" in problem["detail"]


@pytest.mark.parametrize("method, path", [("POST", "/pause"), ("POST", "/resume"), ("POST", "/stop"), ("POST", "/cancel"),
                                          ("DELETE", "")])
def test_an_unknown_job_takes_no_action(api, method, path):
    refused(api.request(method, f"/v1/jobs/4711{path}"), 404, "job-not-found")


# ---- what a person can ask of a running job ----

@pytest.fixture
def running(api):
    """A job that cannot end before its gate is opened."""
    with GatedSite(pages=40, gate_at=20) as gated:
        job_id = api.create(gated.url)
        gated.wait_for_requests(21)
        yield api.wait_for(job_id, "running"), gated
        gated.open_gate()
        api.act(job_id, "cancel")
        api.wait_for(job_id, {"cancelled", "finished"}) if api.get(f"/v1/jobs/{job_id}").status == 200 else None


def test_a_running_job_shows_its_frontier_and_exports(api, running):
    job, _ = running
    counts = api.job(job["id"])["counts"]
    assert counts["known"] == sum(counts[name] for name in ("done", "queued", "in_flight", "skipped", "failed"))
    queued = api.all(results(job, "pages?state=queued"))
    assert len(queued) >= 20 and all(page["state"] == "queued" and page["outcome"] is None for page in queued)
    lines = api.get(results(job, "export.jsonl")).body.splitlines()
    assert len(lines) % IMAGES_PER_PAGE == 0
    for line in lines:
        json.loads(line)


def test_a_job_is_paused_and_resumed(api, running):
    job, gated = running
    answer = api.act(job["id"], "pause")
    assert answer.status == 200 and answer.json["state"] == "paused"
    problem = refused(api.act(job["id"], "pause"), 409, "job-state")
    assert problem["state"] == "paused"
    assert problem["allowed_actions"] == ["resume", "stop", "cancel"]
    answer = api.act(job["id"], "resume")
    assert answer.status == 200 and answer.json["state"] in ("queued", "running")
    gated.open_gate()
    done = api.wait_for(job["id"])
    assert (done["state"], done["counts"]["done"]) == ("finished", 40)


def test_a_job_is_stopped_and_resumed(api, running):
    job, gated = running
    gated.open_gate()
    answer = api.act(job["id"], "stop")
    if answer.status == 200:  # it may just have ended
        assert answer.json["state"] == "stopped"
        assert api.act(job["id"], "resume").status == 200
    assert api.wait_for(job["id"])["counts"]["done"] == 40


def test_a_job_is_cancelled_for_good(api, running):
    job, gated = running
    answer = api.act(job["id"], "cancel")
    assert answer.status == 200 and answer.json["state"] == "cancelled"
    gated.open_gate()
    counts = api.wait_until(lambda: api.job(job["id"])["counts"], lambda it: it["queued"] + it["in_flight"] == 0)
    assert counts["known"] == counts["done"] + counts["skipped"] + counts["failed"]
    assert counts["skipped_by_reason"]["cancelled"] > 0
    for action in ("pause", "resume", "stop", "cancel"):
        problem = refused(api.act(job["id"], action), 409, "job-state")
        assert problem["allowed_actions"] == [] and "cancelled" in problem["detail"]


def test_actions_need_no_body_but_no_form_either(api, running):
    job, _ = running
    path = f"/v1/jobs/{job['id']}/pause"
    refused(api.request("POST", path, b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}), 415, "media-type")
    assert api.request("POST", path, b"{}").status == 200


def test_a_deleted_job_is_gone(api, running):
    job, gated = running
    answer = api.request("DELETE", f"/v1/jobs/{job['id']}")
    assert answer.status == 204 and answer.body == b""
    gated.open_gate()
    for path in ("", "/pages", "/images", "/export.csv"):
        refused(api.get(f"/v1/jobs/{job['id']}{path}"), 404, "job-not-found")
    refused(api.request("DELETE", f"/v1/jobs/{job['id']}"), 404, "job-not-found")
    assert job["id"] not in [one["id"] for one in api.all("/v1/jobs")]


def test_too_many_waiting_jobs_are_put_off(tmp_path):
    api = CheckedDaemon(tmp_path / "data").start("--set", "jobs.max_running=1", "--set", "jobs.max_queued=1")
    with GatedSite(pages=3, gate_at=0) as gated:
        first = api.create(gated.url)
        api.wait_for(first, "running")
        api.create(gated.url)
        answer = api.post("/v1/jobs", {"seeds": [gated.url]})
        refused(answer, 503, "too-many-jobs")
        assert int(answer.headers["Retry-After"]) > 0
        gated.open_gate()
        api.wait_for(first)
    assert api.stop() == 0
