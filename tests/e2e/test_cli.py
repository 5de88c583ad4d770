"""The command line: help, usage errors, a crawl in the terminal, Ctrl-C and resuming."""
import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess

import pytest
from daemon import ROOT
from gated_site import IMAGES_PER_PAGE, GatedSite
from static_site import StaticSite, page
from terminal import Terminal

IMGCRAWL = os.environ["IMGCRAWL"]
PAGES = 12


def run(*arguments, seconds=120):
    result = subprocess.run([IMGCRAWL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=seconds)
    # The sanitizer has a remark on coroutines, which is not the program's.
    result.stderr = re.sub(r"==\d+==WARNING: ASan doesn't.*\n", "", result.stderr)
    return result


def catalog_rows(data):
    with sqlite3.connect(f"file:{data}/imgcrawl.db?mode=ro", uri=True) as database:
        return database.execute("SELECT id, state FROM jobs ORDER BY id").fetchall()


def job_rows(data, job, query):
    with sqlite3.connect(f"file:{data}/jobs/{job}.sqlite?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute(query).fetchall()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- help and usage ----

def test_help_lists_the_commands():
    for arguments in (["help"], ["--help"], ["-h"]):
        result = run(*arguments)
        assert result.returncode == 0
        assert all(f"imgcrawl {command}" in result.stdout for command in ("serve", "crawl", "inspect", "help"))
        assert "parse-process" not in result.stdout


@pytest.mark.parametrize("command", ["serve", "crawl", "inspect", "help"])
def test_each_command_has_help(command):
    by_help, by_option = run("help", command), run(command, "--help")
    assert by_help.returncode == by_option.returncode == 0
    assert by_help.stdout == by_option.stdout
    assert by_help.stdout.startswith(f"imgcrawl {command} ")


def test_version():
    assert re.fullmatch(r"imgcrawl \d+\.\d+\.\d+\n", run("--version").stdout)
    assert run("-V").stdout == run("--version").stdout


def test_help_config_lists_every_option_with_its_default():
    text = run("help", "config").stdout
    assert "max_body_bytes = 10 MiB" in text and "[politeness]" in text
    assert run("help", "config", "--ini").stdout == (ROOT / "configs/imgcrawl.ini").read_text()


@pytest.mark.parametrize("arguments, message", [
    ([], "which command?"),
    (["crwal", "http://a/"], "there is no command 'crwal'; did you mean 'crawl'?"),
    (["--verison"], "unknown option --verison"),
    (["help", "sevre"], "did you mean 'serve'?"),
    (["crawl"], "which URL?"),
    (["crawl", "http://a/", "--max-page", "3"], "unknown option --max-page; did you mean --max-pages?"),
    (["crawl", "http://a/", "--max-pages", "ten"], "--max-pages ten: must be a whole number"),
    (["crawl", "http://a/", "--max-pages", "0"], "--max-pages: must be from 1 to"),
    (["crawl", "http://a/", "--max-pages"], "--max-pages needs a value"),
    (["crawl", "http://a/", "--scope", "planet"], "--scope: "),
    (["crawl", "ftp://a/"], "ftp://a/: "),
    (["crawl", "http://a/", "--out", "images.xml"], "--out images.xml: the name must end in .csv, jsonl, parquet or sqlite"),
    (["crawl", "http://a/", "--resume", "--new"], "exclude each other"),
    (["crawl", "http://a/", "--set", "fetch.max_attempts=0"], "must be a whole number from 1 to 20"),
    (["serve", "http://a/"], "did you mean 'imgcrawl crawl http://a/'?"),
    (["serve", "--listen", "8080"], "--listen 8080: must be ADDRESS:PORT"),
    (["serve", "--config", "/nonexistent.ini"], "/nonexistent.ini: cannot read the configuration"),
])
def test_usage_errors_name_the_mistake(arguments, message):
    result = run(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stdout == ""


# ---- a crawl ----

def test_crawl_finds_every_page_and_image_and_says_so(tmp_path):
    with GatedSite(PAGES) as site:
        result = run("crawl", site.url, "--data", tmp_path / "data", "--out", tmp_path / "out.jsonl")
        assert result.returncode == 0, result.stderr
        assert site.page_requests() == {"/": 1, **{f"/{i}": 1 for i in range(1, PAGES)}}
    assert f"{PAGES} done, 0 failed, 0 skipped" in result.stdout
    assert f"{PAGES + 2} different, shown {PAGES * IMAGES_PER_PAGE} times" in result.stdout
    assert f"{PAGES} missing, {PAGES} empty, 0 only blanks, {PAGES} with text" in result.stdout
    assert "out.jsonl" in result.stdout
    rows = [json.loads(line) for line in open(tmp_path / "out.jsonl")]
    assert len(rows) == PAGES * IMAGES_PER_PAGE
    assert {row["alt"] for row in rows if row["url"].endswith("/3.png")} == {"Picture 3"}
    assert {row["alt_state"] for row in rows if row["url"].endswith("shared.png")} == {"missing"}
    assert not (tmp_path / "out.jsonl.part").exists()


def test_crawl_exports_csv_and_to_standard_output(tmp_path):
    with GatedSite(3) as site:
        result = run("crawl", site.url, "--data", tmp_path / "data", "--out", tmp_path / "out.csv")
        assert result.returncode == 0, result.stderr
        assert len(list(csv.DictReader(open(tmp_path / "out.csv", newline="")))) == 3 * IMAGES_PER_PAGE
        result = run("crawl", site.url, "--data", tmp_path / "other", "--out", "-")
        assert len([json.loads(line) for line in result.stdout.splitlines()]) == 3 * IMAGES_PER_PAGE
        assert "3 done" in result.stderr


def test_crawl_takes_a_url_without_scheme_and_says_so(tmp_path):
    with GatedSite(2) as site:
        result = run("crawl", f"localhost:{site.port}", "--data", tmp_path)
    assert result.returncode == 0, result.stderr
    assert f"taking localhost:{site.port} as http://localhost:{site.port}" in result.stderr
    assert "2 done" in result.stdout


def test_crawl_obeys_its_limits(tmp_path):
    with GatedSite(PAGES) as site:
        result = run("crawl", site.url, "--max-pages", 5, "--data", tmp_path / "a")
        assert result.returncode == 0 and len(site.page_requests()) == 5
        assert "max_pages was reached" in result.stdout
        result = run("crawl", site.url, "--max-depth", 0, "--data", tmp_path / "b")
        assert "1 done" in result.stdout
        result = run("crawl", site.url, "--exclude", "*/1*", "--data", tmp_path / "c")
        assert "matches an exclude pattern" in result.stdout


def test_crawl_that_gets_no_page_fails_and_tells_why(tmp_path):
    result = run("crawl", f"http://127.0.0.1:{free_port()}/", "--data", tmp_path, "--set", "politeness.robots_tries=1")
    assert result.returncode == 1
    assert "connect_refused" in result.stdout and "the host refused the connection" in result.stdout


def test_quiet_crawl_says_nothing(tmp_path):
    with GatedSite(2) as site:
        result = run("crawl", site.url, "--quiet", "--data", tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_crawl_says_when_the_data_directory_is_unusable(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    result = run("crawl", "http://127.0.0.1:9/", "--data", tmp_path / "file")
    assert result.returncode == 1
    assert "cannot use the data directory" in result.stderr and len(result.stderr.splitlines()) == 1
    result = run("crawl", "http://127.0.0.1:9/", "--data", tmp_path / "no" / "parent")
    assert result.returncode == 1 and result.stderr.count("--data") == 1, result.stderr


def test_crawl_whose_data_directory_is_in_use_says_once_what_to_do(tmp_path):
    with GatedSite(PAGES, 5) as site:
        with Terminal(crawl_command(site, tmp_path / "data")) as first:
            first.expect(r"\d+ / \d+ pages")
            result = run("crawl", site.url, "--data", tmp_path / "data")
            site.open_gate()
            assert first.wait() == 0
    assert result.returncode == 1 and f"process {first.pid}" in result.stderr
    assert result.stderr.count("--data") == 1 and result.stderr.count("another imgcrawl") == 1, result.stderr


def test_crawl_says_before_it_begins_when_the_file_cannot_be_written(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with GatedSite(2) as site:
        for out in (tmp_path / "missing" / "out.csv", tmp_path / "folder.csv"):
            result = run("crawl", site.url, "--data", tmp_path / "data", "--out", out)
            assert result.returncode == 1
            assert f"cannot write {out}: " in result.stderr and "--out FILE" in result.stderr, result.stderr
            assert len(result.stderr.splitlines()) == 1 and result.stdout == ""
        assert not site.page_requests()
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_different_data_urls_are_different_images(tmp_path):
    body = "".join(f'<img src="data:image/png;base64,{data}">' for data in ("QUJD", "QUJE", "QUJD"))
    with StaticSite({"/": page(body)}) as site:
        result = run("crawl", site.url + "/", "--data", tmp_path / "data", "--out", tmp_path / "out.jsonl")
    assert "2 different, shown 3 times" in result.stdout, result.stderr
    rows = [json.loads(line) for line in open(tmp_path / "out.jsonl")]
    assert rows[0]["url"] == rows[2]["url"] != rows[1]["url"]
    assert re.fullmatch(r"data:image/png;base64,#xxh3=[0-9a-f]{16}", rows[0]["url"])


def test_inspect_of_a_directory_says_that_it_is_one(tmp_path):
    result = run("inspect", "html", tmp_path)
    assert result.returncode == 1 and f"{tmp_path}: Is a directory" in result.stderr, result.stderr


# ---- Ctrl-C and resuming, on a terminal ----

GATED_PAGES, GATE_AT = 80, 20


def crawl_command(site, data, *more):
    return [IMGCRAWL, "crawl", site.url, "--data", str(data), *map(str, more)]


def interrupted_crawl(site, tmp_path):
    """A crawl that Ctrl-C has stopped cleanly with pages in flight; all of these are finished."""
    with Terminal(crawl_command(site, tmp_path / "data", "--out", tmp_path / "first.jsonl")) as terminal:
        site.wait_for_requests(GATE_AT + 3)
        terminal.expect(r"\d+ / \d+ pages")
        terminal.type("\x03")
        terminal.expect("stopping; pages in flight are finished")
        site.open_gate()
        assert terminal.wait() == 0, terminal.text()
        terminal.expect("stopped")
        terminal.expect("goes on with it later")
    asked = len(site.page_requests())
    assert GATE_AT < asked < GATED_PAGES
    assert len(open(tmp_path / "first.jsonl").readlines()) == asked * IMAGES_PER_PAGE


def assert_complete(site, data, job):
    assert site.page_requests() == {"/": 1, **{f"/{i}": 1 for i in range(1, GATED_PAGES)}}
    assert job_rows(data, job, "SELECT count(*) FROM occurrences") == [(GATED_PAGES * IMAGES_PER_PAGE,)]
    assert job_rows(data, job, "SELECT count(DISTINCT url), count(*) FROM urls") == [(GATED_PAGES, GATED_PAGES)]


def test_ctrl_c_stops_cleanly_and_the_same_command_resumes(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site:
        interrupted_crawl(site, tmp_path)
        with Terminal(crawl_command(site, tmp_path / "data")) as terminal:
            terminal.expect(r"Resume job 1 \(\d+ of 80 pages done\)\? \[Y/n\]")
            terminal.type("\n")
            assert terminal.wait() == 0, terminal.text()
            terminal.expect("80 done, 0 failed")
        assert catalog_rows(tmp_path / "data") == [(1, "finished")]
        assert_complete(site, tmp_path / "data", 1)


def test_no_is_an_answer(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site:
        interrupted_crawl(site, tmp_path)
        with Terminal(crawl_command(site, tmp_path / "data")) as terminal:
            terminal.expect(r"\[Y/n\]")
            terminal.type("n\n")
            assert terminal.wait() == 0, terminal.text()
        assert catalog_rows(tmp_path / "data") == [(1, "stopped"), (2, "finished")]


def test_without_a_terminal_resuming_is_an_option(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site:
        interrupted_crawl(site, tmp_path)
        result = run("crawl", site.url, "--max-pages", 1, "--data", tmp_path / "data")
        assert "job 1 (" in result.stderr and "beginning anew (--resume" in result.stderr
        site.requests["/"] -= 1  # that one
        result = run("crawl", site.url, "--resume", "--data", tmp_path / "data")
        assert result.returncode == 0 and "resuming job 1 (" in result.stderr
        assert_complete(site, tmp_path / "data", 1)
        result = run("crawl", site.url, "--max-pages", 1, "--resume", "--data", tmp_path / "data")
        assert result.returncode == 0 and "nothing to resume" in result.stderr


def test_second_ctrl_c_quits_at_once_and_nothing_is_lost(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site:
        with Terminal(crawl_command(site, tmp_path / "data")) as terminal:
            site.wait_for_requests(GATE_AT + 3)
            terminal.type("\x03")
            terminal.expect("stopping")
            terminal.type("\x03")
            assert terminal.wait(20) == 130
        site.open_gate()
        result = run("crawl", site.url, "--resume", "--data", tmp_path / "data")
        assert result.returncode == 0 and "resuming job 1" in result.stderr, result.stderr
        assert "80 done, 0 failed" in result.stdout
        assert job_rows(tmp_path / "data", 1, "SELECT count(*) FROM occurrences") == [(GATED_PAGES * IMAGES_PER_PAGE,)]


def killed_crawl(site, data):
    """Killed with pages in flight; its row in the catalog still says that it runs."""
    process = subprocess.Popen(crawl_command(site, data), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    site.wait_for_requests(GATE_AT + 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    site.open_gate()


def test_killed_crawl_resumes(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site:
        killed_crawl(site, tmp_path / "data")
        result = run("crawl", site.url, "--resume", "--data", tmp_path / "data")
        assert result.returncode == 0 and "resuming job 1" in result.stderr, result.stderr
        assert job_rows(tmp_path / "data", 1, "SELECT count(*) FROM occurrences") == [(GATED_PAGES * IMAGES_PER_PAGE,)]


def test_crawl_leaves_other_unfinished_jobs_alone(tmp_path):
    with GatedSite(GATED_PAGES, GATE_AT) as site, GatedSite(3) as other:
        killed_crawl(site, tmp_path / "data")
        result = run("crawl", other.url, "--data", tmp_path / "data")
        assert result.returncode == 0 and "3 done" in result.stdout, result.stderr
        # Its last requests may still reach the site after the kill, but no more than were under way.
        assert sum(site.page_requests().values()) < GATED_PAGES
        result = run("crawl", site.url, "--resume", "--data", tmp_path / "data")
        assert result.returncode == 0 and "80 done" in result.stdout, result.stderr
        assert catalog_rows(tmp_path / "data") == [(1, "finished"), (2, "finished")]


def test_progress_line_fits_a_narrow_terminal(tmp_path):
    with GatedSite(PAGES, 5) as site:
        with Terminal(crawl_command(site, tmp_path / "data"), columns=30) as terminal:
            terminal.expect(r"\r\d+ / \d+ pages")
            site.open_gate()
            assert terminal.wait() == 0
        lines = [line for line in terminal.text().split("\r") if " pages" in line and "done" not in line]
        assert lines and all(len(line) < 30 for line in lines)


def test_line_of_the_log_does_not_run_into_the_progress_line(tmp_path):
    with GatedSite(PAGES, 5) as site, socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        command = crawl_command(site, tmp_path / "data", deaf, "--set", "politeness.robots_tries=1")
        with Terminal(command) as terminal:
            terminal.expect(r"\r\d+ / \d+ pages")
            silent.accept()[0].close()  # it had asked for robots.txt
            warning = terminal.expect(r"\S* warning: .*robots\.txt")
            site.open_gate()
            terminal.wait()
        drawn, line = terminal.text()[:warning.end()].split("\r")[-2:]
        assert set(drawn) == {" "}, "the progress line was not wiped off"
        assert re.match(r"\d{4}-\d\d-\d\dT\S+Z warning: ", line), line


def test_inspect_answers_each_line_with_one_also_where_it_cannot():
    lines = ["", '{"robots_b64": "!", "agent": "a", "url": "http://b/"}', '{"robots": "", "agent": "a", "url": "http://b/"}']
    result = subprocess.run([IMGCRAWL, "inspect", "robots"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                            timeout=20)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(lines)
    assert "empty line" in answers[0]["error"]
    assert answers[1]["error"] == '"robots_b64" is no base64'
    assert answers[2]["allowed"]
    assert "inspect sitemap" in run("help", "inspect").stdout


@pytest.mark.parametrize("agent, url, expected", [
    ("imgcrawl/1.0", "http://b/no", {"allowed": False}), ("imgcrawl/1.0", "http://b/yes", {"allowed": True}),
    ("imgcrawl", "gopher://b/no", {"error": "the URL is refused: other_scheme"}),
    ("imgcrawl", "file:///no", {"error": "the URL is refused: other_scheme"})])
def test_inspect_robots_asks_as_a_crawl_does(agent, url, expected):
    question = {"robots": "User-agent: imgcrawl\nDisallow: /no", "agent": agent, "url": url}
    result = subprocess.run([IMGCRAWL, "inspect", "robots"], input=json.dumps(question) + "\n", capture_output=True,
                            text=True, timeout=20)
    answer = json.loads(result.stdout)
    assert {key: answer[key] for key in expected} == expected
