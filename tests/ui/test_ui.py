"""The web UI in Chromium, against the real service and a small site on loopback."""

import pytest
from selenium.webdriver.common.keys import Keys

from ui_site import CHAIN_LENGTH, EXPECTED, HOSTILE_ALT, HOSTILE_TITLE


@pytest.fixture
def crawled(screen, site):
    """The id of a finished crawl of the small site."""
    job = screen.start(site.url)
    screen.state('finished')
    return job


def number(text):
    return int(''.join(character for character in text if character.isdigit()))


def names(screen, css='.tile-name'):
    return set(screen.texts(css))


def show_missing(screen, job):
    screen.open(f'/jobs/{job}/images')
    screen.wait(lambda: len(screen.all('.tile')) == EXPECTED['images'], 'all images')
    screen.pick('#filter-alt_state-missing')
    screen.wait(lambda: names(screen) == EXPECTED['missing'], 'only the images without alt')


def test_a_second_visit_is_allowed_as_much_as_the_first(screen):
    for _ in range(2):  # the second time the files are in the browser's cache and asked for with their ETag
        screen.open('/')
        screen.says('.empty', 'No jobs yet')


# ---- starting ----

def test_an_empty_list_offers_an_example_that_fills_the_form(screen):
    screen.open('/')
    screen.says('.empty', 'No jobs yet')
    screen.click('.empty button')
    assert screen.one('#start-seeds').get_attribute('value').startswith('https://')
    assert screen.focused().get_attribute('id') == 'start-seeds'


def test_the_form_starts_a_job_that_is_watched_until_it_has_finished(screen, site):
    screen.start(site.url + 'chain/1', name='The chain')
    assert screen.one('h1').text == 'The chain'
    done = lambda: number(screen.text('.sum-done') or '0')
    site.permit(3)
    screen.wait(lambda: 3 <= done() < CHAIN_LENGTH, 'three pages done, without a reload')
    screen.state('running')
    site.permit(CHAIN_LENGTH)
    screen.state('finished')
    screen.wait(lambda: done() == CHAIN_LENGTH, 'all pages done')
    screen.says('#live', 'finished')


def test_the_counts_on_the_screen_add_up(screen, crawled):
    parts = [number(screen.text(f'.sum-{name}')) for name in ('done', 'failed', 'skipped', 'in_flight', 'queued')]
    assert sum(parts) == number(screen.text('.sum-known')) > 0
    rows = lambda state: screen.driver.execute_script(
        '''const head = document.querySelector('.reason-' + arguments[0]);
        return [head.lastChild.textContent,
                ...Array.from(head.parentNode.nextElementSibling.rows, (row) => row.lastChild.textContent)]''', state)
    for state, part in zip(('done', 'failed', 'skipped'), parts):
        total, *reasons = map(number, rows(state))
        assert total == part == sum(reasons)


@pytest.mark.expects('422')
def test_a_complaint_about_an_address_is_shown_at_the_field(screen, site):
    screen.open('/')
    screen.type('#start-seeds', f'{site.url}\nftp://files.example/')
    screen.click('.start [type=submit]')
    screen.says('#start-seeds-error', 'Line 2 ')
    field = screen.one('#start-seeds')
    assert field.get_attribute('aria-invalid') == 'true'
    assert 'start-seeds-error' in field.get_attribute('aria-describedby')
    assert screen.focused() == field
    assert screen.driver.execute_script(
        'return arguments[0].value.slice(arguments[0].selectionStart, arguments[0].selectionEnd)', field) == 'ftp://files.example/'
    assert not screen.all('.job')


@pytest.mark.expects('422')
def test_a_complaint_about_a_hidden_field_brings_it_to_sight(screen, site):
    screen.open('/')
    screen.type('#start-seeds', site.url)
    screen.reveal('#start-max_depth')
    screen.type('#start-max_depth', 'deep')
    screen.click('.start-more > summary')
    screen.click('.start [type=submit]')
    screen.says('#start-max_depth-error', 'The depth limit')
    assert screen.focused().get_attribute('id') == 'start-max_depth'


@pytest.mark.expects('422')
def test_no_address_at_all_is_said_at_the_address_field(screen):
    screen.open('/')
    screen.click('.start [type=submit]')
    screen.says('#start-seeds-error', 'The address')


def test_the_form_has_every_setting_and_its_usual_value(screen, crawled):
    settings = screen.get(f'/v1/jobs/{crawled}')['settings']
    screen.open('/')
    for name, value in settings.items():
        control = screen.wait(lambda: screen.all(f'#start-{name}'), f'a control for {name}')[0]
        if isinstance(value, bool):
            assert control.is_selected() == value, name
        elif control.tag_name == 'select':
            assert control.get_attribute('value') == value, name
        elif isinstance(value, int) and name != 'repeat_of':
            assert control.get_attribute('placeholder') == str(value), name


def test_crawl_again_fills_the_form_with_the_same_settings(screen, crawled, site):
    screen.open(f'/jobs/{crawled}')
    screen.driver.find_element('link text', 'Crawl again …').click()
    screen.wait(lambda: screen.one('#start-seeds').get_attribute('value') == site.url, 'the same address')
    assert screen.focused().get_attribute('id') == 'start-seeds'
    screen.click('.start [type=submit]')
    screen.says('.crumbs', 'Job 2')


# ---- images ----

def test_the_missing_filter_leaves_only_images_without_alt_and_marks_them(screen, crawled):
    show_missing(screen, crawled)
    assert all(tile.get_attribute('data-alt') == 'missing' for tile in screen.all('.tile'))
    assert all('Missing alt' in text for text in screen.texts('.tile-alt'))
    assert {image.get_attribute('alt') for image in screen.all('.tile img')} <= {'no alt text', 'The harbour at dawn'}
    assert 'alt_state=missing' in screen.driver.current_url


def test_each_alt_tile_of_the_overview_leads_to_those_images(screen, crawled):
    for state in ('empty', 'whitespace'):
        screen.open(f'/jobs/{crawled}')
        screen.click(f'.alt-tile-{state} a')
        screen.wait(lambda: names(screen) == EXPECTED[state], f'the images with {state} alt')


def test_search_and_source_narrow_the_gallery(screen, crawled):
    screen.open(f'/jobs/{crawled}/images')
    screen.reveal('#filter-text')
    screen.type('#filter-text', 'harbour')
    screen.wait(lambda: names(screen) == {'harbour.png'}, 'one image by text')
    screen.type('#filter-text', 'wide')
    screen.choose('#filter-source', 'srcset')
    screen.wait(lambda: names(screen) == {'wide-2x.png'}, 'one image by source')
    screen.type('#filter-text', 'nothing like this')
    screen.says('.empty', 'No image matches')


def test_a_hostile_alt_and_title_are_shown_as_the_text_that_they_are(screen, crawled):
    screen.open(f'/jobs/{crawled}/images?text=hostile')
    screen.wait(lambda: HOSTILE_ALT in ''.join(screen.texts('.tile .alt-words')), 'the alt as text')
    assert screen.all('.tile img')[0].get_attribute('alt') == HOSTILE_ALT
    screen.open(f'/jobs/{crawled}/pages')
    screen.wait(lambda: HOSTILE_TITLE in screen.texts('.page-title'), 'the title as text')
    screen.open(f'/jobs/{crawled}/pages/1')
    screen.wait(lambda: HOSTILE_ALT in ''.join(screen.texts('.occurrence .alt-words')), 'the alt on the page')
    assert screen.driver.execute_script('return window.pwned') is None


@pytest.mark.expects('404')
def test_an_address_that_is_hostile_leads_nowhere(screen):
    screen.open('/jobs/1/images?image=%22%3E%3Cscript%3E&view=%3Cimg%3E')
    assert screen.driver.execute_script('return window.pwned') is None


def test_a_thumbnail_that_does_not_load_becomes_a_tile_that_says_so(screen, crawled):
    screen.open(f'/jobs/{crawled}/images?text=gone')
    tile = screen.one('.tile .thumb-broken')
    assert 'A picture that is gone' in tile.get_attribute('aria-label')


def test_thumbnails_are_lazy_and_tell_nobody_where_they_are_shown(screen, crawled):
    screen.open(f'/jobs/{crawled}/images')
    screen.wait(lambda: screen.all('.tile img'), 'thumbnails')
    told = screen.driver.execute_script(
        '''return Array.from(document.querySelectorAll('.tile img'), (image) =>
            ['loading', 'decoding', 'referrerpolicy'].map((name) => image.getAttribute(name)).join(' '))''')
    assert set(told) == {'lazy async no-referrer'}


def test_an_image_opens_with_all_its_places_and_escape_gives_the_focus_back(screen, crawled):
    screen.open(f'/jobs/{crawled}/images?text=harbour')
    screen.click('.tile-link')
    screen.wait(lambda: len(screen.all('.panel .occurrence')) == 2, 'both places of the image')
    assert {'The harbour at dawn', 'Harbour'} == set(screen.texts('.panel .occurrence q'))
    assert 'image=' in screen.driver.current_url
    screen.keys(Keys.ESCAPE)
    screen.wait(lambda: not screen.all('dialog[open]'), 'the panel closed')
    screen.wait(lambda: screen.focused().get_attribute('class') == 'tile-link', 'the focus on the tile')
    assert 'image=' not in screen.driver.current_url


def test_the_arrow_keys_walk_through_the_images(screen, crawled):
    show_missing(screen, crawled)
    screen.click('.tile-link')
    first = screen.one('.panel h2').text
    screen.keys(Keys.ARROW_RIGHT)
    screen.wait(lambda: screen.text('.panel h2') not in ('', first), 'another image')
    screen.keys(Keys.ARROW_LEFT)
    screen.says('.panel h2', first)


def test_the_list_shows_the_same_images_as_the_grid(screen, crawled):
    screen.open(f'/jobs/{crawled}/images')
    screen.wait(lambda: len(screen.all('.tile')) == EXPECTED['images'], 'the grid')
    screen.pick('#filter-view-list')
    screen.wait(lambda: len(screen.all('.row')) == EXPECTED['images'], 'the list')


def test_more_brings_the_rest_of_a_long_gallery_once(screen, site):
    site.permit(CHAIN_LENGTH)
    job = screen.start(site.url + 'chain/1', seeds=f'{site.url}\n{site.url}chain/1')
    screen.state('finished')
    screen.open(f'/jobs/{job}/images')
    screen.click('.listing-foot button')
    screen.says('.listing-status', 'all shown')
    shown = [tile.get_attribute('data-image') for tile in screen.all('.tile')]
    assert len(shown) == len(set(shown)) == CHAIN_LENGTH + EXPECTED['images']


# ---- pages ----

def test_a_page_opens_with_its_facts_and_its_images_in_order(screen, crawled, site):
    screen.open(f'/jobs/{crawled}/pages')
    screen.type('#filter-text', 'second.html')
    screen.wait(lambda: len(screen.all('.pages tbody tr')) == 1, 'one page')
    screen.click('.pages tbody a')
    screen.says('h1', 'Second page')
    assert '200' in screen.text('.facts')
    screen.wait(lambda: len(screen.all('.occurrence')) == 4, 'its images')
    assert screen.texts('.occurrence-name') == ['nameless.png', 'harbour.png', 'wide.png', 'wide-2x.png']
    link = screen.one('.page-head a.url')
    assert link.get_attribute('href') == site.url + 'second.html'
    assert 'noreferrer' in link.get_attribute('rel')


def test_a_page_shows_the_redirects_that_led_to_it(screen, crawled):
    screen.open(f'/jobs/{crawled}/pages?text=new.html')
    screen.wait(lambda: len(screen.all('.pages tbody tr')) >= 1, 'the page')
    screen.click('.pages tbody a')
    screen.says('.chain', 'old.html')
    assert '301' in screen.text('.chain')


def test_pages_are_filtered_by_status_and_by_result(screen, crawled):
    screen.open(f'/jobs/{crawled}/pages')
    screen.choose('#filter-status', '4xx')
    screen.wait(lambda: screen.texts('.pages tbody .url')[0].endswith('broken.html')
                and len(screen.all('.pages tbody tr')) == 1, 'the broken page only')
    screen.open(f'/jobs/{crawled}')
    screen.driver.find_element('link text', 'Redirected').click()
    screen.wait(lambda: len(screen.all('.pages tbody tr')) == 1 and 'old.html' in screen.text('.pages tbody'), 'the redirect only')


# ---- what can be done with a job ----

def test_a_job_can_be_paused_and_resumed(screen, site):
    screen.start(site.url + 'chain/1')
    site.permit(2)
    screen.wait(lambda: number(screen.text('.sum-done') or '0') >= 2, 'two pages')
    screen.click('[data-action="pause"]')
    site.permit(1)  # the page in flight may come in
    screen.state('paused')
    screen.click('[data-action="resume"]')
    site.permit(CHAIN_LENGTH)
    screen.state('finished')
    screen.wait(lambda: number(screen.text('.sum-done')) == CHAIN_LENGTH, 'every page')
    assert number(screen.text('.sum-known')) == CHAIN_LENGTH


def test_deleting_asks_first(screen, crawled):
    screen.open(f'/jobs/{crawled}')
    screen.click('[data-action="remove"]')
    screen.says('dialog', 'Delete this job?')
    screen.click('dialog [value="no"]')
    screen.wait(lambda: not screen.all('dialog[open]'), 'the question gone')
    screen.click('[data-action="remove"]')
    screen.click('dialog [value="yes"]')
    screen.says('.empty', 'No jobs yet')


def test_a_job_that_moves_can_be_cancelled_after_a_question(screen, site):
    screen.start(site.url + 'chain/1')
    screen.click('[data-action="cancel"]')
    screen.says('dialog', 'cannot be resumed')
    screen.click('dialog [value="yes"]')
    site.permit(1)
    screen.state('cancelled')


@pytest.mark.expects('404')
def test_a_job_that_is_not_there_is_said_with_a_remedy(screen):
    screen.open('/jobs/4711')
    screen.says('.notice', '4711')
    screen.says('.notice', 'list of jobs')


# ---- without a mouse, on a phone ----

def test_a_crawl_is_started_and_read_by_keyboard_alone(screen, site):
    screen.open('/')
    screen.tab_to(lambda node: node.get_attribute('id') == 'start-seeds', 'the address')
    screen.keys(site.url)
    screen.tab_to(lambda node: node.get_attribute('type') == 'submit', 'the start button')
    screen.keys(Keys.ENTER)
    screen.state('finished')
    assert screen.focused().tag_name == 'h1'
    screen.tab_to(lambda node: node.text.startswith('Images'), 'the images')
    screen.keys(Keys.ENTER)
    screen.wait(lambda: len(screen.all('.tile')) == EXPECTED['images'], 'the gallery')
    screen.tab_to(lambda node: node.get_attribute('id') == 'filter-alt_state-any', 'the filter')
    screen.keys(Keys.ARROW_RIGHT)
    screen.wait(lambda: names(screen) == EXPECTED['missing'], 'the images without alt')
    screen.tab_to(lambda node: node.get_attribute('class') == 'tile-link', 'an image')
    screen.keys(Keys.ENTER)
    screen.wait(lambda: screen.all('dialog[open] .occurrence'), 'its places')
    screen.keys(Keys.ESCAPE)
    screen.wait(lambda: not screen.all('dialog[open]'), 'the panel closed')


def test_every_control_has_a_name_and_every_image_an_alt(screen, crawled):
    unnamed = '''return Array.from(document.querySelectorAll('a, button, input, select, textarea, img'))
        .filter((node) => node.tagName === 'IMG' ? !node.hasAttribute('alt')
            : !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length
                || node.querySelector('img[alt]:not([alt=""]), [aria-label]')))
        .map((node) => node.outerHTML)'''
    for path in ('/', f'/jobs/{crawled}', f'/jobs/{crawled}/images', f'/jobs/{crawled}/images?view=list',
                 f'/jobs/{crawled}/pages', f'/jobs/{crawled}/pages/1'):
        screen.open(path)
        screen.wait(lambda: not screen.all('[aria-busy="true"]'), 'the list')
        assert screen.driver.execute_script(unnamed) == [], path
        assert len(screen.all('h1')) == 1, path


def test_nothing_is_wider_than_a_phone(screen, crawled):
    screen.resize(360, 740)
    for path in ('/', f'/jobs/{crawled}', f'/jobs/{crawled}/images', f'/jobs/{crawled}/images?view=list',
                 f'/jobs/{crawled}/images?image=1', f'/jobs/{crawled}/pages', f'/jobs/{crawled}/pages/1'):
        screen.open(path)
        screen.wait(lambda: not screen.all('[aria-busy="true"]'), 'the list')
        assert screen.driver.execute_script('return document.documentElement.scrollWidth') <= 360, path
