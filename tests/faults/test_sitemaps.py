"""Sitemaps that mean harm, read by the real parse processes with their limits: the service goes on, the job ends, its
numbers add up, and what was the matter is told."""
import gzip
import io

from job_checks import pages, watch
from static_site import StaticSite, page

XML = {"Content-Type": "application/xml"}


def entity_bomb(url):
    lines = ['<!DOCTYPE urlset [<!ENTITY e0 "aaaaaaaaaa">']
    lines += [f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10)]
    return 200, XML, ("\n".join(lines) + f"]><urlset><url><loc>{url}/x&e9;</loc></url></urlset>").encode()


def gzip_bomb(_):
    """A gigabyte of blanks in a megabyte."""
    packed, blanks = io.BytesIO(), b" " * (1 << 20)
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out:
        out.write(b"<urlset>")
        for _ in range(1 << 10):
            out.write(blanks)
    return 200, {"Content-Type": "application/gzip"}, packed.getvalue()


def deep_nesting(_):
    return 200, XML, b"<urlset>" + b"<url>" * 400_000


def a_million_entries(url):
    return 200, XML, ("<urlset>" + "".join(f"<url><loc>{url}/{i}</loc></url>" for i in range(1_000_000))
                      + "</urlset>").encode()


def outside_entity(_):
    return 200, XML, (b'<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>http://127.0.0.1/&f;'
                      b"</loc></url></urlset>")


BOMBS = {"/entities.xml": entity_bomb, "/packed.xml.gz": gzip_bomb, "/deep.xml": deep_nesting,
         "/million.xml": a_million_entries, "/outside.xml": outside_entity}


def test_bombs_cost_one_sitemap_each(start_plain_daemon):
    daemon = start_plain_daemon()
    with StaticSite({}) as site:
        site.pages.update({path: make(site.url) for path, make in BOMBS.items()})
        site.pages["/"] = page("home")
        site.pages["/orphan"] = page("found")
        site.pages["/good.txt"] = 200, {"Content-Type": "text/plain"}, f"{site.url}/orphan\n".encode()
        site.pages["/robots.txt"] = 200, {}, "".join(
            f"Sitemap: {site.url}{path}\n" for path in [*BOMBS, "/good.txt"]).encode()
        job = watch(daemon, daemon.create(site.url + "/", include=[site.url + "/", site.url + "/orphan"]))
        assert job["state"] == "finished", job
        told = {item["url"].removeprefix(site.url): item for item in daemon.all(f"/v1/jobs/{job['id']}/sitemaps")}
        assert told["/good.txt"]["outcome"] == "ok"
        assert told["/entities.xml"]["flags"] == ["refused"], told["/entities.xml"]
        assert told["/packed.xml.gz"]["flags"] or told["/packed.xml.gz"]["outcome"] != "ok", told["/packed.xml.gz"]
        assert told["/deep.xml"]["flags"], told["/deep.xml"]
        assert told["/million.xml"]["entries"] == 50_000 and "truncated" in told["/million.xml"]["flags"]
        for path in ("/entities.xml", "/packed.xml.gz", "/deep.xml"):
            assert told[path]["entries"] == 0, told[path]
        found = pages(daemon, job["id"])
        assert not any("root" in url for url in found), "nothing of /etc/passwd"
        assert job["counts"]["known"] == len(found) == 50_002 + told["/outside.xml"]["entries"]
        assert found[site.url + "/orphan"]["via"] == "sitemap"
        assert daemon.crawl(site.url + "/", sitemaps="off")["state"] == "finished"
