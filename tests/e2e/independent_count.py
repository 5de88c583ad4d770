"""The image references and links of a site, counted by another walk and another HTML parser (libxml2's) than the
program's: what the program is held against. It knows as much of HTML and of URLs as the test corpus needs."""
import collections
import dataclasses
import http.client
import re
import urllib.parse

import lxml.html

HTML_SPACE = " \t\n\f\r"
PARSER = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)


@dataclasses.dataclass
class Page:
    link_elements: int
    image_elements: int
    references: list  # rows as in the export, without the page's URL


@dataclasses.dataclass
class Count:
    pages: dict = dataclasses.field(default_factory=dict)  # URL: Page
    not_pages: dict = dataclasses.field(default_factory=dict)  # URL: why
    outside: set = dataclasses.field(default_factory=set)  # URLs on other hosts

    def rows(self):
        return [(url, *row) for url, page in self.pages.items() for row in page.references]

    def images(self):
        return {row[0] for page in self.pages.values() for row in page.references}


def alt_state(alt):
    if alt is None:
        return "missing"
    if alt == "":
        return "empty"
    return "text" if alt.strip(HTML_SPACE) else "whitespace"


def srcset_urls(text):
    """Candidates whose URLs hold no comma."""
    return [candidate.split()[0] for candidate in text.split(",") if candidate.split()]


def references_of(document, page_url):
    for position, element in enumerate(document.iter("img"), 1):
        alt = element.get("alt")
        shared = (position, alt, alt_state(alt), *map(element.get, ("title", "width", "height", "loading")))
        if element.get("src") is not None:
            yield (canonical(page_url, element.get("src")), "img", *shared)
        for url in srcset_urls(element.get("srcset") or ""):
            yield (canonical(page_url, url), "srcset", *shared)


def without_dots(path):
    """RFC 3986 5.2.4; empty segments stay, which is why urllib.parse.urljoin is not asked."""
    kept = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, 1):
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
        if number == len(segments) and segment in (".", ".."):
            kept.append("")
    return "/" + "/".join(kept)


def join(base, reference):
    """RFC 3986 5.2.2, as (scheme, host, path, query)."""
    base, url = urllib.parse.urlsplit(base), urllib.parse.urlsplit(reference)
    if url.scheme:
        return url.scheme, url.netloc, without_dots(url.path or "/"), url.query
    if url.netloc:
        return base.scheme, url.netloc, without_dots(url.path or "/"), url.query
    if not url.path:
        return base.scheme, base.netloc, base.path, url.query or base.query
    folder = "" if url.path.startswith("/") else base.path.rpartition("/")[0] + "/"
    return base.scheme, base.netloc, without_dots(folder + url.path), url.query


def quote_all_but(kept, text):
    return re.sub(f"[^{kept}]", lambda c: urllib.parse.quote(c.group()), text)


def canonical(base, reference):
    """The URL without fragment, as a browser would send it; None where it is not of HTTP, or has no proper host."""
    reference = re.sub("^(https?):/*", r"\1://", reference.strip(HTML_SPACE).partition("#")[0])
    scheme, host, path, query = join(base, reference)
    if scheme not in ("http", "https") or not re.fullmatch(r"[\w.:-]+", host):
        return None
    question = "?" if query or reference.endswith("?") else ""
    return f"{scheme}://{host.lower()}{quote_all_but('!$-;=@-_a-z|~%&', path)}{question}" \
        + quote_all_but("!$-&(-;=?-~", query)


class Walk:
    """Breadth first from the seeds, over the pages of their host."""

    def __init__(self, seeds):
        self.host = urllib.parse.urlsplit(seeds[0]).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.known, self.due = set(seeds), collections.deque(seeds)
        self.count = Count()

    def run(self):
        while self.due:
            self.visit(self.due.popleft())
        self.connection.close()
        return self.count

    def visit(self, url):
        self.connection.request("GET", url.removeprefix(f"http://{self.host}"))
        answer = self.connection.getresponse()
        body, kind = answer.read(), answer.getheader("Content-Type")
        if answer.status != 200:
            self.count.not_pages[url] = answer.status
        elif kind != "text/html":
            self.count.not_pages[url] = kind
        else:
            self.count.pages[url] = self.read(url, body)

    def read(self, url, body):
        document = lxml.html.document_fromstring(body, parser=PARSER)
        links = [element.get("href") for element in document.iter("a", "area") if element.get("href") is not None]
        images = sum(1 for _ in document.iter("img"))
        for link in links:
            self.meet(canonical(url, link))
        return Page(len(links), images, list(references_of(document, url)))

    def meet(self, url):
        if url is None or url in self.known:
            return
        self.known.add(url)
        if urllib.parse.urlsplit(url).netloc == self.host:
            self.due.append(url)
        else:
            self.count.outside.add(url)


def count_site(seeds):
    return Walk(seeds).run()
