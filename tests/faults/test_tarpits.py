"""Hosts that answer one byte a second are moved to the slow lane, and out of it when it is full, so that hosts that answer
go on as if they were alone. What is counted here is slots and pages, not time; `make bench` measures the speed."""
import pytest
from fixture import Fixture
from job_checks import watch
from tarpits import Tarpits

TARPITS, SLOTS, LANE, HOSTS, PAGES = 300, 64, 64, 10, 40
OPTIONS = (f"fetch.pages_in_flight={SLOTS}", f"politeness.slow_lane={LANE}", "politeness.slow_after_ms=300",
           "politeness.robots_patience_ms=1500", "politeness.own_host_connections=4")


def slots_held(daemon):
    """By new hosts, and in the slow lane."""
    fetch = daemon.get("/healthz").json["fetch"]
    return fetch["slots_of_new_hosts"], fetch["slow_lane_in_use"]


@pytest.mark.parametrize("drips_robots", [True, False])
def test_healthy_hosts_finish_while_tarpits_hold_all_that_they_may(start_daemon, drips_robots):
    daemon = start_daemon(*OPTIONS)
    addresses = [f"127.0.1.{i + 1}" for i in range(HOSTS)]
    with Tarpits(TARPITS, drips_robots) as pits, Fixture(bind=addresses) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=0)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["slow_lane_in_use"], lambda slow: slow >= 8)
        job = daemon.create(*(f"{url}/page/1?of={PAGES}" for url in site.urls), sitemaps="off")
        seen = [slots_held(daemon)]

        def look(job):
            seen.append(slots_held(daemon))
            return job["state"] == "finished"

        job = watch(daemon, job, until=look)
        assert job["counts"]["done"] == HOSTS * PAGES
        assert pits.held > 0 and daemon.job(stuck)["state"] == "running"
        assert max(new for new, _ in seen) <= SLOTS // 2, "new hosts have half of the slots"
        assert 0 < max(lane for _, lane in seen) <= LANE
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_healthy_hosts_finish_beside_hosts_that_answer_once_and_then_drip(start_daemon):
    """They are quick at first; what they hold is set aside while others wait, and what is too much for the lane ends."""
    daemon = start_daemon(*OPTIONS)
    addresses = [f"127.0.1.{i + 1}" for i in range(HOSTS)]
    with Tarpits(TARPITS, turns=True) as pits, Fixture(bind=addresses) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=1)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["slow_lane_in_use"], lambda slow: slow >= 8)
        job = daemon.create(*(f"{url}/page/1?of={PAGES}" for url in site.urls), sitemaps="off")
        job = watch(daemon, job, until=lambda job: job["state"] == "finished")
        assert job["counts"]["done"] == HOSTS * PAGES
        assert pits.held > 0 and daemon.job(stuck)["state"] == "running"
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_a_second_jobs_new_hosts_have_their_turns_beside_a_first_jobs_tarpits(start_daemon):
    """The first has hundreds that wait; the lane is full, and it holds what new hosts may hold."""
    daemon = start_daemon(*OPTIONS)
    with Tarpits(TARPITS) as pits, Fixture(bind=[f"127.0.1.{i + 1}" for i in range(HOSTS)]) as site:
        stuck = daemon.create(*pits.urls, sitemaps="off", max_depth=0)
        daemon.wait_until(lambda: daemon.get("/healthz").json["fetch"]["cut_off"], bool)
        job = daemon.create(*(f"{url}/page/1?of=3" for url in site.urls), sitemaps="off")
        watch(daemon, job, until=lambda job: job["state"] == "finished")
        assert daemon.job(stuck)["counts"]["done"] == 0 and daemon.job(stuck)["state"] == "running"
        assert daemon.act(stuck, "cancel").status == 200
        daemon.wait_for(stuck)


def test_hosts_that_are_found_later_get_their_turn(start_daemon):
    """A healthy host that nobody knows yet, behind 200 tarpits in the same job."""
    daemon = start_daemon(*OPTIONS, "politeness.robots_tries=1", "fetch.max_attempts=1")
    with Tarpits(200) as pits, Fixture() as site:
        job = daemon.create(*pits.urls, site.url + "/page/1?of=3", sitemaps="off")
        watch(daemon, job, until=lambda job: job["counts"]["done"] == 3)
        assert daemon.act(job, "cancel").status == 200
        daemon.wait_for(job)
