"""What the stories of this folder share: a daemon of one's own, one for a whole file, a small site."""
import handbook
import pytest
from api_client import CheckedDaemon
from daemon import Daemon
from independent_count import count_site
from static_site import StaticSite, error, page, redirect


@pytest.fixture
def daemon(tmp_path):
    """A fresh one, running."""
    one = Daemon(tmp_path / "data").start()
    yield one
    one.kill()


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory):
    """One for all tests of a file that only look, or that mind only their own jobs."""
    one = Daemon(tmp_path_factory.mktemp("shared") / "data").start()
    yield one
    one.kill()


@pytest.fixture(scope="module")
def site():
    """Six URLs: three pages, a redirect to one of them, one that is missing, one that is no page."""
    pages = {
        "/": page('<img src="/a.png" alt="A red kite"><img src="/b.png"><img src="/b.png" alt="">'
                  '<a href="/old">old</a><a href="/gone">gone</a><a href="/two">two</a><a href="/file.pdf">file</a>',
                  title="Home of kites"),
        "/old": redirect("/new"),
        "/new": page('<img src="/a.png" alt="  "><img src="/c.png" alt="Caf&eacute; &#128031;" title="t" width="10" '
                     'height="20%" loading="lazy" srcset="/c2.png 2x">', title="New"),
        "/two": page('<img src="http://images.example/d.png" alt="100% _sure_">', title="Two"),
        "/file.pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-"),
        "/gone": error(410),
    }
    with StaticSite(pages) as one:
        yield one


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """One for a file, all of whose answers are checked, and which must end well."""
    one = CheckedDaemon(tmp_path_factory.mktemp("api") / "data").start()
    yield one
    assert one.stop() == 0, one.log.read_text()


@pytest.fixture(scope="module")
def crawled(api, site):
    """A finished job on the site."""
    job = api.crawl(site.url + "/", name="Kites")
    assert job["state"] == "finished", job
    return job


@pytest.fixture(scope="session")
def handbook_site(tmp_path_factory):
    """A real site: the Debian Administrator's Handbook, served by nginx."""
    with handbook.open_site(tmp_path_factory.mktemp("nginx")) as one:
        yield one


@pytest.fixture(scope="session")
def counted(handbook_site):
    """What is on it, by another walk and another parser."""
    return count_site(handbook.seeds_of(handbook_site))


@pytest.fixture
def handbook_requests(handbook_site):
    """Forgets what was asked for so far; gives the function that counts what is asked for from now on."""
    handbook_site.take_requests()
    return handbook_site.take_requests
