"""Cases that others wrote for URLs, srcset, encodings and robots.txt, put to `imgcrawl inspect`.

IMGCRAWL names the binary (build/imgcrawl), CASES the folder (../shared/cases beside the repository).
Without the folder the tests are skipped, with CI set they fail. Each test puts all rows of a file to
one process and reports every row that is answered otherwise.
"""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("IMGCRAWL", ROOT / "build/imgcrawl"))
CASES = pathlib.Path(os.environ.get("CASES", ROOT / "../shared/cases"))

# Robots rows on which matchers differ and where we do not go with Google's: (agent, path).
# Its names end at the first digit, and it answers for robots.txt itself, which RFC 9309 always allows.
ROBOTS_DECIDED_OTHERWISE = {
    ("AB42bot", "/foo/bar"),
    ("AB", "/"),
    ("AB", "/robots.txt"),
    ("BarBot", "/robots.txt"),
    ("XYZ", "/robots.txt"),
}

# Rows of a library that is laxer or stricter than the standards that browsers follow, by id: an
# unclosed or trailing quote in Content-Type (the WHATWG MIME parser takes both), "< meta" as a tag, a
# pragma of another name, UTF-32, UTF-16 without a mark taken as big-endian, and rows about that
# library's own options.
ENCODING_DECIDED_OTHERWISE = {92, 98, 118, 124, 140, 162, 164, 166, 172, 174}

# Rows of base_and_refresh.json, by their place in it, of a library that searches the text where we
# parse it as a browser without scripts does: a base in noscript counts (4), a tag that the end of the
# page cuts off is none (11), nor is one inside of a script (21).
PAGES_DECIDED_OTHERWISE = {4, 11, 21}

# Rows of image_refs.json, by id: srcset candidates whose descriptors are none, like "480w(data:,foo, ,)", which the HTML
# standard drops (0), and an image in a comment that only Internet Explorer before version 10 read as markup (14).
IMAGES_DECIDED_OTHERWISE = {0, 14}


def load(name):
    path = CASES / name
    if not path.is_file():
        message = f"SKIPPED: no third-party cases at {path}; set CASES to where they are"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return json.loads(path.read_text(encoding="utf-8"))


def inspect(kind, requests):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([BINARY, "inspect", kind], input=lines, text=True, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests)
    return answers


def check(rows, answers, is_right):
    assert rows
    wrong = [(row, answer) for row, answer in zip(rows, answers) if not is_right(row, answer)]
    assert not wrong, f"{len(wrong)} of {len(rows)}:\n" + "\n".join(
        f"  {json.dumps(row)[:400]}\n    answered {answer}" for row, answer in wrong)


def is_http(url):
    return (url or "").lower().startswith(("http:", "https:"))


def test_url_cases():
    rows = [row for row in load("urltestdata.json") if isinstance(row, dict)]
    rows = [row for row in rows if is_http(row.get("href")) or is_http(row.get("base"))
            or (row.get("failure") and is_http(row["input"]))]
    answers = inspect("url", [{"input": row["input"], "base": row.get("base")} for row in rows])

    def is_right(row, answer):
        if row.get("failure"):
            return answer == {"error": "invalid"}
        if is_http(row["href"]):
            return answer == {"href": row["href"]}
        return answer == {"error": "other_scheme"}

    check(rows, answers, is_right)


def test_url_serialisation_is_stable():
    rows = [row for row in load("urltestdata.json") if isinstance(row, dict) and is_http(row.get("href"))]
    answers = inspect("url", [{"input": row["href"]} for row in rows])
    check(rows, answers, lambda row, answer: answer == {"href": row["href"]})


def test_srcset_cases():
    rows = load("srcset.json")
    answers = inspect("srcset", [{"srcset": row["srcset"]} for row in rows])
    check(rows, answers, lambda row, answer: answer == {"candidates": row["candidates"]})


def encoding_label(name):
    """The standard's name for what a row calls an encoding."""
    aliases = {"utf8": "utf-8", "cp1252": "windows-1252", "big5hkscs": "big5",
               "utf-16-be": "utf-16be", "utf-16-le": "utf-16le"}
    return aliases.get(name.lower(), name.lower())


def is_right_encoding(row, answer):
    kind = row.get("kind")
    if row["encoding"] is None:
        expected = {"content-type": "transport", "declared-in-body": "meta"}[kind]
        return answer["source"] != expected
    # A name in Content-Type and the encoding that this name stands for may differ: gb2312 is GBK.
    equal = {"gb18030": {"gb18030", "gbk"}}
    name = encoding_label(row["encoding"])
    return answer["encoding"].lower() in equal.get(name, {name})


def test_encoding_cases():
    rows = [row for row in load("encoding.json")
            if not row.get("needs_js") and row["id"] not in ENCODING_DECIDED_OTHERWISE]
    answers = inspect("charset", [{"data_b64": row["data_b64"], "content_type": row["content_type"]}
                                  for row in rows])
    check(rows, answers, is_right_encoding)


def page_request(row):
    """The library gets a page's address and charset as arguments."""
    encoding = row["kw"].get("encoding") or (row["args"][1:] or ["utf-8"])[0]
    request = {"html_b64": row["html_b64"], "content_type": f"text/html; charset={encoding}"}
    if row["args"]:
        request["base"] = row["args"][0]
    return request


def same_url(left, right):
    """As the library writes them: the root may lack its slash, and no base is ""."""
    return (left or "").rstrip("/") == (right or "").rstrip("/")


def is_right_page(row, answer):
    if row["fn"] == "get_base_url":
        given = row["args"][0] if row["args"] else ""
        return same_url(answer["base"] or given, row["expected"])
    return same_url(answer["meta_refresh"], row["expected"][1])


def test_base_and_refresh_cases():
    rows = load("base_and_refresh.json")
    rows = [row for number, row in enumerate(rows) if number not in PAGES_DECIDED_OTHERWISE]
    check(rows, inspect("html", [page_request(row) for row in rows]), is_right_page)


def is_right_inventory(row, answer):
    """The crawler whose cases these are counts a URL once for each time it is written; it passes over data: URIs."""
    urls = sorted(image["url"] for image in answer["images"]
                  if image["url"] and not image["url"].startswith("data:"))
    return urls == row["multiset"] if "multiset" in row else set(urls) == set(row["expected"])


def test_image_reference_cases():
    rows = [row for row in load("image_refs.json") if row["id"] not in IMAGES_DECIDED_OTHERWISE]
    answers = inspect("html", [{"html": row["html"], "base": row["base"]} for row in rows])
    check(rows, answers, is_right_inventory)


def robots_request(row):
    request = {"agent": row["agent"], "url": row["url"]}
    if row.get("robots_b64"):
        request["robots_b64"] = row["robots_b64"]
    else:
        request["robots"] = row["robots"]
    return request


def path_of(url):
    return "/" + url.split("//", 1)[-1].split("/", 1)[-1]


@pytest.mark.parametrize("tier", [1, 2])
def test_robots_cases(tier):
    rows = [row for row in load("robots.json") if row["tier"] == tier]
    answers = inspect("robots", [robots_request(row) for row in rows])

    def is_right(row, answer):
        decided_otherwise = (tier == 2 and isinstance(row["agent"], str)
                             and (row["agent"], path_of(row["url"])) in ROBOTS_DECIDED_OTHERWISE)
        return answer.get("allowed") is (row["allowed"] != decided_otherwise)

    check(rows, answers, is_right)


def test_bad_lines_are_answered_and_passed_over():
    lines = 'nonsense\n\n[1]\n{"base": "http://a/"}\n{"input": "b", "base": "http://a/"}\n'
    done = subprocess.run([BINARY, "inspect", "url"], input=lines, text=True, capture_output=True,
                          timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [list(answer) for answer in answers] == [["error"]] * 4 + [["href"]]
    assert "send one JSON object a line" in answers[0]["error"]


@pytest.mark.parametrize("arguments, status, stdout", [
    (["url", "../b", "--base", "http://h/a/"], 0, "http://h/b\n"),
    (["url", "http://h:b/"], 1, ""),
    (["url", "a", "b"], 2, ""),
    (["srcset", "a.png 2x, b.png"], 0, "a.png 2x\nb.png\n"),
    (["charset", "/dev/null", "--content-type", "text/html; charset=latin1"], 0,
     "windows-1252 (transport)\n"),
    (["robots", "/dev/null", "/a", "--agent", "me"], 0, "allowed, no rule speaks of it\n"),
    (["nothing"], 2, ""),
    ([], 2, ""),
])
def test_arguments_answer_a_person(arguments, status, stdout):
    done = subprocess.run([BINARY, "inspect", *arguments], text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (status, stdout)
    assert bool(done.stderr) == (status != 0)
