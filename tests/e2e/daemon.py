"""`imgcrawl serve` as a test sees it: start, stop, kill; a JSON client; waiting for a job with a deadline."""
import dataclasses
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMGCRAWL = os.environ.get("IMGCRAWL", str(ROOT / "build" / "imgcrawl"))
FINAL = {"finished", "cancelled", "failed"}


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        return self.headers.get("Content-Type")


class Daemon:
    """One data directory, and the process that serves it at the moment. Its log is DATA.log."""

    def __init__(self, data, *arguments, program=IMGCRAWL):
        self.data, self.arguments, self.program = pathlib.Path(data), arguments, program
        self.log = self.data.with_suffix(".log")
        self.process = self.port = None

    def launch(self, *arguments):
        """Starts the process, and does not wait for it."""
        listen = ["--listen", "127.0.0.1:0", "--data", str(self.data)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", *listen, *self.arguments, *arguments],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        return self

    def start(self, *arguments):
        self.launch(*arguments)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"imgcrawl: listening on http://127\.0\.0\.1:(\d+)/\n", line)
        assert match, (line, self.log.read_text())
        self.port = int(match.group(1))
        return self

    def stop(self, seconds=60):
        """SIGTERM; the exit status."""
        return self._end(signal.SIGTERM, seconds)

    def kill(self):
        return self._end(signal.SIGKILL, 60)

    def _end(self, signum, seconds):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signum)
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.process = None

    # ---- the client ----

    def connect(self, seconds=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def request(self, method, path, body=None, headers=None, connection=None):
        """body: bytes as they are, anything else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        own = connection or self.connect()
        try:
            own.request(method, path, body, {name: value for name, value in headers.items() if value is not None})
            answer = own.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            if connection is None:
                own.close()

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=None):
        return self.request("POST", path, body)

    def all(self, path):
        """Every item of a listing, part by part."""
        items, cursor = [], ""
        while cursor is not None:
            part = self.get(path + ("&" if "?" in path else "?") + "cursor=" + cursor)
            assert part.status == 200, part
            items += part.json["items"]
            cursor = part.json["next"]
        return items

    # ---- jobs ----

    def create(self, *seeds, **settings):
        """The new job's id."""
        answer = self.post("/v1/jobs", {"seeds": list(seeds), **settings})
        assert answer.status == 201, answer
        return answer.json["id"]

    def job(self, job_id):
        return self.get(f"/v1/jobs/{job_id}").json

    def act(self, job_id, action):
        return self.post(f"/v1/jobs/{job_id}/{action}")

    def wait_for(self, job_id, states=FINAL, seconds=60):
        """The job once it is in one of the states (a name or several)."""
        states = {states} if isinstance(states, str) else set(states)
        deadline = time.monotonic() + seconds
        while True:
            job = self.job(job_id)
            if job["state"] in states:
                return job
            assert job["state"] not in FINAL, f"{job['state']} for ever, wanted {states}: {job}"
            assert time.monotonic() < deadline, f"not {states} in {seconds} s: {job}\n{self.log.read_text()[-2000:]}"
            time.sleep(0.02)

    def wait_until(self, look, is_good, seconds=60):
        """What look() gives once it is good."""
        deadline = time.monotonic() + seconds
        while not is_good(value := look()):
            assert time.monotonic() < deadline, f"not in {seconds} s: {value}\n{self.log.read_text()[-2000:]}"
            time.sleep(0.02)
        return value

    def crawl(self, *seeds, **settings):
        """A job, run to its end."""
        return self.wait_for(self.create(*seeds, **settings))
