"""`imgcrawl serve` as systemd sees it: ready, alive, stopping; and clear words where it cannot start."""
import json
import os
import re
import signal
import socket
import subprocess
import urllib.request

import pytest
from gated_site import GatedSite

IMGCRAWL = os.environ["IMGCRAWL"]


class NotifySocket:
    """Stands in for systemd: a datagram socket that collects what sd_notify sends."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(60)

    def expect(self, word):
        """Messages up to the first that holds the word."""
        seen = []
        while not seen or word not in seen[-1].splitlines():
            seen.append(self.socket.recv(4096).decode())
        return seen


class Service:
    def __init__(self, data, *arguments, environment=None):
        self.process = subprocess.Popen(
            [IMGCRAWL, "serve", "--listen", "127.0.0.1:0", "--data", str(data), *arguments],
            env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.first_line = self.process.stdout.readline()
        self.curl_line = self.process.stdout.readline()
        match = re.fullmatch(r"imgcrawl: listening on (http://127\.0\.0\.1:\d+)/\n", self.first_line)
        assert match, (self.first_line, self.process.communicate())
        self.url = match.group(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def terminate(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def wait_for_state(service, job, states):
    import time
    end = time.monotonic() + 90
    while True:
        answer = service.call(f"/v1/jobs/{job}")
        if answer["state"] in states:
            return answer
        assert time.monotonic() < end, answer
        time.sleep(0.1)


def run(*arguments):
    return subprocess.run([IMGCRAWL, "serve", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def test_systemd_is_told_ready_alive_and_stopping(tmp_path):
    notify = NotifySocket(tmp_path)
    environment = {"NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "400000"}
    with Service(tmp_path / "data", environment=environment) as service:
        ready = notify.expect("READY=1")[-1]
        assert f"STATUS=listening on {service.url}/" in ready
        notify.expect("WATCHDOG=1")
        notify.expect("WATCHDOG=1")
        service.process.send_signal(signal.SIGTERM)
        notify.expect("STOPPING=1")
        assert service.process.wait(60) == 0


def test_without_systemd_nothing_is_needed(tmp_path):
    with Service(tmp_path / "data") as service:
        assert service.terminate() == 0


def test_ready_line_is_followed_by_a_curl_line_that_works(tmp_path):
    with GatedSite(3) as site, Service(tmp_path / "data") as service:
        assert service.curl_line.startswith(f"curl -sS {service.url}/v1/jobs ")
        command = service.curl_line.replace("https://example.com/", site.url)
        answer = json.loads(subprocess.run(command, shell=True, capture_output=True, check=True).stdout)
        assert wait_for_state(service, answer["id"], ("finished",))["settings"]["max_pages"] == 100
        assert service.terminate() == 0


def test_sigterm_finishes_pages_in_flight_and_saves_the_rest(tmp_path):
    with GatedSite(60, 20) as site:
        with Service(tmp_path / "data") as service:
            job = service.call("/v1/jobs", {"seeds": [site.url]})["id"]
            site.wait_for_requests(24)
            service.process.send_signal(signal.SIGTERM)
            site.open_gate()
            assert service.process.wait(60) == 0, service.process.stderr.read()
        asked = len(site.page_requests())
        assert 20 < asked < 60
        with Service(tmp_path / "data") as service:
            answer = wait_for_state(service, job, ("finished", "failed"))
            assert answer["state"] == "finished" and answer["counts"]["done"] == 60
            assert service.terminate() == 0
        assert set(site.page_requests().values()) == {1}, "a page was fetched twice"


def test_grace_is_limited(tmp_path):
    with GatedSite(60, 20) as site, Service(tmp_path / "data", "--set", "server.shutdown_seconds=1") as service:
        service.call("/v1/jobs", {"seeds": [site.url]})
        site.wait_for_requests(24)
        assert service.terminate(40) == 0  # the gate stays shut


def test_second_signal_exits_at_once(tmp_path):
    with GatedSite(60, 20) as site, Service(tmp_path / "data", "--set", "server.shutdown_seconds=3000") as service:
        service.call("/v1/jobs", {"seeds": [site.url]})
        site.wait_for_requests(24)
        service.process.send_signal(signal.SIGTERM)
        for line in service.process.stderr:
            if "stopping" in line:
                break
        assert service.terminate(20) == 128 + signal.SIGTERM


def test_hangup_is_ignored(tmp_path):
    with Service(tmp_path / "data") as service:
        service.process.send_signal(signal.SIGHUP)
        service.call("/healthz")
        assert service.terminate() == 0


# ---- where it cannot start ----

def test_port_in_use_is_told_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("--listen", f"127.0.0.1:{taken.getsockname()[1]}", "--data", tmp_path / "data")
    assert result.returncode == 1 and result.stdout == ""
    assert "cannot listen on" in result.stderr and "--listen" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_locked_data_directory_is_told_in_one_line(tmp_path):
    with Service(tmp_path / "data"):
        result = run("--listen", "127.0.0.1:0", "--data", tmp_path / "data")
    assert result.returncode == 1 and result.stdout == ""
    assert "another imgcrawl" in result.stderr and "--data" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_unwritable_data_directory_is_told_in_one_line():
    result = run("--listen", "127.0.0.1:0", "--data", "/proc/sys/kernel/data")
    assert result.returncode == 1
    assert "cannot use the data directory" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_configuration_file_is_read_and_its_errors_have_a_line(tmp_path):
    (tmp_path / "imgcrawl.ini").write_text("[server]\nlog_level = debug\n[fetch]\nmax_atempts = 3\n")
    result = run("--config", tmp_path / "imgcrawl.ini", "--data", tmp_path / "data")
    assert result.returncode == 2
    assert "imgcrawl.ini:4: fetch.max_atempts: there is no option 'max_atempts'; did you mean max_attempts?" \
        in result.stderr


def test_command_line_wins_over_the_file(tmp_path):
    (tmp_path / "imgcrawl.ini").write_text(f"[data]\ndir = {tmp_path}/from_file\n")
    with Service(tmp_path / "from_option", "--config", str(tmp_path / "imgcrawl.ini")) as service:
        assert service.terminate() == 0
    assert (tmp_path / "from_option/imgcrawl.db").exists()
    assert not (tmp_path / "from_file").exists()


@pytest.mark.parametrize("backend", ["epoll", "poll", "select"])
def test_loop_backend_is_a_setting(tmp_path, backend):
    with GatedSite(5) as site, Service(tmp_path / "data", "--set", f"loop.backend={backend}") as service:
        job = service.call("/v1/jobs", {"seeds": [site.url]})["id"]
        assert wait_for_state(service, job, ("finished",))["counts"]["done"] == 5
        assert service.terminate() == 0
