"""What the UI tells of the images in their places, in Chromium against the real service: verdicts and
surroundings, findings by template, search, the results as files, and what changed between two crawls."""

import pytest

from ui_site import SECOND, Site


class ContextSite(Site):
    pages = {**Site.pages,
             '/': '<!doctype html><meta charset="utf-8"><title>Shop</title><header><a href="/second.html"><img src="/img/logo.png" alt=""></a></header>'
                  '<main><h2>Harbour walks</h2><figure><img src="/img/harbour.png" alt="Boats in the harbor"><figcaption>At dawn</figcaption></figure>'
                  '<img src="/img/nameless.png" width="40" height="30"></main>',
             '/second.html': SECOND}


@pytest.fixture
def context_site():
    site = ContextSite()
    yield site
    site.close()


@pytest.fixture
def crawled(screen, context_site):
    job = screen.start(context_site.url)
    screen.state('finished')
    screen.wait(lambda: screen.get(f'/v1/jobs/{job}')['index']['state'] == 'ready', 'the index')
    return job


def rules(screen, css='.finding'):
    return [node.get_attribute('data-rule') for node in screen.all(css)]


def test_findings_are_told_with_ground_remedy_and_the_way_to_their_places(screen, crawled):
    screen.open(f'/jobs/{crawled}/findings')
    screen.says('.finding[data-rule="alt_empty_in_link"]', 'WCAG 2.2')
    asked = screen.get(f'/v1/jobs/{crawled}/findings')['items']
    assert rules(screen) == [finding['rule'] for finding in asked]
    remedy = next(rule['remedy'] for rule in screen.get('/v1/rules')['items'] if rule['name'] == 'alt_empty_in_link')
    assert remedy in screen.text('.finding[data-rule="alt_empty_in_link"]')
    screen.click('.finding[data-rule="alt_empty_in_link"] .finding-count a')
    screen.says('.occurrence', 'logo.png')
    assert len(screen.all('.occurrence')) == 1
    assert 'the header' in screen.text('.occurrence') and 'nothing else names it' in screen.text('.occurrence')


def test_findings_are_filtered_by_severity_and_rule(screen, crawled):
    screen.open(f'/jobs/{crawled}/findings')
    screen.one('.finding')
    screen.choose('#filter-severity', 'error')
    screen.wait(lambda: {node.get_attribute('data-severity') for node in screen.all('.finding')} == {'error'}, 'only errors')
    screen.choose('#filter-rule', 'alt_missing')
    screen.wait(lambda: set(rules(screen)) == {'alt_missing'}, 'only what lacks an alt')


def test_the_overview_counts_each_rule_and_leads_to_its_findings(screen, crawled):
    screen.open(f'/jobs/{crawled}')
    verdicts = screen.get(f'/v1/jobs/{crawled}')['counts']['verdicts']
    screen.wait(lambda: set(rules(screen, '.rule-counts li')) == set(verdicts), 'a row for each rule')
    screen.wait(lambda: screen.text('[data-rule="alt_missing"] .number') == str(verdicts['alt_missing']), 'its count')
    screen.click('.rule-counts [data-rule="alt_missing"] a')
    screen.wait(lambda: set(rules(screen)) == {'alt_missing'}, 'its findings')


def test_a_place_shows_its_surroundings_and_verdicts(screen, crawled):
    screen.open(f'/jobs/{crawled}/pages/1')
    screen.wait(lambda: len(screen.all('.occurrence')) == 3, 'the images of the page')
    harbour = screen.all('.occurrence')[1].text
    assert all(words in harbour for words in ('Harbour walks', 'At dawn', 'the main content'))
    details = screen.all('.occurrence')[2].find_element('css selector', '[data-rule="alt_missing"] details')
    details.find_element('css selector', 'summary').click()
    assert 'WCAG 2.2' in details.text


def test_words_are_searched_in_captions_and_without_accents(screen, crawled):
    screen.open(f'/jobs/{crawled}/images')
    screen.type('#filter-q', 'dáwn')
    screen.wait(lambda: screen.texts('.tile-name') == ['harbour.png'], 'the image with the caption')
    assert 'q=' in screen.driver.current_url


def test_results_are_there_as_files_and_as_a_report(screen, crawled):
    screen.open(f'/jobs/{crawled}')
    screen.one('#export-title')
    links = screen.driver.execute_script(
        'return Array.from(document.querySelectorAll("a[href^=\'/v1/\']"), (link) => link.getAttribute("href"))')
    assert len(links) == 7
    for link in links:
        status = screen.driver.execute_async_script(
            'const done = arguments[1]; fetch(arguments[0]).then((answer) => answer.arrayBuffer().then(() => done(answer.status)))', link)
        assert status == 200, link


def test_what_changed_since_an_older_crawl_is_listed_by_kind(screen, crawled, context_site):
    context_site.pages = {**context_site.pages, '/second.html': SECOND.replace('<img src="/img/nameless.png">', '<img src="/img/nameless.png" alt="A rope">')}
    job = screen.start(context_site.url)
    screen.state('finished')
    screen.wait(lambda: screen.get(f'/v1/jobs/{job}')['index']['state'] == 'ready', 'the index')
    screen.open(f'/jobs/{job}/diff')
    screen.choose('#diff-against', str(crawled))
    screen.says('[data-kind="alt_fixed"]', '1')
    screen.click('[data-kind="alt_fixed"] a')
    screen.says('.occurrence', 'A rope')
    assert 'Missing alt' in screen.text('.occurrence')


def test_no_older_crawl_is_said(screen, crawled):
    screen.open(f'/jobs/{crawled}/diff')
    screen.says('.empty', 'Nothing to compare with')
