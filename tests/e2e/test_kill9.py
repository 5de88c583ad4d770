"""What was acknowledged is never lost: a crawl of a real site finds the same after kill -9 at 50 random moments.

A life of the service is from a start to its kill. In most of them nginx answers slowly, so that the crawl outlasts
them all; in the brief ones it does not, and the writer is busy; some end while the service starts. The moments are
drawn from SEED (in the environment; printed with a failure)."""
import itertools
import os
import random
import shutil
import sqlite3
import tempfile
import time

import handbook
from daemon import Daemon
from nginx_site import SLOW_AGENT

KILLS = 50
SLOW_SECONDS = 0.9  # at most, of a life
BRIEF_SECONDS = 0.05
STARTING_SECONDS = 0.25  # about twice what a start takes
SLOWLY = ("--set", f"fetch.user_agent={SLOW_AGENT}")


class Story:
    """The big crawl, and small jobs that are acknowledged just before a kill."""

    def __init__(self, daemon, site, chance):
        self.daemon, self.site, self.chance = daemon, site, chance
        self.small_jobs = {}  # id: its URL
        self.done = 0

    def begin(self):
        self.daemon.start(*SLOWLY)
        self.big_job = self.daemon.create(*handbook.seeds_of(self.site))
        self.end_within(SLOW_SECONDS)

    def live_slowly(self):
        self.daemon.start(*SLOWLY)
        self.end_within(SLOW_SECONDS)

    def live_briefly(self):
        self.daemon.start()
        self.end_within(BRIEF_SECONDS)

    def end_within(self, seconds):
        time.sleep(self.chance.uniform(0, seconds))
        self.look()
        if self.chance.random() < 0.5:
            self.post_small_job()
        self.die()

    def hardly_start(self):
        """Killed while it takes up the jobs, or just after."""
        self.daemon.launch(*SLOWLY)
        time.sleep(self.chance.uniform(0, STARTING_SECONDS))
        self.die()

    def look(self):
        """At every instant the numbers add up."""
        job = self.daemon.job(self.big_job)
        assert job["state"] == "running", job
        counts = job["counts"]
        assert counts["known"] == sum(counts[part] for part in ("done", "queued", "in_flight", "skipped", "failed"))
        self.done = max(self.done, counts["done"])

    def die(self):
        """Whatever was told as done is in the file, even now. Looked up in a copy: to open the file repairs it."""
        self.daemon.kill()
        with tempfile.TemporaryDirectory() as aside:
            for file in (self.daemon.data / "jobs").glob(f"{self.big_job}.sqlite*"):
                shutil.copy(file, aside)
            with sqlite3.connect(f"{aside}/{self.big_job}.sqlite") as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                kept = database.execute("SELECT count(*) FROM pages WHERE state = 'done'").fetchone()[0]
            database.close()
        assert kept >= self.done
        self.done = kept

    def post_small_job(self):
        url = self.chance.choice(handbook.seeds_of(self.site))
        job_id = self.daemon.create(url, max_depth=0, name=f"small {len(self.small_jobs)}")
        assert job_id not in self.small_jobs and job_id != self.big_job
        self.small_jobs[job_id] = url


def test_kill_9_at_50_moments_changes_nothing(tmp_path, handbook_site):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    wanted = handbook.undisturbed(tmp_path / "undisturbed", handbook.seeds_of(handbook_site))
    daemon = Daemon(tmp_path / "data", program=handbook.PLAIN)
    story = Story(daemon, handbook_site, random.Random(seed))
    try:
        story.begin()
        lives = itertools.cycle((story.live_slowly, story.live_slowly, story.live_briefly, story.live_slowly,
                                 story.hardly_start))
        for live in itertools.islice(lives, KILLS - 1):
            live()
        daemon.start()
        assert story.done < len(wanted.pages), "the crawl was over before the kills were"
        assert daemon.wait_for(story.big_job)["state"] == "finished"
        handbook.same(handbook.inventory_of(daemon, story.big_job), wanted)
        check_small_jobs(story, wanted)
        assert daemon.stop() == 0, daemon.log.read_text()
    finally:
        daemon.kill()
    for job_id in (story.big_job, *story.small_jobs):
        handbook.check_sound(daemon.data, job_id)


def check_small_jobs(story, wanted):
    assert story.small_jobs
    assert {job["id"] for job in story.daemon.all("/v1/jobs")} == {story.big_job, *story.small_jobs}
    for number, (job_id, url) in enumerate(story.small_jobs.items()):
        job = story.daemon.wait_for(job_id)
        assert (job["state"], job["name"]) == ("finished", f"small {number}")
        assert job["settings"]["seeds"] == [url]
        found = handbook.inventory_of(story.daemon, job_id)
        assert [page for page in found.pages if page[1] == "done"] == [(url, "done", "ok")]
        assert found.rows == [row for row in wanted.rows if row[0] == url]
