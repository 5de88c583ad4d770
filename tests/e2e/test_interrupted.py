"""A crawl that is interrupted in an orderly way, and goes on, finds the same as one that is not, and fetches
nothing twice."""
import handbook
import pytest
from daemon import Daemon
from nginx_site import SLOW_AGENT

LANGUAGES = 4  # some 500 pages, answered slowly
MOMENTS = (40, 150, 300)  # pages done


@pytest.fixture
def seeds(handbook_site):
    return handbook.seeds_of(handbook_site)[:LANGUAGES]


@pytest.fixture
def wanted(tmp_path, seeds):
    return handbook.undisturbed(tmp_path / "undisturbed", seeds)


@pytest.fixture
def daemon(tmp_path):
    one = Daemon(tmp_path / "data", "--set", f"fetch.user_agent={SLOW_AGENT}")
    yield one.start()
    one.kill()


def wait_for_pages(daemon, job_id, count):
    job = daemon.wait_until(lambda: daemon.job(job_id), lambda job: job["counts"]["done"] >= count)
    assert job["state"] == "running", job


def check_end(daemon, job_id, wanted, requests):
    assert daemon.wait_for(job_id)["state"] == "finished"
    handbook.same(handbook.inventory_of(daemon, job_id), wanted)
    assert set(requests().values()) == {1}, "something was fetched twice"
    assert daemon.stop() == 0, daemon.log.read_text()
    handbook.check_sound(daemon.data, job_id)


def test_sigterm_and_a_new_start_change_nothing(daemon, seeds, wanted, handbook_requests):
    handbook_requests()
    job_id = daemon.create(*seeds)
    for count in MOMENTS:
        wait_for_pages(daemon, job_id, count)
        assert daemon.stop() == 0, daemon.log.read_text()
        daemon.start()
        assert daemon.job(job_id)["counts"]["done"] >= count, "forgotten while the file is opened"
    check_end(daemon, job_id, wanted, handbook_requests)


@pytest.mark.parametrize("action, state", [("pause", "paused"), ("stop", "stopped")])
def test_a_resumed_crawl_finds_the_same(daemon, seeds, wanted, handbook_requests, action, state):
    handbook_requests()
    job_id = daemon.create(*seeds)
    for count in MOMENTS:
        wait_for_pages(daemon, job_id, count)
        assert daemon.act(job_id, action).status == 200
        daemon.wait_for(job_id, state)
        at_rest = daemon.wait_until(lambda: daemon.job(job_id), lambda job: job["counts"]["in_flight"] == 0)
        assert at_rest["state"] == state
        assert daemon.act(job_id, "resume").status == 200
        assert daemon.job(job_id)["counts"]["done"] >= count, "forgotten while the file is opened"
    check_end(daemon, job_id, wanted, handbook_requests)


def test_a_paused_or_stopped_crawl_stays_so_over_a_new_start(daemon, seeds, wanted, handbook_requests):
    handbook_requests()
    job_id = daemon.create(*seeds)
    for count, action, state in zip(MOMENTS, ("pause", "stop"), ("paused", "stopped")):
        wait_for_pages(daemon, job_id, count)
        assert daemon.act(job_id, action).status == 200
        daemon.wait_for(job_id, state)
        assert daemon.stop() == 0, daemon.log.read_text()
        daemon.start()
        assert daemon.job(job_id)["state"] == state
        assert daemon.job(job_id)["counts"]["done"] >= count
        assert daemon.act(job_id, "resume").status == 200
        assert daemon.job(job_id)["counts"]["done"] >= count, "forgotten while the file is opened"
    check_end(daemon, job_id, wanted, handbook_requests)


def test_many_seeds_outlive_a_kill_while_they_are_taken_in(tmp_path):
    one = Daemon(tmp_path / "data").start()
    seeds = [f"http://127.0.0.1:9/{n}" for n in range(30000)]
    job_id = one.create(*seeds, max_pages=1)
    one.kill()
    job = one.start().wait_for(job_id)
    assert job["counts"]["known"] == len(seeds), job
    assert job["counts"]["failed"] + job["counts"]["skipped"] == len(seeds), job
    assert one.stop() == 0, one.log.read_text()
    handbook.check_sound(one.data, job_id)
