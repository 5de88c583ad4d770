"""Each rule of the audit speaks up on a page that breaks it and keeps silent on one that nearly does; findings and
occurrences tell the same. The pages are in verdict_pages.py."""
import collections
import ssl
import subprocess

import pytest
from daemon import Daemon
from static_site import StaticSite, page
from verdict_pages import MARKUP, NEEDS_TLS, PICTURES, PROBE

INSECURE = '<img src="http://images.example/a.png" alt="A kite" width="1" height="1">'


def cases(rules):
    return [(name, kind, number) for name, rule in rules.items()
            for kind in ("yes", "no") for number in range(len(getattr(rule, kind)))]


def pages(rules):
    bodies = {f"/{name}/{kind}/{number}": page(getattr(rules[name], kind)[number])
              for name, kind, number in cases(rules)}
    return {"/": page("".join(f'<a href="{path}">{path}</a>' for path in bodies)), **PICTURES, **bodies}


class Judged:
    """A finished crawl and its verdicts: {path: names of rules}."""

    def __init__(self, daemon, url, **settings):
        self.daemon, self.url = daemon, url
        self.job = daemon.crawl(url + "/", **settings)
        assert self.job["state"] == "finished", self.job
        self.part = f"/v1/jobs/{self.job['id']}/"
        self.findings()  # asks for the index
        daemon.wait_until(lambda: daemon.job(self.job["id"])["index"], lambda index: index["state"] == "ready")
        self.occurrences = daemon.all(self.part + "occurrences?limit=1000")
        self.rules = collections.defaultdict(set)
        for row in self.occurrences:
            self.rules[row["page_url"].removeprefix(url)].update(row["verdicts"])

    def findings(self, query=""):
        return self.daemon.all(self.part + "findings?limit=1000" + query)


@pytest.fixture(scope="module")
def markup(shared_daemon):
    with StaticSite(pages(MARKUP)) as site:
        yield Judged(shared_daemon, site.url)


@pytest.fixture(scope="module")
def probed(shared_daemon):
    with StaticSite(pages(PROBE)) as site:
        yield Judged(shared_daemon, site.url, probe="first_bytes")


def name_of(value):
    return str(value)


@pytest.mark.parametrize("rule, kind, number", cases(MARKUP), ids=name_of)
def test_what_the_markup_tells(markup, rule, kind, number):
    path = f"/{rule}/{kind}/{number}"
    assert (rule in markup.rules[path]) == (kind == "yes"), (getattr(MARKUP[rule], kind)[number], markup.rules[path])


@pytest.mark.parametrize("rule, kind, number", cases(PROBE), ids=name_of)
def test_what_the_image_itself_tells(probed, rule, kind, number):
    path = f"/{rule}/{kind}/{number}"
    assert (rule in probed.rules[path]) == (kind == "yes"), (getattr(PROBE[rule], kind)[number], probed.rules[path])


def test_nothing_is_said_of_images_that_were_not_asked_for(markup):
    assert set().union(*markup.rules.values()) & set(PROBE) == set()


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    "site.key", "-out", "site.pem"], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "site.pem", folder / "site.key")
    return context


def test_images_by_http_are_mixed_content_on_https_only(tmp_path):
    body = page(INSECURE)
    safe = page(INSECURE.replace("http:", "https:"))
    table = {"/": page('<a href="/yes">yes</a><a href="/no">no</a>'), "/yes": body, "/no": safe}
    with StaticSite(table) as plain_site, StaticSite(table) as site:
        site.server.socket = certificate(tmp_path).wrap_socket(site.server.socket, server_side=True)
        daemon = Daemon(tmp_path / "data", "--set", f"fetch.ca_file={tmp_path}/site.pem").start()
        try:
            by_tls = Judged(daemon, site.url.replace("http:", "https:"))
            in_clear = Judged(daemon, plain_site.url)
        finally:
            daemon.kill()
    assert NEEDS_TLS in by_tls.rules["/yes"]
    assert NEEDS_TLS not in by_tls.rules["/no"] and set(by_tls.rules) == {"/yes", "/no"}
    assert NEEDS_TLS not in in_clear.rules["/yes"] and set(in_clear.rules) == {"/yes", "/no"}


def test_every_rule_is_shown_here_and_cites_what_it_rests_on(shared_daemon):
    rules = shared_daemon.get("/v1/rules").json["items"]
    assert {rule["name"] for rule in rules} == {*MARKUP, *PROBE, NEEDS_TLS}
    assert all(rule["cites"] and rule["remedy"].endswith(".") and rule["title"] for rule in rules)
    assert {rule["name"] for rule in rules if rule["severity"] == "good"} == {"decorative"}


def test_findings_sum_up_the_verdicts_of_occurrences(markup, probed):
    for judged in (markup, probed):
        wanted = collections.Counter(rule for row in judged.occurrences for rule in row["verdicts"])
        for rule in wanted:
            rows = judged.daemon.all(f"{judged.part}occurrences?rule={rule}&limit=1000")
            assert len(rows) == wanted[rule] and all(rule in row["verdicts"] for row in rows)
        summed = collections.Counter()
        for finding in judged.findings():
            summed[finding["rule"]] += finding["occurrences"]
        assert summed == collections.Counter({rule: count for rule, count in wanted.items() if rule != "decorative"})


def test_the_same_place_on_many_pages_is_one_finding(shared_daemon):
    header = '<header><a href="/"><img src="/logo.png" alt=""></a></header><main><p>%s</p></main>'
    table = {f"/{i}": page(header % i) for i in range(12)}
    table["/"] = page("".join(f'<a href="{path}">{path}</a>' for path in table) + header % "home")
    with StaticSite(table) as site:
        judged = Judged(shared_daemon, site.url)
    groups = judged.findings("&rule=alt_empty_in_link")
    assert [(group["occurrences"], group["pages"], group["images"]) for group in groups] == [(13, 13, 1)]
    assert "header" in groups[0]["place"]
    assert len(judged.daemon.all(f"{judged.part}occurrences?template={groups[0]['template']}&limit=1000")) == 13
