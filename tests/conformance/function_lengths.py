#!/usr/bin/python3
"""Lengths of functions and files, as house rules: no function over 60 lines, median about 12, no file over 500.

    function_lengths.py          checks the tree; status 1 where a rule is broken
    function_lengths.py --list   also prints the longest

Works on the layout that clang-format gives: a function's body opens with '{' in column 0 and closes
with '}' in column 0.
"""
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = ("crawler", "server", "storage", "tests")
MAX_FUNCTION_LINES = 60
MAX_MEDIAN_LINES = 14
MAX_FILE_LINES = 500


def functions(path):
    """Yields (name, first line, lines) of each function; lines are those between the braces."""
    lines = path.read_text(encoding="utf-8").splitlines()
    opened = None
    for number, line in enumerate(lines, 1):
        if line == "{" and number > 1 and lines[number - 2].rstrip().endswith(")"):
            opened = number
        elif line == "}" and opened is not None:
            yield name_above(lines, opened), opened, number - opened - 1
            opened = None


def name_above(lines, opened):
    """The function's name: the word before the first '(' of the declaration that ends above."""
    start = opened - 2
    while start > 0 and lines[start].startswith((" ", "\t")):
        start -= 1
    match = re.search(r"(\w+)\s*\(", lines[start])
    return match.group(1) if match else "?"


def sources(folders=FOLDERS):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.c"))


def broken_rules():
    """A sentence for each rule that the tree breaks."""
    broken, lengths = [], []
    for path in sources():
        relative = path.relative_to(ROOT)
        is_test = relative.parts[0] == "tests"
        for name, line, length in functions(path):
            if not is_test:
                lengths.append(length)
            # A test's main lists its tests.
            if length > MAX_FUNCTION_LINES and not (is_test and name == "main"):
                broken.append(f"{relative}:{line}: {name} has {length} lines, over {MAX_FUNCTION_LINES}")
        file_lines = len(path.read_text(encoding="utf-8").splitlines())
        if file_lines > MAX_FILE_LINES and not is_test:
            broken.append(f"{relative}: {file_lines} lines, over {MAX_FILE_LINES}")
    if lengths and statistics.median(lengths) > MAX_MEDIAN_LINES:
        broken.append(f"the median function has {statistics.median(lengths)} lines, over {MAX_MEDIAN_LINES}")
    return broken


def main():
    if "--list" in sys.argv:
        found = [(length, f"{path.relative_to(ROOT)}:{line} {name}")
                 for path in sources() for name, line, length in functions(path)]
        for length, where in sorted(found, reverse=True)[:30]:
            print(f"{length:4} {where}")
    broken = broken_rules()
    print("\n".join(broken) if broken else "function lengths: ok")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
