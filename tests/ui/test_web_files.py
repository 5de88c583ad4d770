"""What holds for the files of the UI as they are, without a browser: no markup from strings, nothing from
elsewhere, every outcome has its words, and every text colour is readable on its ground."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEB = ROOT / 'web'
SCRIPTS = sorted(WEB.rglob('*.js'))
STYLES = sorted(WEB.glob('*.css'))


@pytest.mark.parametrize('script', SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_a_script_never_makes_markup_or_code_of_a_string(script):
    banned = r'\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|srcdoc ='
    assert re.findall(banned, script.read_text()) == []


def test_the_page_has_no_inline_script_and_no_inline_style():
    page = (WEB / 'index.html').read_text()
    assert re.findall(r'<script(?![^>]*\ssrc=)[^>]*>', page) == []
    assert re.findall(r'<style|\sstyle=|\son\w+=', page) == []


def test_nothing_is_loaded_from_elsewhere():
    assert re.findall(r'(?:src|href)="(?:https?:)?//', (WEB / 'index.html').read_text()) == []
    for style in STYLES:
        assert re.findall(r'url\(|@import', style.read_text()) == []
    for script in SCRIPTS:
        for target in re.findall(r"^(?:import|export \{)[^;]*?'([^']+)';$", script.read_text(), re.M):
            assert (script.parent / target).resolve().is_file(), f'{script}: {target}'


def test_every_outcome_has_its_words():
    outcomes = re.findall(r'^\s*X\([A-Z0-9_]+, "(\w+)"', (ROOT / 'crawler/base/outcome.h').read_text(), re.M)
    table = re.search(r'const OUTCOMES = \{(.*?)\n\};', (WEB / 'names.js').read_text(), re.S).group(1)
    assert len(outcomes) > 20
    assert sorted(re.findall(r'^    (\w+): \[', table, re.M)) == sorted(outcomes)


ENTRY = r'\[{}_\w+\] = "([\w-]+)"'
NAMES = [('TRAPS', 'frontier/trap_shape.c', ENTRY.format('TRAP')), ('PACES', 'hosts/host_pace.c', ENTRY.format('PACE')),
         ('SITEMAP_KINDS', 'extract/sitemap_record.c', ENTRY.format('SITEMAP')), ('SITEMAP_VIAS', 'sitemaps/sitemaps.c', ENTRY.format('SITEMAP_VIA')),
         ('OBSTACLES', 'sitemaps/estimate_sum.c', r'add_obstacle\([^"]*?, "(\w+)"'), ('RULES', 'why.c', r'(?:return|kind =) "(\w+)"'),
         ('SOURCES', 'extract/record_names.c', ENTRY.format('IMAGE_SOURCE')), ('LANDMARKS', 'extract/record_names.c', ENTRY.format('LANDMARK')),
         ('NAME_SOURCES', 'extract/record_names.c', ENTRY.format('NAME')), ('IMAGE_FLAGS', 'extract/record_names.c', r'return "(\w+)"'),
         ('SEVERITIES', 'audit/audit_rules.c', ENTRY.format('AUDIT')), ('DIFF_KINDS', '../storage/job_diff.h', r'X\([A-Z_]+, "(\w+)"')]


@pytest.mark.parametrize('table, source, pattern', NAMES, ids=[name for name, *_ in NAMES])
def test_every_other_name_that_the_crawler_gives_has_its_words(table, source, pattern):
    names = re.findall(pattern, (ROOT / 'crawler' / source).read_text())
    words = re.search(rf'const {table} = \{{(.*?)\}};', (WEB / 'names.js').read_text(), re.S).group(1)
    assert len(names) > 2
    assert set(names) - set(re.findall(r'([\w-]+)\'?: [\'{]', words)) == set()


def palettes():
    """The colours by name: light, and dark over it."""
    text = (WEB / 'style.css').read_text()
    light, dark = (dict(re.findall(r'--([\w-]+): (#[0-9a-f]{6});', block))
                   for block in re.findall(r':root \{(.*?)\n\s*\}', text, re.S)[:2])
    return {'light': light, 'dark': {**light, **dark}}


def luminance(colour):
    channels = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [(text, ground) for text in ('ink', 'quiet', 'accent', 'bad', 'warn', 'mild', 'good')
           for ground in ('ground', 'surface')]
TEXT_ON += [('ink', 'sunken'), ('quiet', 'sunken'), ('ink', 'bad-soft'), ('ink', 'warn-soft'), ('bad', 'bad-soft'), ('warn', 'warn-soft'),
            ('mild', 'mild-soft'), ('good', 'good-soft'), ('accent', 'accent-soft'), ('on-accent', 'accent'), ('on-bad', 'bad')]
# WCAG 1.4.11: what shows where a control or a state is.
PARTS_ON = [(part, ground) for part in ('control', 'accent', 'bad-line', 'bar-done', 'bar-failed', 'bar-in_flight')
            for ground in ('surface', 'ground')]


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('pairs, least', [(TEXT_ON, 4.5), (PARTS_ON, 3.0)], ids=['text', 'parts'])
def test_colours_meet_wcag_aa(scheme, pairs, least):
    palette = palettes()[scheme]
    weak = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in pairs
            if contrast(palette[pair[0]], palette[pair[1]]) < least}
    assert weak == {}
