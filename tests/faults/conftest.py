"""What the tests of this folder share: the daemon and the sites of the end-to-end tests, the fixture server."""
import functools
import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TESTS.parent / "build"))
sys.path += [str(TESTS / "e2e"), str(TESTS / "fixture")]

from daemon import IMGCRAWL, Daemon  # noqa: E402 (the path comes first)

PLAIN = os.environ.get("IMGCRAWL_PLAIN", str(BUILD / "plain/imgcrawl"))


@pytest.fixture
def start_daemon(tmp_path):
    """start_daemon("fetch.max_attempts=2", …): a fresh one with these options, running. In the end it must stop in good
    order, which is also when a sanitizer tells of leaks."""
    started = []

    def start(*options, program=IMGCRAWL):
        arguments = [word for option in options for word in ("--set", option)]
        one = Daemon(tmp_path / f"data{len(started)}", *arguments, program=program).start()
        started.append(one)
        return one

    yield start
    for one in started:
        assert one.stop() in (0, None), one.log.read_text()


@pytest.fixture
def start_plain_daemon(start_daemon):
    """One that has no sanitizer in it: its memory and CPU is what users see."""
    return functools.partial(start_daemon, program=PLAIN)


@pytest.fixture(scope="session")
def handbook():
    """The folder of the debian-handbook in English: real pages."""
    found = sorted((BUILD / "corpus/debian-handbook").glob("**/en-US/index.html"))
    assert found, f"{BUILD}/corpus/debian-handbook is missing: make {BUILD}/corpus/debian-handbook"
    return found[0].parent
