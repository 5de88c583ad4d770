"""Documentation of Debian packages as sites, and what refers to images there, read with html5lib: another parser and
other code than the program's. It knows the sources that occur in these pages, and finds out when there are others."""
import dataclasses
import os
import pathlib
import re

import html5lib
from daemon import ROOT
from independent_count import HTML_SPACE, canonical

BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
IMAGE_FILE = re.compile(r"\.(png|jpe?g|gif|svg|webp|avif|bmp|ico|tiff?)$", re.IGNORECASE)
XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
# Whatever else may refer to an image: none is in these pages, so that nothing here is passed over.
UNKNOWN_TAGS = {"picture", "source", "video", "object", "embed", "base", SVG + "svg"}
UNKNOWN_ATTRIBUTE = re.compile(r"data-(src|srcset|bg|lazy|original).*")


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    folder: str  # the site
    seeds: tuple
    max_pages: int

    @property
    def root(self):
        root = BUILD / "corpus" / self.name / self.folder
        assert root.is_dir(), f"{root} is missing: make {BUILD}/corpus/{self.name}"
        return root


SKLEARN = Package("python-sklearn-doc", "usr/share/doc/python-sklearn-doc/html",
                  ("auto_examples/index.html", "modules/linear_model.html", "modules/cross_validation.html"), 300)
GIMP = Package("gimp-help-en", "usr/share/gimp/2.0/help/en", ("index.html",), 1000)


def candidates(text):
    """URLs of srcset by the algorithm of the HTML Standard (parse a srcset attribute), with their descriptors."""
    at = 0
    while True:
        at += len(re.match(rf"[{HTML_SPACE},]*", text[at:]).group())
        if at >= len(text):
            return
        url = re.match(rf"[^{HTML_SPACE}]+", text[at:]).group()
        at += len(url)
        descriptors = ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            descriptors, parentheses = "", 0
            for character in text[at:]:
                at += 1
                parentheses = max(parentheses + {"(": 1, ")": -1}.get(character, 0), 0)
                if character == "," and parentheses == 0:
                    break
                descriptors += character
        words = descriptors.split()
        if all(re.fullmatch(r"[1-9]\d*[wh]|-?\d*\.?\d+(e[+-]?\d+)?x", word, re.IGNORECASE) for word in words):
            yield url, " ".join(words)


def references(html, page_url):
    """(source, url, alt) in document order."""
    tree = html5lib.parse(html, namespaceHTMLElements=True)
    for element in tree.iter():
        if isinstance(element.tag, str):
            check_known(element)
            yield from ((source, canonical(page_url, url) if url.strip(HTML_SPACE) else None, alt)
                        for source, url, alt in of_element(element, tree))


def check_known(element):
    tag = element.tag.removeprefix(XHTML)
    unknown = [name for name in element.attrib if UNKNOWN_ATTRIBUTE.fullmatch(str(name)) and tag != "script"]
    assert tag not in UNKNOWN_TAGS and not unknown, f"<{tag} {unknown}>: teach it to debian_pages.py"
    assert tag != "script" or element.get("type") != "application/ld+json"
    assert "url(" not in element.get("style", "") and (tag != "style" or "url(" not in (element.text or ""))
    assert tag != "input" or element.get("type") != "image"


def is_image_file(href):
    """By its name. /wiki/File:a.png is the page of a wiki about a file."""
    path = re.split("[?#]", href)[0]
    return IMAGE_FILE.search(path) and not re.search("/File:[^/]*$", path)


def of_element(element, tree):
    tag, get = element.tag.removeprefix(XHTML), element.get
    if tag == "img":
        if get("src") is not None:
            yield "img", get("src"), get("alt")
        for url, _ in candidates(get("srcset", "")):
            yield "srcset", url, get("alt")
    elif tag == "a" and is_image_file(get("href", "")):
        yield "link", get("href"), None
    elif tag == "link" and "icon" in get("rel", "").lower().split() and get("href"):
        yield "icon", get("href"), None
    elif tag == "meta" and get("property") == "og:image":
        yield "og_image", get("content"), following_alt(tree, element)


def following_alt(tree, image):
    """og:image:alt behind it, before the next og:image."""
    metas = list(tree.iter(XHTML + "meta"))
    for meta in metas[metas.index(image) + 1:]:
        if meta.get("property") == "og:image":
            return None
        if meta.get("property") == "og:image:alt":
            return meta.get("content")
    return None
