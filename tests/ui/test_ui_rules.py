"""What the UI tells of rules, in Chromium against the real service: the settings of a crawl, an estimate
before it, what was skipped and why, traps, sitemaps, settings that change while it runs, hosts and their
rules, what pages ask of their readers."""

import pytest
from selenium.webdriver.common.keys import Keys

from ui_site import CHAIN_LENGTH

FORBIDDEN = {'private/x.html', 'private/plan.html', 'private/more.html'}


@pytest.fixture
def ruled(screen, ruled_site):
    """The id of a finished crawl of the site with rules."""
    job = screen.start(ruled_site.url)
    screen.state('finished')
    return job


def ask_why(screen, job, url):
    screen.open(f'/jobs/{job}/why')
    screen.type('#why-url', url + Keys.ENTER)
    return screen.one('.why-answer').text


def selected_text(screen, field):
    return screen.driver.execute_script('return arguments[0].value.slice(arguments[0].selectionStart, arguments[0].selectionEnd)', field)


# ---- settings ----

def test_every_kind_of_setting_arrives_as_it_was_given(screen, site):
    screen.open('/')
    screen.type('#start-seeds', site.url)
    for name, text in {'exclude': '*zzz*\nre:[?]print=', 'headers': 'Accept-Language: de\nX-Note: a: b',
                       'credentials': 'a.example user pass word\nb.example token', 'delay_ms': '3', 'default_charset': 'utf-8'}.items():
        screen.reveal(f'#start-{name}')
        screen.type(f'#start-{name}', text)
    for name in ('remove_tracking', 'cookies'):
        screen.reveal(f'#start-{name}')
        screen.click(f'#start-{name}')
    screen.reveal('#start-sitemaps')
    screen.choose('#start-sitemaps', 'off')
    screen.click('.start [type=submit]')
    screen.state('finished')
    settings = screen.get('/v1/jobs/1')['settings']
    assert settings['exclude'] == ['*zzz*', 're:[?]print=']
    assert settings['headers'] == {'Accept-Language': 'de', 'X-Note': '***'}  # what may be a secret is not shown again
    assert [(login['host'], login.get('user')) for login in settings['credentials']] == [('a.example', 'user'), ('b.example', None)]
    assert (settings['delay_ms'], settings['default_charset'].lower(), settings['sitemaps']) == (3, 'utf-8', 'off')
    assert (settings['remove_tracking'], settings['cookies'], settings['respect_nofollow']) == (True, False, True)
    assert 'Remove tracking parameters' in screen.text('.facts') and 'pass word' not in screen.text('body')


def test_a_folded_group_says_how_much_in_it_is_set(screen, site):
    screen.start(site.url, exclude='*zzz*', include='*\n')
    screen.state('finished')
    screen.driver.find_element('link text', 'Crawl again …').click()
    screen.click('.start-more > summary')
    assert [text for text in screen.texts('.group summary') if text.endswith(' set')] == ['Which URLs 2 set']


def test_what_changed_is_crawled_again_with_the_same_settings(screen, site):
    job = screen.start(site.url, exclude='*zzz*')
    screen.state('finished')
    screen.driver.find_element('link text', 'Crawl what changed …').click()
    screen.wait(lambda: screen.one('#start-seeds').get_attribute('value') == site.url, 'the same address')
    screen.click('.start [type=submit]')
    screen.says('.crumbs', 'Job 2')
    settings = screen.get('/v1/jobs/2')['settings']
    assert (settings['repeat_of'], settings['exclude']) == (int(job), ['*zzz*'])


@pytest.mark.expects('422')
@pytest.mark.parametrize('name, text, line, words', [
    ('headers', 'Accept-Language: de\nBad Name: 1', 'Bad Name: 1', '“Bad Name” '),
    ('headers', 'Accept-Language: de\nX-Token: ***', 'X-Token: ***', '“X-Token” '),  # as it is shown again later
    ('exclude', '*ok*\nre:(', 're:(', 'Line 2 '),
    ('credentials', 'a.example user pass\nb.example', 'b.example', 'Line 2 '),
])
def test_a_complaint_about_one_of_several_lines_selects_that_line(screen, site, name, text, line, words):
    screen.open('/')
    screen.type('#start-seeds', site.url)
    screen.reveal(f'#start-{name}')
    screen.type(f'#start-{name}', text)
    screen.click('.start-more > summary')
    screen.click('.start [type=submit]')
    screen.says(f'#start-{name}-error', words)
    assert selected_text(screen, screen.focused()) == line


# ---- estimate ----

def test_an_estimate_tells_what_is_known_and_then_starts_the_crawl(screen, ruled_site, site):
    screen.open('/')
    screen.type('#start-seeds', f'{ruled_site.url}\n{ruled_site.url}private/plan.html\n{site.url}')
    screen.press('Estimate first')
    screen.one('.estimate')
    assert screen.focused().get_attribute('id') == 'estimate-title'
    assert 'At least 3 pages' in screen.text('.estimate-headline')
    assert {'seed_disallowed', 'no_sitemap', 'sitemap_damaged'} <= {node.get_attribute('data-code') for node in screen.all('.obstacles li')}
    rows = {node.get_attribute('data-site'): node.text for node in screen.all('.sites tbody tr')}
    assert set(rows) == {ruled_site.url[:-1], site.url[:-1]}
    assert 'Disallow: /private/' in rows[ruled_site.url[:-1]] and 'None (404)' in rows[site.url[:-1]]
    assert not screen.all('.job')
    screen.one('.estimate .button-main').click()
    screen.state('finished')


def test_an_estimate_says_when_the_settings_have_changed_since(screen, site):
    screen.open('/')
    screen.type('#start-seeds', site.url)
    screen.press('Estimate first')
    screen.one('.estimate')
    assert 'Estimate again' not in screen.text('.estimate')
    screen.type('#start-max_pages', '5')
    screen.says('.estimate', 'Estimate again')
    screen.press('Close')
    screen.wait(lambda: not screen.one('.split').find_elements('css selector', '.estimate:not([hidden])'), 'the estimate gone')


@pytest.mark.expects('422')
def test_an_estimate_complains_at_the_field(screen):
    screen.open('/')
    screen.press('Estimate first')
    screen.says('#start-seeds-error', 'The address')


# ---- skipped, why ----

def test_skipped_urls_are_counted_by_reason_and_each_count_leads_to_them(screen, ruled, ruled_site):
    screen.open(f'/jobs/{ruled}/skipped')
    screen.wait(lambda: screen.all('.skips tbody tr'), 'the table')
    counts = {row.get_attribute('data-reason'): int(row.find_element('css selector', '.skip-count').text) for row in screen.all('.skips tbody tr')}
    assert counts['robots_disallowed'] == len(FORBIDDEN) and counts['out_of_scope'] == 1 and counts['trap'] >= 1
    assert sum(counts.values()) == screen.get(f'/v1/jobs/{ruled}')['counts']['skipped']
    assert 'robots.txt line 2' in screen.text('[data-reason="robots_disallowed"] .skip-examples')
    screen.click('[data-reason="robots_disallowed"] .skip-count')
    screen.wait(lambda: {text.split('/', 1)[1] for text in screen.texts('.pages .row-link .url')} == FORBIDDEN, 'these pages only')


def test_a_crawl_that_skipped_nothing_says_so(screen, site):
    job = screen.start(site.url + 'second.html')
    screen.state('finished')
    screen.open(f'/jobs/{job}/skipped')
    screen.says('.skipped .empty', 'Nothing was skipped')
    screen.says('.traps .empty', 'No traps')


def test_why_tells_the_rule_and_the_way_there(screen, ruled, ruled_site):
    screen.open(f'/jobs/{ruled}/skipped')
    screen.driver.find_element('partial link text', 'private/plan.html').click()
    screen.says('.why-answer', 'Skipped: robots.txt says no')
    assert screen.one('#why-url').get_attribute('value') == f'{ruled_site.url}private/plan.html'
    assert screen.text('.why-words') == 'robots.txt line 2: Disallow: /private/'
    assert [url.rsplit('/', 1)[1] for url in screen.texts('.chain .url')] == ['', 'plan.html']
    screen.click('.chain li:first-child a')
    screen.says('h1', 'Rules')


def test_why_answers_for_urls_that_the_job_does_not_know(screen, ruled, ruled_site):
    answer = ask_why(screen, ruled, f'{ruled_site.url}hidden.html')
    assert 'Not known' in answer and 'marked nofollow' in answer
    assert screen.texts('.why-answer .chain .url') == [ruled_site.url]
    assert 'Which URLs belong to the crawl' in ask_why(screen, ruled, 'https://elsewhere.example/other')
    assert 'No rule stands against it' in ask_why(screen, ruled, f'{ruled_site.url}nowhere-linked')


@pytest.mark.expects('400')
def test_why_complains_at_the_field_about_what_is_no_url(screen, ruled):
    screen.open(f'/jobs/{ruled}/why')
    screen.press('Why?')
    screen.says('#why-error', 'Give a URL')
    screen.type('#why-url', 'ftp://files.example/')
    screen.press('Why?')
    screen.says('#why-error', 'The URL must')
    assert screen.one('#why-url').get_attribute('aria-invalid') == 'true'


def test_each_page_of_the_list_and_a_page_itself_lead_to_their_why(screen, ruled, ruled_site):
    screen.open(f'/jobs/{ruled}/pages?text=art.html')
    screen.wait(lambda: len(screen.all('.pages tbody tr')) == 1, 'one page')
    screen.click('.pages .why-link')
    screen.says('.why-answer', 'Done: Fetched')
    screen.press_link('All that is known of it')
    screen.says('h1', 'Art')
    screen.click('.page-head .why-link')
    screen.says('.why-answer', 'Done: Fetched')


def test_what_is_asked_of_a_hostile_url_is_shown_as_text(screen, ruled):
    screen.open(f'/jobs/{ruled}/why?url=https%3A%2F%2Fx.example%2F%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E')
    screen.says('.why-answer', 'onerror')
    assert screen.driver.execute_script('return window.pwned') is None


# ---- traps ----

def test_a_trap_is_shown_with_its_evidence_and_released_after_a_question(screen, ruled_site, site):
    job = screen.start(ruled_site.url, seeds=f'{ruled_site.url}\n{site.url}chain/1')  # the chain keeps it running
    screen.wait(lambda: screen.get(f'/v1/jobs/{job}')['counts']['skipped_by_reason'].get('trap'), 'a trap')
    screen.open(f'/jobs/{job}/skipped')
    screen.says('.trap', 'Dates far away')
    assert '/calendar/{date}' in screen.text('.trap-pattern') and 'same images and links' in screen.text('.trap')
    screen.click('[data-release]')
    screen.says('dialog', 'Release this trap?')
    screen.click('dialog [value="no"]')
    screen.wait(lambda: not screen.all('dialog[open]'), 'the question gone')
    assert screen.all('.trap[data-state="suspended"]')
    screen.click('[data-release]')
    screen.click('dialog [value="yes"]')
    screen.wait(lambda: screen.all('.trap[data-state="released"]'), 'the trap released')
    assert screen.focused().get_attribute('id') == 'traps-title'
    screen.wait(lambda: 'trap' not in screen.get(f'/v1/jobs/{job}')['counts']['skipped_by_reason'], 'nothing held back')
    site.permit(CHAIN_LENGTH)


def test_why_leads_to_the_trap_that_holds_a_url_back(screen, ruled, ruled_site):
    held = screen.get(f'/v1/jobs/{ruled}/pages?outcome=trap')['items'][0]['url']
    assert 'Skipped: Held back' in ask_why(screen, ruled, held)
    screen.press_link('See the trap, and release what it holds back')
    screen.wait(lambda: screen.focused().get_attribute('data-trap') == '1', 'the focus on the trap')
    assert screen.all('[data-release]')  # the job has finished, and would go on for it


# ---- sitemaps ----

def test_sitemaps_are_listed_with_what_came_of_them(screen, ruled):
    screen.open(f'/jobs/{ruled}/sitemaps')
    screen.wait(lambda: len(screen.all('.sitemaps tbody tr')) == 2, 'both sitemaps')
    good, broken = (node.text for node in screen.all('.sitemaps tbody tr'))
    assert 'sitemap.xml' in good and 'named in robots.txt' in good and 'broken' not in good
    assert 'broken.xml' in broken and 'read up to the fault' in broken
    screen.open(f'/jobs/{ruled}/pages?text=listed.html')
    screen.click('.pages .row-link')
    screen.says('.facts', 'By a sitemap')
    screen.says('.facts', '2026-05-01')


def test_images_that_a_sitemap_names_are_shown_of_pages_that_were_not_read_too(screen, ruled):
    screen.open(f'/jobs/{ruled}/pages?text=private/x.html')
    screen.click('.pages .row-link')
    screen.says('.page-state', 'robots.txt says no')
    screen.wait(lambda: 'map.png' in screen.texts('.occurrence-name'), 'the image')
    screen.says('.occurrence', 'No alt by nature')


# ---- while it runs ----

@pytest.mark.expects('422')
def test_limits_are_changed_while_the_crawl_runs(screen, site):
    job = screen.start(site.url + 'chain/1')
    site.permit(2)
    screen.click('.live summary')
    screen.type('#live-max_pages', 'few')
    screen.press('Change')
    screen.says('#live-max_pages-error', 'The page limit')
    screen.type('#live-max_pages', '4')
    screen.type('#live-name', 'Shorter')
    screen.press('Change')
    screen.says('.facts', 'at most 4')
    screen.wait(lambda: not screen.all('.live[open]'), 'the form folded again')
    settings = screen.get(f'/v1/jobs/{job}')['settings']
    assert (settings['max_pages'], settings['name'], settings['max_seconds']) == (4, 'Shorter', 604800)
    screen.says('h1', 'Shorter')
    site.permit(CHAIN_LENGTH)
    screen.state('finished')
    screen.says('.job-reason', 'page limit')
    assert screen.get(f'/v1/jobs/{job}')['counts']['done'] == 4
    assert not screen.one('.facts').find_elements('xpath', '..//details[not(@hidden)]')


# ---- hosts ----

def test_a_host_rule_is_set_seen_in_force_and_deleted(screen, site):
    screen.start(site.url)
    screen.state('finished')
    screen.open('/hosts')
    screen.wait(lambda: screen.all('[data-host="127.0.0.1"]'), 'the host')
    screen.press_link('Set a rule')
    assert screen.one('#rule-pattern').get_attribute('value') == '127.0.0.1'
    assert screen.focused().get_attribute('id') == 'rule-delay_ms'
    screen.keys('1500', Keys.ENTER)
    screen.says('.rules', '1.5 s apart')
    screen.wait(lambda: 'A rule of yours' in screen.text('[data-host="127.0.0.1"]'), 'the rule in force')
    screen.press('Delete')
    screen.click('dialog [value="yes"]')
    screen.wait(lambda: 'No rules' in screen.text('.rules-card'), 'no rule')
    screen.wait(lambda: 'A rule of yours' not in screen.text('[data-host="127.0.0.1"]'), 'the rule no more in force')


@pytest.mark.expects('422')
def test_a_complaint_about_a_host_rule_is_shown_at_its_field(screen):
    screen.open('/hosts')
    screen.says('.empty', 'No hosts yet')
    screen.type('#rule-pattern', 'not a host')
    screen.type('#rule-delay_ms', '5')
    screen.press('Set the rule')
    screen.says('#rule-pattern-error', 'The host must')


def test_hosts_are_found_by_part_of_their_name(screen, site):
    screen.start(site.url)
    screen.state('finished')
    screen.open('/hosts?text=nowhere')
    screen.says('.empty', 'No host matches')
    screen.type('#filter-text', '127')
    screen.wait(lambda: len(screen.all('.hosts tbody tr')) == 1, 'the host')
    screen.choose('#filter-show', 'slow')
    screen.says('.empty', 'No host matches')


# ---- what pages ask of their readers ----

def test_a_page_and_its_images_say_what_is_asked_of_their_readers(screen, ruled):
    asked = {'noimageindex', 'noai', 'tdm_reserved'}
    shown = lambda css: {node.get_attribute('data-consent') for node in screen.all(f'{css} .consent')}
    screen.open(f'/jobs/{ruled}/pages?text=art.html')
    screen.wait(lambda: shown('.pages tbody') == asked, 'the badges in the list')
    screen.click('.pages .row-link')
    screen.wait(lambda: shown('.page-head') == asked, 'the badges of the page')
    screen.open(f'/jobs/{ruled}/images?text=art.png')
    screen.click('.tile-link')
    screen.wait(lambda: shown('.panel .occurrence') == asked, 'the badges of the place')
    screen.open(f'/jobs/{ruled}/pages/1')
    screen.says('h1', 'Rules')
    assert shown('body') == set()


# ---- for everyone ----

def views(job, site):
    return ('/', '/hosts', f'/jobs/{job}', f'/jobs/{job}/skipped', f'/jobs/{job}/sitemaps', f'/jobs/{job}/pages',
            f'/jobs/{job}/why?url={site.url}private/plan.html', f'/jobs/{job}/images?image=1')


UNNAMED = '''return Array.from(document.querySelectorAll('a, button, input, select, textarea, img, summary, dialog'))
    .filter((node) => node.tagName === 'IMG' ? !node.hasAttribute('alt')
        : !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length
            || node.querySelector('img[alt]:not([alt=""]), [aria-label]')))
    .map((node) => node.outerHTML)'''
TWICE = '''const ids = Array.from(document.querySelectorAll('[id]'), (node) => node.id);
return ids.filter((id, at) => ids.indexOf(id) !== at)'''
DANGLING = '''return ['aria-labelledby', 'aria-describedby', 'for', 'list'].flatMap((name) =>
    Array.from(document.querySelectorAll(`[${name}]`)).flatMap((node) => node.getAttribute(name).split(' '))
        .filter((id) => !document.getElementById(id)))'''


def test_every_control_is_named_and_every_reference_leads_somewhere(screen, ruled, ruled_site):
    for path in views(ruled, ruled_site):
        screen.open(path)
        screen.wait(lambda: not screen.all('[aria-busy="true"]'), 'the lists')
        for script in (UNNAMED, TWICE, DANGLING):
            assert screen.driver.execute_script(script) == [], path
        assert len(screen.all('h1')) == 1, path


def test_nothing_of_it_is_wider_than_a_phone(screen, ruled, ruled_site):
    screen.resize(360, 740)
    for path in views(ruled, ruled_site):
        screen.open(path)
        screen.wait(lambda: not screen.all('[aria-busy="true"]'), 'the lists')
        screen.driver.execute_script('document.querySelectorAll("details").forEach((node) => { node.open = true; })')
        assert screen.driver.execute_script('return document.documentElement.scrollWidth') <= 360, path


def test_an_estimate_and_a_why_are_reached_by_keyboard_alone(screen, ruled_site):
    screen.open('/')
    screen.tab_to(lambda node: node.get_attribute('id') == 'start-seeds', 'the address')
    screen.keys(ruled_site.url)
    screen.tab_to(lambda node: node.text == 'Estimate first', 'the estimate')
    screen.keys(Keys.ENTER)
    screen.one('.estimate')
    screen.tab_to(lambda node: node.text == 'Start the crawl', 'the start button of the estimate')
    screen.keys(Keys.ENTER)
    screen.state('finished')
    screen.tab_to(lambda node: node.text.startswith('Skipped'), 'the skipped URLs')
    screen.keys(Keys.ENTER)
    screen.wait(lambda: screen.all('.skips tbody tr'), 'the table')
    screen.tab_to(lambda node: 'private/plan.html' in node.text, 'an example')
    screen.keys(Keys.ENTER)
    screen.says('.why-answer', 'robots.txt line 2')
