"""The tree keeps the design's rules: who may include whom, where each library's header may stand, and
what a file looks like. Reads the sources; runs nothing."""
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import function_lengths  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CODE = sorted(path.relative_to(ROOT) for folder in ("crawler", "server", "storage")
              for path in (ROOT / folder).rglob("*.[ch]"))
TEST_CODE = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.[ch]"))

# The parts of the crawler, lowest first: each may include those before it.
PARTS = ["base", "audit", "job", "workers", "fetch", "hosts", "frontier", "sitemaps", "probe"]
BELOW_CRAWLER = {"crawler/async", "crawler/extract", "storage"}

# Each layer, most special folder first, and the layers that it may include.
LAYERS = {
    "crawler/async": {"crawler/async"},
    "crawler/extract": {"crawler/extract"},
    **{f"crawler/{part}": BELOW_CRAWLER | {f"crawler/{other}" for other in PARTS[:number + 1]}
       for number, part in enumerate(PARTS)},
    "crawler": BELOW_CRAWLER | {"crawler"} | {f"crawler/{part}" for part in PARTS},
    "storage": {"storage"},
}
LAYERS["server"] = {"server"} | set(LAYERS)

# Which sources may see a library's header.
LIBRARIES = {
    r"sqlite3\.h": r"storage/",
    r"curl/.*": r"crawler/fetch/fetch[^/]*\.[ch]$",
    r"ares[^/]*\.h": r"crawler/fetch/resolver[^/]*\.c$",
    r"gumbo\.h": r"crawler/extract/",
    r"expat\.h": r"crawler/extract/",
    r"zlib\.h": r"crawler/extract/",
    r"jpeglib\.h|png\.h|gif_lib\.h|webp/.*|dav1d/.*": r"crawler/extract/image_grey_[^/]*\.c$",
    r"nettle/.*": r"crawler/extract/image_hash\.c$",
    r"iconv\.h": r"crawler/extract/",
    r"idn2\.h": r"crawler/extract/",
    r"microhttpd\.h": r"server/",
    r"ev\.h": r"crawler/async/loop\.c$",
    r"seccomp\.h": r"crawler/async/",
    r"libpsl\.h": r"crawler/frontier/scope\.c$",
    r"ini\.h": r"server/config\.c$",
    r"systemd/.*": r"server/systemd\.c$",
}


def layer_of(path):
    """The layer of a source or of what an include names."""
    return next(layer for layer in LAYERS if str(path).startswith(layer + "/"))


def includes(path):
    """(line number, quoted or angled, name) of each include."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(1), match.group(2)


def all_broken(check, paths):
    broken = [f"{path}:{number}: {why}" for path in paths for number, why in check(path)]
    assert not broken, "\n" + "\n".join(broken)


def test_there_is_code():
    assert len(CODE) > 50


def test_own_headers_are_included_from_the_root():
    def check(path):
        for number, kind, name in includes(path):
            beside = path.parts[0] == "tests" and (ROOT / path.parent / name).is_file()
            if kind == '"' and not beside and not (ROOT / name).is_file():
                yield number, f'"{name}" is no file below the root'
    all_broken(check, CODE + TEST_CODE)


def test_layers_include_only_what_lies_below():
    def check(path):
        layer = layer_of(path)
        for number, kind, name in includes(path):
            if kind == '"' and layer_of(name) not in LAYERS[layer]:
                yield number, f"{layer} includes {name}"
    all_broken(check, CODE)


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_header_stays_in_its_place(library):
    def check(path):
        for number, kind, name in includes(path):
            if kind == "<" and re.fullmatch(library, name) and not re.match(LIBRARIES[library], str(path)):
                yield number, f"<{name}> belongs to {LIBRARIES[library]}"
    all_broken(check, CODE)


def test_no_sql_leaves_storage():
    statement = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX)|PRAGMA)\s')

    def check(path):
        if layer_of(path) == "storage":
            return
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if statement.search(line):
                yield number, "SQL outside storage"
    all_broken(check, CODE)


def test_own_header_comes_first():
    def check(path):
        own = path.with_suffix(".h")
        found = list(includes(path))
        if path.suffix == ".c" and (ROOT / own).is_file() and (not found or found[0][2] != str(own)):
            yield 1, f'"{own}" is to be the first include'
    all_broken(check, CODE)


def test_every_file_opens_with_a_note():
    def check(path):
        if not (ROOT / path).read_text(encoding="utf-8").startswith("/*"):
            yield 1, "a head note is missing: what it is, which thread, who owns what"
    all_broken(check, CODE + TEST_CODE)


def test_headers_have_a_guard_of_their_own():
    guards = {}
    for path in CODE:
        if path.suffix != ".h":
            continue
        match = re.search(r"#ifndef (IMGCRAWL_\w+_H)\n#define \1\n", (ROOT / path).read_text(encoding="utf-8"))
        assert match, f"{path}: no include guard IMGCRAWL_…_H"
        assert match.group(1) not in guards, f"{path} and {guards[match.group(1)]} share a guard"
        guards[match.group(1)] = path


def test_structs_are_not_hidden_behind_typedefs():
    def check(path):
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"\s*typedef\s+(struct|enum|union)\b[^(]*$", line):
                yield number, "typedef of a struct, enum or union"
    all_broken(check, CODE)


def test_functions_and_files_are_short():
    broken = function_lengths.broken_rules()
    assert not broken, "\n" + "\n".join(broken)


def test_readme_names_only_files_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:crawler|storage|server|web|tests|configs)/[\w./-]*)`", readme))
    assert len(named) > 20
    missing = sorted(name for name in named if not (ROOT / name).exists())
    assert not missing, missing
