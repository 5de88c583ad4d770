"""Sites without end: each crawl comes to its end by itself, says why, and releases what a person wants after all.
Ordinary sites that look a little like them are crawled whole."""
import concurrent.futures
import re
import sys
import urllib.parse

import handbook
import pytest
from api_client import CheckedDaemon, refused
from daemon import ROOT

sys.path.insert(0, str(ROOT / "tests" / "fixture"))
from fixture import Fixture  # noqa: E402

MOST_PAGES = 400  # of a trap, before it is known as one


@pytest.fixture
def endless():
    with Fixture() as one:
        yield one


@pytest.fixture
def api(tmp_path):
    one = CheckedDaemon(tmp_path / "data").start()
    yield one
    assert one.stop() == 0, one.log.read_text()


def sums_up(job):
    counts = job["counts"]
    assert counts["known"] == sum(counts[name] for name in ("done", "failed", "skipped", "queued", "in_flight")), counts
    for whole, parts in (("done", "done_by_outcome"), ("failed", "failed_by_reason"), ("skipped", "skipped_by_reason")):
        assert counts[whole] == sum(counts[parts].values()), counts
    return counts


def traps_of(api, job):
    return {trap["kind"]: trap for trap in api.all(f"/v1/jobs/{job['id']}/traps")}


def crawl(api, site, path, **settings):
    job = api.crawl(site.url + path, max_seconds=120, max_depth=1000, **settings)
    assert (job["state"], job["reason"]) == ("finished", "complete"), job
    sums_up(job)
    return job


def held(job):
    return job["counts"]["skipped_by_reason"].get("trap", 0)


def check_evidence(api, job, trap, site):
    assert trap["state"] == "suspended" and trap["host"] == "127.0.0.1"
    assert 1 <= len(trap["examples"]) <= 5 and all(url.startswith(site.url) for url in trap["examples"])
    assert trap["detail"] and any(letter.isdigit() for letter in trap["detail"])
    assert any(trap["pattern"] in event["text"] for event in api.get(f"/v1/jobs/{job['id']}/events").json["items"]
               if event["kind"] == "trap")
    assert f"job {job['id']} host 127.0.0.1: trap {trap['id']} ({trap['kind']})" in api.log.read_text()


def test_endless_calendar(api, endless):
    job = crawl(api, endless, "/calendar/")
    traps = traps_of(api, job)
    assert set(traps) <= {"calendar", "far_dates"} and traps
    for trap in traps.values():
        check_evidence(api, job, trap, endless)
        assert trap["pattern"] == endless.url + "/calendar/{date}"
    assert sum(trap["held_urls"] for trap in traps.values()) == held(job) > 0
    assert job["counts"]["done"] < MOST_PAGES
    note = next(one for one in job["notes"] if one["code"] == "traps_suspended")
    assert f" {held(job)} URLs back: see traps" in note["detail"]
    check_why(api, job, endless.url + "/calendar/2093/1", traps)


def check_why(api, job, url, traps):
    """Of a URL that is not known, but which the trap would hold back."""
    answer = api.get(f"/v1/jobs/{job['id']}/why?url=" + urllib.parse.quote(url, safe="")).json
    assert answer["outcome"] == "trap" and answer["rule"]["kind"] == "trap", answer
    assert answer["trap_id"] in {trap["id"] for trap in traps.values()}
    assert url.rpartition("/calendar")[0] + "/calendar/{date}" in answer["sentence"]


@pytest.mark.parametrize("path", ["/session/", "/account/"])
def test_session_ids_that_change_with_each_answer(api, endless, path):
    job = crawl(api, endless, path)
    traps = traps_of(api, job)
    assert list(traps) == ["session_id"]
    check_evidence(api, job, traps["session_id"], endless)
    assert traps["session_id"]["held_urls"] == held(job) > 0
    assert job["counts"]["done"] < MOST_PAGES
    new_id = re.sub("[0-9a-f]{32}", "0123456789abcdef" * 2, traps["session_id"]["examples"][0])
    answer = api.get(f"/v1/jobs/{job['id']}/why?url=" + urllib.parse.quote(new_id, safe="")).json
    assert (answer["known"], answer["outcome"], answer["trap_id"]) == (False, "trap", traps["session_id"]["id"]), answer
    numbers = {image["url"].rpartition("/")[2] for image in api.all(f"/v1/jobs/{job['id']}/images")}
    assert numbers == {"logo.png"} | {f"{n}.png" for n in range(6)}, "a page was lost"


def test_session_ids_that_are_taken_out(api, endless):
    job = crawl(api, endless, "/account/0", remove_session_ids=True)
    assert job["counts"]["known"] == 6 and not traps_of(api, job)


def test_a_relative_link_that_grows_is_ended_by_a_limit(api, endless):
    job = crawl(api, endless, "/explosion/")
    assert job["counts"]["skipped_by_reason"] == {"repeated_segments": 1}
    assert job["counts"]["done"] == 6


def test_a_relative_link_that_grows_is_a_trap(api, endless):
    job = crawl(api, endless, "/explosion/", max_repeated_segments=0, max_path_depth=0)
    trap = traps_of(api, job)["repeating_path"]
    check_evidence(api, job, trap, endless)
    assert held(job) == trap["held_urls"] > 0 and job["counts"]["done"] < 50


def test_facets_and_their_orders(api, endless):
    job = crawl(api, endless, "/facets")
    traps = traps_of(api, job)
    assert "parameter_order" in traps
    for trap in traps.values():
        check_evidence(api, job, trap, endless)
    assert sum(trap["held_urls"] for trap in traps.values()) == held(job) > 0


def test_query_variants_have_a_limit(api, endless):
    job = crawl(api, endless, "/facets", detect_traps=False, max_query_variants=50)
    assert job["counts"]["done"] == 51
    assert set(job["counts"]["skipped_by_reason"]) == {"max_query_variants"}
    assert not traps_of(api, job)


def test_a_host_has_a_limit(api, endless):
    job = crawl(api, endless, "/shop/", max_host_pages=40)
    assert job["counts"]["done"] == 40
    assert set(job["counts"]["skipped_by_reason"]) == {"max_host_pages"}


def test_ordinary_sites_are_crawled_whole(api, endless):
    shop = crawl(api, endless, "/shop/")
    assert shop["counts"]["done"] == shop["counts"]["known"] == 301
    archive = crawl(api, endless, "/archive/")
    assert archive["counts"]["done"] == archive["counts"]["known"] == 1 + 15 * 12 * 3
    assert not traps_of(api, shop) and not traps_of(api, archive)


def wait_for_trap(api, job_id):
    return api.wait_until(lambda: api.all(f"/v1/jobs/{job_id}/traps"), bool)[0]


def release(api, job_id, trap):
    return api.post(f"/v1/jobs/{job_id}/traps/{trap['id']}/release")


def slow_calendar(api, site, **settings):
    """A job on the calendar that is still at work on a slow page when the trap is found."""
    return api.create(site.url + "/calendar/", *(f"{site.url}/slow/{ms}" for ms in range(5000, 5008)), max_seconds=120,
                      max_depth=1000, **settings)


def test_release_while_it_runs(api, endless):
    job_id = slow_calendar(api, endless, max_pages=500)
    trap = wait_for_trap(api, job_id)
    answer = release(api, job_id, trap)
    assert answer.status == 200 and answer.json["state"] == "released", answer
    assert release(api, job_id, trap).json["released_at"] == answer.json["released_at"]
    job = api.wait_for(job_id)
    sums_up(job)
    after = {one["id"]: one for one in api.all(f"/v1/jobs/{job_id}/traps")}[trap["id"]]
    assert after["held_urls"] == 0 and after["released_urls"] > 0
    for url in trap["examples"]:
        assert endless.hits(url.removeprefix(endless.url)) == 1
    assert job["counts"]["done"] > MOST_PAGES, "what was released was not fetched"


def test_release_of_many_queues_each_once(api, endless):
    slow = [f"{endless.url}/slow/{ms}" for ms in range(8000, 8004)]
    job_id = api.create(endless.url + "/facets", *slow, max_seconds=120)
    both = api.wait_until(lambda: api.all(f"/v1/jobs/{job_id}/traps"), lambda traps: len(traps) == 2)
    assert all(release(api, job_id, trap).status == 200 for trap in both)
    job = api.wait_for(job_id)
    counts = sums_up(job)
    assert counts["skipped"] == 0 and counts["done"] == counts["known"] > 3000
    assert all(trap["held_urls"] == 0 for trap in api.all(f"/v1/jobs/{job_id}/traps"))
    assert endless.hits("/facets") == counts["done"] - len(slow), "something was fetched twice"


def test_what_was_released_too_late_is_skipped_for_the_limit(api, endless):
    slow = [f"{endless.url}/slow/{ms}" for ms in range(4000, 4004)]
    job_id = api.create(endless.url + "/facets", *slow, max_pages=500, max_seconds=120)
    trap = api.wait_until(lambda: api.all(f"/v1/jobs/{job_id}/traps"), lambda traps: len(traps) == 2)
    assert all(release(api, job_id, one).status == 200 for one in trap)
    job = api.wait_for(job_id)
    counts = sums_up(job)
    assert job["reason"] == "max_pages" and set(counts["skipped_by_reason"]) == {"max_pages"}, counts
    assert all(one["held_urls"] == 0 for one in api.all(f"/v1/jobs/{job_id}/traps"))
    assert not [note for note in job["notes"] if note["code"] == "traps_suspended"]


def test_a_real_site_has_no_traps(api, handbook_site):
    job = api.crawl(*handbook.seeds_of(handbook_site)[:6])
    assert job["counts"]["done"] > 500 and held(job) == 0 and not traps_of(api, job)


def test_release_of_a_paused_job_outlives_a_restart(api, endless):
    job_id = slow_calendar(api, endless, max_pages=500)
    wait_for_trap(api, job_id)
    assert api.act(job_id, "pause").status == 200
    api.wait_until(lambda: api.job(job_id), lambda job: job["counts"]["in_flight"] == 0)
    trap = api.wait_until(lambda: api.all(f"/v1/jobs/{job_id}/traps")[0], lambda one: one["held_urls"] > 0)
    api.wait_until(lambda: release(api, job_id, trap).status, lambda status: status == 200)
    sums_up(api.job(job_id))
    assert api.stop() == 0
    api.start()
    assert api.act(job_id, "resume").status == 200
    job = api.wait_for(job_id)
    sums_up(job)
    after = api.all(f"/v1/jobs/{job_id}/traps")[0]
    assert after["state"] == "released" and after["held_urls"] == 0 and after["released_urls"] >= trap["held_urls"]
    assert job["counts"]["done"] > MOST_PAGES


def test_suspension_outlives_a_restart(api, endless):
    job_id = slow_calendar(api, endless)
    wait_for_trap(api, job_id)
    assert api.stop() == 0
    api.start()
    job = api.wait_for(job_id)
    assert job["reason"] == "complete" and job["counts"]["done"] < MOST_PAGES
    sums_up(job)


def test_release_reopens_a_finished_job(api, endless):
    job = crawl(api, endless, "/calendar/", max_pages=500)
    traps = list(traps_of(api, job).values())
    hits = endless.hits("/calendar/")
    with concurrent.futures.ThreadPoolExecutor() as pool:  # also while the job is being opened or closed
        answers = list(pool.map(lambda trap: release(api, job["id"], trap), traps))
    assert all(answer.status == 200 and answer.json["state"] == "released" for answer in answers), answers
    after = api.wait_for(job["id"])
    counts = sums_up(after)
    assert (after["state"], after["reason"]) == ("finished", "max_pages"), after
    assert job["counts"]["done"] < MOST_PAGES < counts["done"] == 500
    assert counts["images"] >= job["counts"]["images"] and counts["known"] > job["counts"]["known"]
    assert endless.hits("/calendar/") == hits, "what was done was done again"
    now = {one["id"]: one for one in api.all(f"/v1/jobs/{job['id']}/traps")}
    assert all(now[trap["id"]]["held_urls"] == 0 and now[trap["id"]]["released_urls"] >= trap["held_urls"]
               for trap in traps)
    assert "detect_traps" in refused(release(api, job["id"], traps[0]), 409, "job-state")["detail"]


def test_release_is_refused_with_a_remedy(api, endless):
    running = slow_calendar(api, endless)
    trap = wait_for_trap(api, running)
    assert api.act(running, "cancel").status == 200
    api.wait_for(running)
    assert "detect_traps" in refused(release(api, running, trap), 409, "job-state")["detail"]
    running = slow_calendar(api, endless)
    wait_for_trap(api, running)
    refused(api.post(f"/v1/jobs/{running}/traps/77/release"), 404, "trap-not-found")
    refused(api.post(f"/v1/jobs/{running + 1}/traps/1/release"), 404, "job-not-found")
