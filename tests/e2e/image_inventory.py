"""Hand-written inventories: pages of tests/e2e/inventory, what has to be found on each, and how that is compared."""
import dataclasses
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent / "inventory"
TYPES = {".html": "text/html", ".css": "text/css", ".xml": "application/xml"}
FLAGS = ("link_only", "in_button", "aria_hidden", "presentational", "noscript", "placeholder", "lazy")
KEY = ("source", "url", "raw", "descriptor")
ALWAYS = {**dict.fromkeys(KEY), "alt_state": "not_applicable", "alt": None, "name": None, "link": None, "caption": None,
          "heading": None, "landmark": None, "flags": []}
URLS = ("url", "link")
NOT_IN_THE_PAGE = ("style_sheet", "sitemap")  # sources that other files give


@dataclasses.dataclass
class Page:
    path: str
    about: str
    rows: list  # in document order


def load(site_url):
    """What to find: {path: Page}. Addresses that begin with a slash are those of the site."""
    return {"/" + file.stem + ".html": read(file, site_url) for file in sorted(FOLDER.glob("*.json"))}


def read(file, site_url):
    expected = json.loads(file.read_text(encoding="utf-8").replace("{site}", site_url))
    rows = [{**ALWAYS, **expected.get("all", {}), **row} for row in expected["rows"]]
    for row in rows:
        row["flags"] = sorted(row["flags"])
        for name in URLS:
            if row[name] and row[name].startswith("/"):
                row[name] = site_url + row[name]
    return Page("/" + file.stem + ".html", expected["about"], rows)


def table(site):
    """The pages of a StaticSite: the files, and an index that leads to all of them."""
    pages = {"/" + str(file.relative_to(FOLDER)): (200, {"Content-Type": TYPES[file.suffix]},
                                                   file.read_bytes().replace(b"{site}", site.url.encode()))
             for file in sorted(FOLDER.rglob("*")) if file.suffix in TYPES}
    links = "".join(f'<a href="{path}">{path}</a>' for path in pages if path.endswith(".html"))
    return {**pages, "/": (200, {"Content-Type": "text/html"}, f"<!doctype html><title>Index</title>{links}".encode())}


def found(answer):
    """A row as the program gives it, in the form of those that are expected."""
    flags = answer["flags"] if "flags" in answer else [flag for flag in FLAGS if answer[flag]]
    return {**answer, "flags": sorted(flags), "descriptor": answer["descriptor"] or None}


def is_same(expected, got):
    """An asterisk at the end stands for any text or none: where no standard says what."""
    if isinstance(expected, str) and expected.endswith("*"):
        return expected == "*" or (got or "").startswith(expected[:-1])
    return expected == got


def differences(expected, got):
    return [f"{name}: expected {value!r}, got {got[name]!r}" for name, value in expected.items()
            if not is_same(value, got[name])]


def take(rows, fits):
    for index, row in enumerate(rows):
        if fits(row):
            return rows.pop(index)
    return None


def compare(page, answers):
    """Lines that say which rows are missing, which are too many and which differ in what; none: all is right."""
    lines, unmatched, left = [], [], list(answers)
    for row in page.rows:
        if take(left, lambda got, row=row: not differences(row, got)) is None:
            unmatched.append(row)
    for row in unmatched:
        near = take(left, lambda got, row=row: all(is_same(row[name], got[name]) for name in KEY)) \
            or take(left, lambda got, row=row: all(is_same(row[name], got[name]) for name in ("source", "raw")))
        if near is None:
            lines.append(f"missing    {shown(row)}")
        else:
            lines += [f"different  {shown(row)}: {what}" for what in differences(row, near)]
    return lines + [f"unexpected {shown(got)}" for got in left]


def out_of_order(page, answers):
    """Rows of the page whose positions do not follow the document."""
    order = [row["url"] or row["raw"] or "svg" for row in answers if row["source"] not in NOT_IN_THE_PAGE]
    wanted = [row for row in page.rows if row["source"] not in NOT_IN_THE_PAGE]
    return [f"place {place}: expected {row['url'] or row['raw'] or 'svg'}, got {got}"
            for place, (row, got) in enumerate(zip(wanted, order), 1)
            if not is_same(row["url"] or row["raw"] or "svg", got)]


def shown(row):
    return " ".join(str(row[name]) for name in KEY if row[name])
