"""Exports: other programs read back what the API lists, value for value; parts, caches, mid-crawl; the command."""
import contextlib
import csv
import hashlib
import io
import json
import os
import pathlib
import sqlite3
import subprocess

import pytest
from api_client import CheckedDaemon, refused, results
from gated_site import IMAGES_PER_PAGE, GatedSite
from handbook import BUILD, PLAIN
from parquet_reader import read_parquet
from static_site import StaticSite, page

IMGCRAWL = os.environ["IMGCRAWL"]
READERS = BUILD / "readers/bin/python"
LIBRARIES = ["pyarrow", "duckdb"] if (BUILD / "readers/installed").exists() else []
PAGES = 12


def reserved(answer):
    status, headers, body = answer
    return status, {**headers, "X-Robots-Tag": "noai"}, body


@pytest.fixture(scope="module")
def gallery():
    """Texts that are hard to keep, images with and without alt, one page that reserves its use."""
    pages = {
        "/": page('<main><h1>Kites, "fast" &amp; slow</h1><figure><a href="/two"><img src="/a.png" alt="A, &quot;red&quot; kite&#10;over'
                  ' two lines" width="640" height="480" loading="lazy"></a><figcaption>Caf&eacute; &#128031;</figcaption></figure></main>'
                  '<img src="/b.png"><img alt=""><img src="/c.png" alt="=1+1" title="t"><a href="/two">two</a><a href="/three">3</a>'),
        "/two": page('<img src="/a.png" alt="the same kite again"><img src="/d.png" alt="   "><img src="data:image/png;base64,QUJD" alt="inline">'),
        "/three": reserved(page('<img src="/e.png" alt="not for training">')),
    }
    with StaticSite(pages) as one:
        yield one


@pytest.fixture(scope="module")
def job(api, gallery):
    job = api.crawl(gallery.url + "/", name="Kites")
    assert job["state"] == "finished", job
    return job


@pytest.fixture(scope="module")
def expected(api, job):
    """The rows, as JSON lines have them."""
    return [json.loads(line) for line in api.get(results(job, "export.jsonl")).body.splitlines()]


# ---- what other programs read ----

def test_json_lines_say_what_the_api_lists(api, job, gallery, expected):
    listed = api.all(results(job, "occurrences"))
    assert len(listed) == len(expected) == 8
    for row, one in zip(expected, listed):
        for name in ("page_url", "url", "source", "position", "alt", "alt_state", "title", "width", "height", "loading"):
            assert row[name] == one[name], name
        for name in ("noindex", "noimageindex", "noai", "noimageai", "tdm_reserved", "tdm_policy"):
            assert row[name] == one["consent"][name], name
    first = expected[0]
    assert first["alt"] == 'A, "red" kite\nover two lines' and first["caption"] == "Café 🐟"
    assert first["link"].endswith("/two") and first["link_only"] is True and first["lazy"] is True
    assert first["heading"] == 'Kites, "fast" & slow' and first["landmark"] == "main"
    assert {row["page_url"].removeprefix(gallery.url): row["noai"] for row in expected} == {
        "/": False, "/two": False, "/three": True}


def test_csv_is_read_back_by_the_csv_module(api, job, expected):
    rows = list(csv.DictReader(io.StringIO(api.get(results(job, "export.csv")).body.decode(), newline="")))
    def as_text(value):
        return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
    assert rows == [{name: as_text(value) for name, value in row.items()} for row in expected]


def test_parquet_of_few_rows_has_one_group(api, job):
    _, groups, writer = read_parquet(api.get(results(job, "export.parquet")).body)
    assert groups == 1 and writer.startswith("imgcrawl version ")


def rows_by(library, path):
    if library == "parquet_reader":
        return read_parquet(path.read_bytes())[0]
    command = [READERS, pathlib.Path(__file__).with_name("read_parquet.py"), library, path]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("library", ["parquet_reader", *LIBRARIES])
def test_parquet_is_read_back_by_other_programs(api, job, expected, tmp_path, library):
    (tmp_path / "rows.parquet").write_bytes(api.get(results(job, "export.parquet")).body)
    assert rows_by(library, tmp_path / "rows.parquet") == expected


def test_large_parquet_has_row_groups_and_dictionaries_that_end(tmp_path):
    """More rows than a group has, and in some columns more texts than a dictionary holds."""
    subprocess.run([BUILD / "plain/bench/make_inventory", tmp_path / "job.sqlite", "66000"], check=True)
    for kind in ("jsonl", "parquet"):
        subprocess.run([PLAIN, "export", tmp_path / "job.sqlite", "-q", "-o", tmp_path / f"rows.{kind}"], check=True)
    rows, groups, _ = read_parquet((tmp_path / "rows.parquet").read_bytes())
    assert groups == 2 and len(rows) == 66000 and len({row["url"] for row in rows}) > 32768
    with open(tmp_path / "rows.jsonl", encoding="utf-8") as lines:
        for row, line in zip(rows, lines, strict=True):
            assert row == json.loads(line)


def rows_of(path, query):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute(query).fetchall()


def test_sqlite_is_the_job_without_its_seeds(api, job, expected, tmp_path):
    answer = api.get(results(job, "export.sqlite"))
    assert answer.status == 200 and answer.headers["Content-Length"] == str(len(answer.body))
    (tmp_path / "job.sqlite").write_bytes(answer.body)
    rows = rows_of(tmp_path / "job.sqlite", "SELECT page_url, url, position, alt, caption FROM inventory ORDER BY id")
    assert rows == [tuple(row[name] for name in ("page_url", "url", "position", "alt", "caption")) for row in expected]
    assert rows_of(tmp_path / "job.sqlite", "SELECT count(*) FROM meta WHERE key LIKE '%seed%'") == [(0,)]


# ---- the data set ----

def test_data_set_has_each_usable_image_once(api, job, gallery):
    rows, _, _ = read_parquet(api.get(results(job, "export.parquet?profile=dataset")).body)
    assert list(rows[0])[:6] == ["url", "alt", "page_url", "uid", "width", "height"]
    assert [(row["url"].removeprefix(gallery.url), row["alt"]) for row in rows] == [
        ("/a.png", 'A, "red" kite\nover two lines'), ("/c.png", "=1+1")]
    assert (rows[0]["width"], rows[0]["height"]) == (640, 480)
    assert len({row["uid"] for row in rows}) == 2 and all(len(row["uid"]) == 32 for row in rows)
    again = api.crawl(gallery.url + "/")
    lines = api.get(results(again, "export.jsonl?profile=dataset")).body.splitlines()
    assert {json.loads(line)["uid"] for line in lines} == {row["uid"] for row in rows}


def test_data_set_gives_what_is_reserved_only_where_asked_for(api, job):
    lines = api.get(results(job, "export.jsonl?profile=dataset&consent=reserved")).body.splitlines()
    assert [json.loads(line)["alt"] for line in lines] == ["not for training"]


# ---- filters ----

@pytest.mark.parametrize("filters", ["alt_state=missing", "text=kite", "consent=reserved", "source=img&alt_state=text", "q=kite",
                                     "landmark=main&q=caf*"])
def test_filters_are_those_of_the_occurrences(api, job, filters):
    listed = [(one["page_url"], one["position"]) for one in api.all(results(job, "occurrences?" + filters))]
    lines = [json.loads(line) for line in api.get(results(job, "export.jsonl?" + filters)).body.splitlines()]
    assert listed and [(line["page_url"], line["position"]) for line in lines] == listed
    rows, _, _ = read_parquet(api.get(results(job, "export.parquet?" + filters)).body)
    assert rows == lines


def test_parameters_are_checked(api, job):
    assert "inventory" in refused(api.get(results(job, "export.csv?profile=all")), 400, "bad-parameter")["errors"][0]["detail"]
    refused(api.get(results(job, "export.csv?limit=5")), 400, "bad-parameter")
    refused(api.get(results(job, "export.sqlite?profile=dataset")), 400, "bad-parameter")


# ---- parts ----

def saved(api, job):
    """The job, once its end is on disk: from then on its exports are kept."""
    api.wait_until(lambda: api.request("HEAD", results(job, "export.csv")).headers["ETag"], bool)
    return job


@pytest.mark.parametrize("part", ["export.csv", "export.jsonl", "export.parquet", "export.sqlite", "export.csv?profile=dataset"])
def test_interrupted_download_goes_on(api, gallery, part):
    path = results(saved(api, api.crawl(gallery.url + "/")), part)

    def two_parts():
        first = api.request("GET", path, headers={"Range": "bytes=0-99"})
        assert first.status == 206 and len(first.body) == 100
        return first, api.request("GET", path, headers={"Range": "bytes=100-", "If-Range": first.headers["ETag"]})

    if part == "export.sqlite":  # it changes until its indexes are built
        first, rest = api.wait_until(two_parts, lambda parts: parts[1].status == 206)
    else:
        first, rest = two_parts()
    whole_bytes = int(first.headers["Content-Range"].removeprefix("bytes 0-99/"))
    etag = first.headers["ETag"]
    assert rest.status == 206 and rest.headers["Content-Range"] == f"bytes 100-{whole_bytes - 1}/{whole_bytes}"
    whole = api.get(path)
    assert whole.status == 200 and whole.headers["ETag"] == etag and whole.headers["Accept-Ranges"] == "bytes"
    assert first.body + rest.body == whole.body and whole.headers["Content-Length"] == str(whole_bytes)
    assert api.request("GET", path, headers={"Range": "bytes=-7"}).body == whole.body[-7:]


def test_what_is_streamed_first_is_kept_for_parts(api, gallery):
    path = results(saved(api, api.crawl(gallery.url + "/")), "export.csv")
    streamed = api.get(path)
    assert streamed.headers["Transfer-Encoding"] == "chunked" and streamed.headers["Accept-Ranges"] == "bytes"
    part = api.request("GET", path, headers={"Range": "bytes=10-", "If-Range": streamed.headers["ETag"]})
    assert part.status == 206 and part.body == streamed.body[10:]
    head = api.request("HEAD", path)
    assert head.headers["Content-Length"] == str(len(streamed.body)) and head.body == b""


def test_parts_of_another_file_are_not_given(api, job):
    path = results(saved(api, job), "export.csv")
    whole = api.get(path)
    other = api.request("GET", path, headers={"Range": "bytes=10-", "If-Range": '"0000000000000000"'})
    assert other.status == 200 and other.body == whole.body
    outside = api.request("GET", path, headers={"Range": "bytes=100000000-"})
    refused(outside, 416, "range")
    assert outside.headers["Content-Range"] == f"bytes */{len(whole.body)}"
    assert api.request("GET", path, headers={"If-None-Match": whole.headers["ETag"]}).status == 304


def test_exports_go_with_their_job_and_leave_nothing_unfinished(gallery, tmp_path):
    daemon = CheckedDaemon(tmp_path / "data").start()
    job = saved(daemon, daemon.crawl(gallery.url + "/"))
    for part in ("export.csv", "export.sqlite", "export.csv?alt_state=text"):
        assert daemon.get(results(job, part)).status == 200
    names = sorted(path.suffix for path in (tmp_path / "data/exports").iterdir())
    assert names == [".csv", ".sqlite"]
    assert daemon.request("DELETE", f"/v1/jobs/{job['id']}").status == 204
    assert not list((tmp_path / "data/exports").iterdir())
    assert daemon.stop() == 0


def test_cache_keeps_to_its_limit(gallery, tmp_path):
    daemon = CheckedDaemon(tmp_path / "data").start("--set", "data.export_cache_bytes=0")
    job = saved(daemon, daemon.crawl(gallery.url + "/"))
    for part in ("export.csv", "export.jsonl", "export.parquet"):
        assert daemon.get(results(job, part)).status == 200
    assert [path.suffix for path in (tmp_path / "data/exports").iterdir()] == [".parquet"]
    assert daemon.stop() == 0


# ---- in mid-crawl ----

def test_every_format_can_be_had_while_the_crawl_goes_on(api, tmp_path):
    with GatedSite(PAGES, 5) as site:
        job = api.job(api.create(site.url))
        api.wait_until(lambda: api.job(job["id"])["counts"]["done"], lambda done: done >= 5)
        csv_answer = api.request("GET", results(job, "export.csv"), headers={"Range": "bytes=0-3"})
        assert csv_answer.status == 200 and csv_answer.headers["Accept-Ranges"] is None and csv_answer.headers["ETag"] is None
        rows = len(list(csv.DictReader(io.StringIO(csv_answer.body.decode(), newline=""))))
        assert rows == 5 * IMAGES_PER_PAGE
        assert len(read_parquet(api.get(results(job, "export.parquet")).body)[0]) == rows
        (tmp_path / "now.sqlite").write_bytes(api.get(results(job, "export.sqlite")).body)
        assert rows_of(tmp_path / "now.sqlite", "SELECT count(*) FROM inventory") == [(rows,)]
        site.open_gate()
        job = api.wait_for(job["id"])
    assert len(api.get(results(job, "export.jsonl")).body.splitlines()) == PAGES * IMAGES_PER_PAGE


# ---- the command ----

def run(*arguments):
    return subprocess.run([IMGCRAWL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def data(tmp_path_factory, gallery):
    """A data directory with one job."""
    folder = tmp_path_factory.mktemp("command") / "data"
    result = run("crawl", gallery.url + "/", "--data", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    return folder


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "sqlite"])
def test_command_writes_what_the_job_or_its_file_holds(data, tmp_path, kind):
    by_number, by_file = tmp_path / f"number.{kind}", tmp_path / f"file.{kind}"
    result = run("export", 1, "--data", data, "--out", by_number)
    assert result.returncode == 0, result.stderr
    assert f"wrote {by_number}: 8 rows, ".encode() in result.stderr and result.stdout == b""
    assert run("export", data / "jobs/1.sqlite", "--out", by_file, "--quiet").stderr.count(b"imgcrawl:") == 0
    assert digest(by_number) == digest(by_file)
    if kind == "sqlite":  # and of what was exported, all else can be made
        assert run("export", by_number, "--out", tmp_path / "a.csv").returncode == 0
        assert run("export", 1, "--data", data, "--format", "csv", "--out", tmp_path / "b.txt").returncode == 0
        assert digest(tmp_path / "a.csv") == digest(tmp_path / "b.txt")
    assert not list(tmp_path.glob("*.part"))


def test_command_prints_where_no_file_is_named(data):
    lines = run("export", 1, "--data", data).stdout.splitlines()
    assert len([json.loads(line) for line in lines]) == 8
    assert len(read_parquet(run("export", 1, "--data", data, "-f", "parquet", "-p", "dataset").stdout)[0]) == 2


@pytest.mark.parametrize("arguments, status, message", [
    ([], 2, "which job?"),
    (["1", "2"], 2, "one job at a time"),
    (["1", "--format", "xml"], 2, "must be csv, jsonl, parquet or sqlite"),
    (["1", "--out", "images"], 2, "which format? Name it with --format"),
    (["1", "--profile", "all"], 2, "must be inventory or dataset"),
    (["1", "--format", "sqlite"], 2, "needs a file: name one with --out FILE"),
    (["99"], 1, "there is no job 99 in "),
    (["nothing.sqlite"], 1, "cannot read nothing.sqlite"),
    (["1", "--out", "/nonexistent/a.csv"], 1, "make that directory"),
])
def test_command_errors_name_the_remedy(data, arguments, status, message):
    result = run("export", *arguments, "--data", data)
    assert result.returncode == status
    assert message in result.stderr.decode() and result.stdout == b""


def test_command_refuses_what_is_no_job(tmp_path):
    (tmp_path / "text.sqlite").write_text("this is no database at all, but a text of some length")
    result = run("export", tmp_path / "text.sqlite", "--out", tmp_path / "a.csv")
    assert result.returncode == 1 and b"no job's file" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.sqlite"]


def test_no_export_takes_the_place_of_a_job(tmp_path, api, job):
    file = tmp_path / "7.sqlite"
    file.write_bytes(api.get(results(job, "export.sqlite")).body)
    before = file.read_bytes()
    for out in (file, tmp_path / "8.sqlite"):
        for command in ("export", "report"):
            answer = subprocess.run([PLAIN, command, file, "--out", out], capture_output=True, text=True)
            assert answer.returncode == 1 and "is where the file of a job belongs" in answer.stderr, (command, answer)
    assert file.read_bytes() == before and not (tmp_path / "8.sqlite").exists()
