"""What must hold of every job: its numbers add up whenever somebody looks."""
import time

from daemon import FINAL


def assert_adds_up(job):
    counts = job["counts"]
    parts = [counts[name] for name in ("done", "queued", "in_flight", "skipped", "failed")]
    assert min(parts) >= 0 and counts["known"] == sum(parts), counts
    for whole, by in (("done", "done_by_outcome"), ("skipped", "skipped_by_reason"), ("failed", "failed_by_reason")):
        assert counts[whole] == sum(counts[by].values()), counts


def watch(daemon, job_id, until=FINAL, seconds=120):
    """Looks at the job again and again, and at its numbers each time, until it is in one of the states, or until
    `until(job)`. The job then."""
    is_over = until if callable(until) else lambda job: job["state"] in until
    deadline = time.monotonic() + seconds
    while True:
        job = daemon.job(job_id)
        assert_adds_up(job)
        if is_over(job):
            return job
        assert job["state"] not in FINAL, job
        assert time.monotonic() < deadline, f"{job}\n{daemon.log.read_text()[-2000:]}"
        time.sleep(0.02)


def pages(daemon, job_id):
    """{URL: page}"""
    return {page["url"]: page for page in daemon.all(f"/v1/jobs/{job_id}/pages")}


def outcomes(daemon, job_id):
    """{URL: outcome}"""
    return {url: page["outcome"] for url, page in pages(daemon, job_id).items()}


def inventory(daemon, job_id):
    """What the crawl found, in an order that does not depend on when."""
    found = sorted((page["url"], page["outcome"], page["title"]) for page in pages(daemon, job_id).values())
    return found, sorted(daemon.get(f"/v1/jobs/{job_id}/export.jsonl").body.splitlines())
