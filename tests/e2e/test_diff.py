"""Two crawls of a site that has changed: what the API, `imgcrawl diff` and `crawl --compare` say of it."""
import json
import os
import re
import shutil
import subprocess

import changed_site
import pytest
from api_client import refused, results, wait_for_index
from static_site import StaticSite

IMGCRAWL = os.environ["IMGCRAWL"]
KINDS = {"added": 4, "gone": 4, "changed": 0, "replaced": 1, "alt_fixed": 1, "alt_broken": 1, "alt_reworded": 1,
         "pages_added": 1, "pages_gone": 2}


def run(*arguments):
    result = subprocess.run([IMGCRAWL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=120)
    result.stderr = re.sub(r"==\d+==WARNING: ASan doesn't.*\n", "", result.stderr)
    return result


@pytest.fixture(scope="module")
def jobs(api):
    """The same site crawled before and after, and once more after that for two pages only."""
    with StaticSite(changed_site.before()) as site:
        older = wait_for_index(api, api.crawl(site.url + "/"))
        site.pages = changed_site.after()
        newer, part = [wait_for_index(api, api.crawl(site.url + "/", max_pages=pages)) for pages in (100, 1)]
        yield older, newer, part, site.url


def rows(api, jobs, kind, limit=100):
    older, newer = jobs[0], jobs[1]
    return api.all(results(newer, f"diff?against={older['id']}&kind={kind}&limit={limit}"))


def names(items):
    return sorted((item["url"] or item["page_url"]).rsplit("/", 1)[1] for item in items)


# ---- the API ----

def test_the_numbers(api, jobs):
    older, newer, _, _ = jobs
    diff = api.get(results(newer, f"diff?against={older['id']}")).json
    assert diff["job_id"] == newer["id"] and diff["against"] == older["id"]
    assert diff["older"] == diff["newer"] == {"complete": True, "audited": True, "judged": True}
    assert diff["pages"] == 2 and diff["findings_compared"]
    for kind, count in KINDS.items():
        assert diff["kinds"][kind]["count"] == count, (kind, diff["kinds"])
        assert len(rows(api, jobs, kind)) == count + diff["kinds"][kind]["not_crawled"]
    missing = next(rule for rule in diff["rules"] if rule["rule"] == "alt_missing")
    assert (missing["new"], missing["gone"], missing["rose"]) == (3, 3, False)


def test_each_change_is_listed_with_what_it_was(api, jobs):
    assert names(rows(api, jobs, "added")) == ["added.png", "new-2.png", "new.png", "swap-2.png"]
    assert names(rows(api, jobs, "gone")) == ["dropped.png", "fails.png", "moves.png", "old.png", "swap-1.png"]
    swap, = rows(api, jobs, "replaced")
    assert swap["before"].endswith("/swap-1.png") and swap["after"].endswith("/swap-2.png")
    fixed, = rows(api, jobs, "alt_fixed")
    assert fixed["url"].endswith("/fixed.png") and (fixed["before"], fixed["after"]) == (None, "A string")
    broken, = rows(api, jobs, "alt_broken")
    assert (broken["before"], broken["after"], broken["after_state"]) == ("A tail", None, "missing")
    reworded, = rows(api, jobs, "alt_reworded")
    assert reworded["before"].startswith("<script>") and reworded["after"] == "A line"


def test_a_page_that_could_not_be_had_takes_nothing_away(api, jobs):
    apart = [item for item in rows(api, jobs, "gone") if item["not_crawled"]]
    assert names(apart) == ["fails.png"]
    assert names(item for item in rows(api, jobs, "findings_gone") if item["not_crawled"]) == ["fails.png"]
    assert {item["page_url"].rsplit("/", 1)[1]: item["not_crawled"] for item in rows(api, jobs, "pages_gone")} == \
        {"old": False, "moves": False, "fails": True}


def test_parts_are_the_whole(api, jobs):
    for kind in ("gone", "findings_new", "findings_gone", "pages_gone"):
        assert rows(api, jobs, kind, limit=1) == rows(api, jobs, kind)


def test_a_crawl_that_was_cut_short_is_no_loss(api, jobs):
    _, newer, part, _ = jobs
    diff = api.get(results(part, f"diff?against={newer['id']}")).json
    assert not diff["newer"]["complete"] and not diff["findings_rose"]
    assert diff["kinds"]["pages_gone"] == {"count": 0, "not_crawled": 2}
    assert diff["kinds"]["gone"]["count"] == diff["kinds"]["findings_gone"]["count"] == 0


def test_the_same_crawl_again_has_no_changes(api, jobs):
    older, _, _, _ = jobs
    with StaticSite(changed_site.before()) as site:
        one, two = [wait_for_index(api, api.crawl(site.url + "/")) for _ in range(2)]
        diff = api.get(results(two, f"diff?against={one['id']}")).json
    assert all(kind == {"count": 0, "not_crawled": 0} for kind in diff["kinds"].values()), diff


def test_what_cannot_be_compared_is_refused(api, jobs):
    older, newer, _, _ = jobs
    assert "against" in str(refused(api.get(results(newer, "diff")), 400, "bad-parameter"))
    refused(api.get(results(newer, f"diff?against={newer['id']}")), 400, "bad-parameter")
    refused(api.get(results(newer, f"diff?against={older['id']}&kind=all")), 400, "bad-parameter")
    refused(api.get(results(newer, "diff?against=999")), 404, "job-not-found")
    refused(api.get(results(newer, f"diff?against={older['id']}&kind=gone&cursor=x")), 400, "bad-cursor")


# ---- the command line ----

def test_diff_for_people_and_for_programs(api, jobs, tmp_path):
    older, newer, _, _ = jobs
    text = run("diff", older["id"], newer["id"], "--data", api.data)
    assert text.returncode == 0, text.stderr
    assert "2 pages in both crawls" in text.stdout and '(missing) -> "A string"' in text.stdout
    assert "\x1f" not in text.stdout
    shutil.copy(api.data / "jobs" / f"{older['id']}.sqlite", tmp_path / "old.sqlite")
    lines = run("diff", tmp_path / "old.sqlite", newer["id"], "--data", api.data, "--json").stdout.splitlines()
    summary, changes = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
    assert len(changes) == sum(kind["count"] + kind["not_crawled"] for kind in summary["kinds"].values())


def test_diff_says_what_is_wrong(api, jobs, tmp_path):
    (tmp_path / "text").write_text("no database, but long enough to be looked at as if it were one" * 20)
    for arguments, status, message in [
            (["1"], 2, "which two crawls?"), (["1", "2", "3"], 2, "3 is too many"),
            (["1", "77"], 1, "there is no job 77"), ([tmp_path / "none", "1"], 1, "none: No such file"),
            ([tmp_path / "text", "1"], 1, "text: not the file of a job")]:
        result = run("diff", *arguments, "--data", api.data)
        assert (result.returncode, result.stdout) == (status, "") and message in result.stderr, result.stderr


def test_crawl_compare_exits_3_when_findings_rose(tmp_path):
    data = tmp_path / "data"
    with StaticSite(changed_site.before()) as site:
        assert run("crawl", site.url + "/", "--data", data, "--quiet").returncode == 0
        same = run("crawl", site.url + "/", "--data", data, "--new", "--compare", 1)
        assert same.returncode == 0, same.stderr
        assert "5 pages in both crawls" in same.stderr
        site.pages["/later"] = changed_site.body([changed_site.img("later"), changed_site.img("worse")])
        rose = run("crawl", site.url + "/", "--data", data, "--new", "--quiet", "--compare", data / "jobs/1.sqlite")
        assert rose.returncode == 3, rose.stderr
        assert "error alt_missing: 1 new, 0 gone" in rose.stderr and "/worse.png  on " in rose.stderr
        assert run("diff", 1, 3, "--data", data, "--check").returncode == 3
        assert run("diff", 3, 1, "--data", data, "--check").returncode == 0
        site.pages["/later"] = changed_site.body([changed_site.img("later", "Now it has one")])
        assert run("crawl", site.url + "/", "--data", data, "--new", "-q", "--compare", 1).returncode == 0


def test_crawl_compare_is_checked_before_the_crawl(tmp_path):
    result = run("crawl", "http://127.0.0.1:9/", "--data", tmp_path / "data", "--compare", 5)
    assert result.returncode == 1 and "there is no job 5" in result.stderr
    assert not (tmp_path / "data").exists()
