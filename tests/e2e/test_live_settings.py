"""Changing a crawl while it runs: PATCH /v1/jobs/{id}, and rules for hosts."""
import json
import sqlite3

import pytest
from api_client import CheckedDaemon
from gated_site import GatedSite


@pytest.fixture
def daemon(tmp_path):
    """One whose answers are held against the API's description."""
    one = CheckedDaemon(tmp_path / "data").start()
    yield one
    assert one.stop() in (0, None), one.log.read_text()


@pytest.fixture
def site():
    with GatedSite(pages=40, gate_at=10) as one:
        yield one


def patch(daemon, job, **members):
    return daemon.request("PATCH", f"/v1/jobs/{job}", members)


def stored_settings(daemon, job):
    with sqlite3.connect(f"file:{daemon.data}/imgcrawl.db?mode=ro", uri=True) as catalog:
        return json.loads(catalog.execute("SELECT settings FROM jobs WHERE id = ?", (job,)).fetchone()[0])


def test_a_lowered_limit_ends_the_crawl_and_is_on_disk_when_it_is_answered(daemon, site):
    job = daemon.create(site.url, sitemaps="off")
    site.wait_for_requests(11)
    answer = patch(daemon, job, max_pages=5, name="shorter")
    assert answer.status == 200 and answer.json["settings"]["max_pages"] == 5
    assert stored_settings(daemon, job)["max_pages"] == 5 and answer.json["name"] == "shorter"
    site.open_gate()
    ended = daemon.wait_for(job)
    assert ended["reason"] == "max_pages" and ended["state"] == "finished"
    assert ended["counts"]["done"] < 40 and ended["counts"]["skipped_by_reason"]["max_pages"] > 0


def test_a_raised_limit_lets_it_go_on(daemon, site):
    job = daemon.create(site.url, sitemaps="off", max_pages=12)
    site.wait_for_requests(12)
    assert patch(daemon, job, max_pages=1000).status == 200
    site.open_gate()
    ended = daemon.wait_for(job)
    assert ended["reason"] == "complete" and ended["counts"]["done"] == 40


def test_max_seconds_counts_from_the_jobs_beginning(daemon, site):
    job = daemon.create(site.url, sitemaps="off")
    site.wait_for_requests(11)
    assert patch(daemon, job, max_seconds=1).status == 200
    site.open_gate()
    assert daemon.wait_for(job)["reason"] in ("max_seconds", "complete")


def test_max_in_flight_bounds_the_pages_at_one_time(daemon):
    with GatedSite(pages=40, gate_at=0) as site:
        job = daemon.create(site.url, sitemaps="off", max_in_flight=1)
        site.open_gate()
        job = daemon.wait_for(job)
        assert job["counts"]["done"] == 40


def test_what_cannot_be_changed_is_refused_by_name(daemon, site):
    job = daemon.create(site.url, sitemaps="off")
    for members, pointer in (({"scope": "any"}, "/scope"), ({"max_pages": 0}, "/max_pages"), ({"speed": 9}, "/speed")):
        answer = patch(daemon, job, **members)
        assert answer.status == 422, answer
        assert answer.json["errors"][0]["pointer"].lstrip("/") == pointer.lstrip("/"), answer.json
    assert patch(daemon, 99999, max_pages=3).status == 404
    site.open_gate()
    daemon.wait_for(job)
    answer = patch(daemon, job, max_pages=3)
    assert answer.status == 409 and "ended" in answer.json["detail"]


def test_a_patch_survives_a_restart(daemon, site):
    job = daemon.create(site.url, sitemaps="off")
    site.wait_for_requests(11)
    assert patch(daemon, job, max_pages=11, delay_ms=5).status == 200
    daemon.kill()
    daemon.start()
    site.open_gate()
    job = daemon.wait_for(job)
    assert job["settings"]["max_pages"] == 11 and job["settings"]["delay_ms"] == 5 and job["reason"] == "max_pages"


def test_host_rules_are_kept_and_the_most_specific_counts(daemon):
    put = [{"pattern": "*.localhost", "delay_ms": 5000}, {"pattern": "quick.localhost", "delay_ms": 0, "connections": 2}]
    for rule in put:
        answer = daemon.request("PUT", "/v1/host-rules", rule)
        assert answer.status == 200 and answer.json == rule
    daemon.kill()
    daemon.start()
    assert sorted(daemon.get("/v1/host-rules").json["items"], key=lambda rule: rule["pattern"]) == put
    with GatedSite(pages=2) as site:
        seed = f"http://quick.localhost:{site.port}/"
        assert daemon.crawl(seed, sitemaps="off")["counts"]["known"] >= 1
        [host] = [host for host in daemon.get("/v1/hosts").json["items"] if host["host"] == "quick.localhost"]
        assert host["delay_ms"] == 0 and host["connections"] == 2
        assert daemon.request("DELETE", "/v1/host-rules?pattern=quick.localhost").status == 204
        [host] = [host for host in daemon.get("/v1/hosts").json["items"] if host["host"] == "quick.localhost"]
        assert host["delay_ms"] == 5000 and host["why"] == "rule"
    assert daemon.request("DELETE", "/v1/host-rules?pattern=quick.localhost").status == 404
    assert daemon.request("DELETE", "/v1/host-rules").status == 400
    for rule in ({"pattern": "a b", "delay_ms": 1}, {"pattern": "x.example"}, {"delay_ms": 1},
                 {"pattern": "127.0.0.1:8", "delay_ms": 1}, {"pattern": "x.example", "delay_ms": -1}, {"pattern": "x.example", "colour": "red"}):
        answer = daemon.request("PUT", "/v1/host-rules", rule)
        assert answer.status == 422 and answer.json["errors"], answer
        assert answer.json["type"] == "urn:imgcrawl:problem:invalid-rule"
