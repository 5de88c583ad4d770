"""What every UI test stands on: a service of its own on an empty data directory, the small site, and
one browser for the whole run."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get('IMGCRAWL', str(ROOT / 'build' / 'imgcrawl'))


@pytest.fixture(scope='session')
def driver(tmp_path_factory):
    from ui_screen import new_driver
    driver = new_driver(tmp_path_factory.mktemp('chromium'))
    yield driver
    driver.quit()


@pytest.fixture
def site():
    from ui_site import Site
    site = Site()
    yield site
    site.close()


@pytest.fixture
def ruled_site():
    from ui_site import RuledSite
    site = RuledSite()
    yield site
    site.close()


@pytest.fixture
def service(tmp_path):
    """The address of a service that ends with the test."""
    with open(tmp_path / 'log', 'w') as log:
        process = subprocess.Popen([BINARY, 'serve', '--listen', '127.0.0.1:0', '--data', str(tmp_path / 'data')],
                                   stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield listening_address(process, tmp_path / 'log')
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def listening_address(process, log):
    for line in process.stdout:
        found = re.search(r'listening on (http://\S+/)', line)
        if found:
            return found.group(1)
    raise AssertionError(f'{BINARY} ended before it listened:\n{log.read_text()}')


# A test that sends what is refused, or shows an image that is gone, names it with this marker.
def pytest_configure(config):
    config.addinivalue_line('markers', 'expects(*texts): complaints of the browser that belong to the test')


@pytest.fixture
def screen(driver, service, request):
    from ui_screen import Screen
    screen = Screen(driver, service)
    driver.get_log('browser')
    screen.resize(1280, 900)
    yield screen
    refused, complaints = screen.refused(), screen.complaints()
    driver.get('about:blank')
    marker = request.node.get_closest_marker('expects')
    expected = ['/img/gone.png', *(marker.args if marker else ())]
    assert refused == [], 'the content security policy was violated'
    assert [line for line in complaints if not any(text in line for text in expected)] == []
