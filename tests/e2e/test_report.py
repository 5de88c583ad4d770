"""Reports of a job: the page for people, JUnit XML and SARIF, read by others and counted against the API."""
import json
import os
import re
import sqlite3
import subprocess
import xml.etree.ElementTree

import changed_site
import html5lib
import pytest
from api_client import refused, results, wait_for_index
from sarif_check import check_sarif
from static_site import StaticSite

IMGCRAWL = os.environ["IMGCRAWL"]
MANY = 1203
FORMATS = {"html": "text/html; charset=utf-8", "junit": "application/xml", "sarif": "application/sarif+json"}


def run(*arguments):
    return subprocess.run([IMGCRAWL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def job(api):
    """A site with few findings of many rules, more of one than is listed, and what must be escaped."""
    pages = changed_site.before()
    pages["/later"] = changed_site.body(['<img src="/same.png">'] * MANY + ['<img src="/n.png" alt="n.png">'])
    pages["/old"] = changed_site.body([changed_site.img("long", "long " * 90), '<img src="/%22%3E%3Cb.png?a&amp;b">'])
    with StaticSite(pages) as site:
        yield wait_for_index(api, api.crawl(site.url + "/"))


@pytest.fixture(scope="module")
def findings(api, job):
    """Each (rule, page, image), asked of the job's file itself."""
    with sqlite3.connect(f"file:{api.data}/jobs/{job['id']}.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT r.name, page.url, i.url FROM occurrences o"
                                " JOIN rules r ON o.verdicts >> r.bit & 1 JOIN urls page ON page.id = o.page_id"
                                " LEFT JOIN images i ON i.id = o.image_id"
                                " WHERE r.severity <> 'good'").fetchall()


def fetch(api, job, format):
    answer = api.get(results(job, f"report?format={format}"))
    assert answer.status == 200 and answer.type == FORMATS[format], answer
    assert f"imgcrawl-job-{job['id']}." in answer.headers["Content-Disposition"]
    return answer.body


def count(findings, rule):
    return sum(finding[0] == rule for finding in findings)


# ---- SARIF ----

def test_sarif_is_valid_and_complete(api, job, findings):
    log = json.loads(fetch(api, job, "sarif"))
    check_sarif(log)
    run_, = log["runs"]
    for rule in run_["tool"]["driver"]["rules"]:
        told = [result for result in run_["results"] if result["ruleId"] == rule["id"]]
        assert rule["properties"]["findings"] == count(findings, rule["id"])
        assert len(told) == min(1000, rule["properties"]["findings"]), rule["id"]
        assert rule["help"]["text"] and rule["properties"]["cites"]
    notes = [note["message"]["text"] for note in run_["invocations"][0]["toolExecutionNotifications"]]
    assert any(note.startswith(f"alt_missing: {count(findings, 'alt_missing')} findings") for note in notes)
    places = {(result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
               result["properties"]["image"]) for result in run_["results"]}
    assert places <= set(findings)


def test_fingerprints_are_stable_and_tell_findings_apart(api, job):
    with StaticSite(changed_site.before()) as site:
        jobs = [wait_for_index(api, api.crawl(site.url + "/")) for _ in range(2)]
    runs = [json.loads(fetch(api, one, "sarif"))["runs"][0]["results"] for one in jobs]
    prints = [[result["partialFingerprints"]["imgcrawlFinding/v1"] for result in one] for one in runs]
    assert sorted(prints[0]) == sorted(prints[1]) and len(set(prints[0])) == len(prints[0]) > 0
    same = [result["partialFingerprints"]["imgcrawlFinding/v1"]
            for result in json.loads(fetch(api, job, "sarif"))["runs"][0]["results"]]
    assert len(set(same)) == len(same)


# ---- JUnit ----

def test_junit_counts_what_there_is(api, job, findings):
    suites = xml.etree.ElementTree.fromstring(fetch(api, job, "junit"))
    assert suites.tag == "testsuites"
    for suite in suites.iter("testsuite"):
        cases, rule = suite.findall("testcase"), suite.get("name")
        values = {item.get("name"): item.get("value") for item in suite.iter("property")}
        found = count(findings, rule)
        assert int(values["findings"]) == found
        assert int(suite.get("tests")) == len(cases) == max(1, min(found, 1000)), rule
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
        told = "skipped" if values["severity"] == "notice" else "failures"
        assert int(suite.get(told)) == min(found, 1000)
    assert int(suites.get("failures")) == len(suites.findall(".//failure")) > 1000
    assert int(suites.get("tests")) == len(suites.findall(".//testcase"))
    note, = suites.findall(".//testsuite[@name='alt_missing']/system-out")
    assert "the first 1000 are listed" in note.text


# ---- the page for people ----

@pytest.fixture(scope="module")
def html(api, job):
    return fetch(api, job, "html").decode()


def parsed(text):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def test_the_page_is_valid_and_self_contained(api, job, html):
    tree = parsed(html)
    assert tree.get("lang") == "en" and tree.find("head/title").text.startswith("Images of 127.0.0.1")
    tags = {node.tag for node in tree.iter() if isinstance(node.tag, str)}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "svg"}
    assert not re.search(r"url\(|@import|\bsrc=|\bon\w+=", html)
    for node in tree.iter("a"):
        assert node.get("href").startswith(("#", "http://127.0.0.1:", "https://")), node.get("href")
    policy = api.get(results(job, "report")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy


def test_the_page_is_accessible(html):
    tree = parsed(html)
    ids = [node.get("id") for node in tree.iter() if isinstance(node.tag, str) and node.get("id")]
    assert len(ids) == len(set(ids))
    assert {node.get("href")[1:] for node in tree.iter("a") if node.get("href").startswith("#")} <= set(ids)
    levels = [int(node.tag[1]) for node in tree.iter() if re.fullmatch("h[1-6]", str(node.tag))]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:]))
    for table in tree.iter("table"):
        assert all(head.get("scope") == "col" for head in table.iter("th"))
        columns = len(list(table.iter("th")))
        assert all(len(row) == columns for row in table.findall("tbody/tr"))
    for region in tree.iter("div"):
        if region.get("role") == "region":
            assert region.get("tabindex") == "0" and region.get("aria-label")
    assert tree.find(".//main") is not None


def test_the_page_says_what_there_is(html, findings, job):
    text = " ".join("".join(parsed(html).itertext()).split())
    assert f"Found {count(findings, 'alt_missing'):,} times" in text
    assert "the first 10" in text and "WCAG 2.2 SC 1.1.1" in text and "What to do" in text
    assert "header > a > img" in text or "main > p > img" in text
    assert "What was crawled, and what not" in text and "fetched, parsed and stored" in text
    assert len(html) < 300_000


def test_what_a_site_says_stays_text(html):
    assert "<script>alert" not in html and "<b>kites" not in html
    assert "A page of &lt;/title&gt;" in html or "A page of" in html


# ---- in mid-crawl, and what is refused ----

def test_a_job_that_runs_says_so(api):
    from gated_site import GatedSite
    with GatedSite(20, 5) as site:
        job = api.create(site.url)
        site.wait_for_requests(6)
        api.wait_until(lambda: api.job(job), lambda one: one["counts"]["pages"]["done"] > 0
                       if "pages" in one["counts"] else one["counts"].get("done", 1) > 0)
        page = api.get(f"/v1/jobs/{job}/report")
        assert page.status == 200 and b"had not come to its end" in page.body
        log = json.loads(api.get(f"/v1/jobs/{job}/report?format=sarif").body)
        check_sarif(log)
        assert "not come to its end" in str(log["runs"][0]["invocations"])
        site.open_gate()
        api.wait_for(job)


def test_what_cannot_be_reported_is_refused(api, job):
    refused(api.get(results(job, "report?format=pdf")), 400, "bad-parameter")
    refused(api.get("/v1/jobs/999/report"), 404, "job-not-found")


def test_the_command_line_writes_the_same(api, job, tmp_path):
    for format in FORMATS:
        path = tmp_path / f"report.{format}"
        result = run("report", job["id"], "--data", api.data, "--format", format, "--out", path)
        assert result.returncode == 0 and not result.stdout, result.stderr
        assert path.read_bytes() == fetch(api, job, format)
        printed = run("report", api.data / "jobs" / f"{job['id']}.sqlite", "-f", format)
        assert printed.stdout == path.read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_was_not_checked_says_so(api, job, tmp_path):
    with sqlite3.connect(f"file:{api.data}/jobs/{job['id']}.sqlite?mode=ro", uri=True) as database:
        with sqlite3.connect(tmp_path / "old.sqlite") as copy:
            database.backup(copy)
            copy.execute("DELETE FROM rules")
    page = run("report", tmp_path / "old.sqlite").stdout.decode()
    assert "did not check images for findings" in page and "What was crawled" in page
    parsed(page)
    log = json.loads(run("report", tmp_path / "old.sqlite", "--format", "sarif").stdout)
    check_sarif(log)
    assert "did not check" in str(log["runs"][0]["invocations"]) and not log["runs"][0]["results"]
    compared = run("diff", tmp_path / "old.sqlite", job["id"], "--data", api.data, "--check")
    assert compared.returncode == 1 and b"findings cannot be compared" in compared.stderr


@pytest.mark.parametrize("arguments, status, message", [
    ([], 2, b"which job?"), (["1", "2"], 2, b"2 is too many"), (["1", "--format", "pdf"], 2, b"must be html, junit or"),
    (["999"], 1, b"there is no job 999"), (["/nonexistent.sqlite"], 1, b"No such file"),
    (["1", "--out", "/nonexistent/r.html"], 1, b"cannot write /nonexistent/r.html"),
])
def test_the_command_line_says_what_is_wrong(api, job, arguments, status, message):
    result = run("report", *arguments, "--data", api.data)
    assert result.returncode == status and message in result.stderr, result.stderr
