"""Host names as a crawl meets them: ten thousand of them, asked for once each, and nobody waits for any."""
import pathlib
import threading

import pytest
from daemon import Daemon
from many_names import ManyNames
from name_server import A, AAAA, NameServer

NAMES = 10000
# Nobody's limits but the machine's: every host is at once due, and may be reached.
FREE = ("--set", "politeness.allow_networks=127.0.0.0/8", "--set", "politeness.host_delay_ms=0")


def threads_of(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/task").iterdir()))


class ThreadWatch:
    """The most threads that a process had while this was open."""

    def __init__(self, pid):
        self.pid, self.most, self.stopped = pid, threads_of(pid), threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stopped.wait(0.02):
            self.most = max(self.most, threads_of(self.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


@pytest.fixture
def names():
    with NameServer() as one:
        yield one


@pytest.fixture
def daemon(tmp_path, names):
    one = Daemon(tmp_path / "data", "--set", f"dns.servers={names.address}", *FREE).start()
    yield one
    one.kill()


def test_ten_thousand_names_are_crawled_with_one_look_up_each_and_no_thread(tmp_path, daemon, names):
    (tmp_path / "site").mkdir()
    with ManyNames(tmp_path / "site", NAMES) as site, ThreadWatch(daemon.process.pid) as watch:
        before = threads_of(daemon.process.pid)
        job = daemon.wait_for(daemon.create(*site.seeds("names"), scope="any"), seconds=300)
        most = watch.most
    assert job["state"] == "finished" and job["counts"]["failed"] == 0, job
    assert job["counts"]["done"] >= NAMES, job
    assert most <= before + 1, (before, most)  # the writer's, should it start only now
    asked = names.asked()
    crawled = [site.name(i) for i in range(NAMES)]
    assert all(asked[name, A] >= 1 for name in crawled)
    assert sum(asked[name, A] for name in crawled) <= NAMES * 1.02
    assert sum(asked[name, AAAA] for name in crawled) <= NAMES * 1.02


def test_host_that_does_not_exist_says_so(daemon):
    """Its robots.txt cannot be had, so the page is not asked for either; the log tells why."""
    job = daemon.create("http://missing.example/")
    daemon.wait_until(daemon.log.read_text, lambda text: "http://missing.example: robots.txt cannot be had" in text)
    assert "dns_failed" in daemon.log.read_text()
    daemon.act(job, "cancel")
    daemon.wait_for(job)


def test_name_that_recovers_is_asked_for_again_and_fetched(tmp_path):
    """With the defaults, a retry comes after the failure was forgotten."""
    with NameServer(addresses=(None, "127.0.0.1")) as names, ManyNames(tmp_path, 1) as site:
        daemon = Daemon(tmp_path / "data", "--set", f"dns.servers={names.address}", "--set", "dns.tries=1", *FREE)
        daemon.start()
        try:
            job = daemon.wait_for(daemon.create(*site.seeds("names"), scope="any"), seconds=60)
        finally:
            daemon.kill()
        assert job["state"] == "finished" and job["counts"]["failed"] == 0, job
