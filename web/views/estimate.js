/* estimate: what a crawl would come to, before it begins: of each site its robots.txt, its pace and the
 * pages that its sitemaps name; the time at that pace; what stands in the way, and what to do about it.
 */

import { foreign, h } from '../dom.js';
import { count, duration, milliseconds, plural, rate, shortUrl } from '../format.js';
import { obstacleLabel, outcomeLabel, SITEMAP_FLAGS, SITEMAP_KINDS } from '../names.js';
import { icon } from '../parts/icons.js';
import { cell, row, rowHead, table } from '../parts/table.js';

function timeWords({ seconds, at_least: least }) {
    if (seconds < 1) return 'less than a second';
    return `${least ? 'at least' : 'about'} ${duration(seconds)}`;
}

function headline({ totals }) {
    return [h('b', null, `${totals.at_least ? 'At least ' : ''}${plural(totals.visits, 'page')}`), ' in ', h('b', null, timeWords(totals)), ' at the allowed pace'];
}

function totalLine({ totals }) {
    const parts = [
        totals.visits < totals.pages ? `${count(totals.pages)} known, the limits allow ${count(totals.visits)}` : null,
        totals.out_of_scope ? `${count(totals.out_of_scope)} out of scope` : null,
        totals.disallowed ? `${count(totals.disallowed)} forbidden by robots.txt` : null,
        totals.images ? `${plural(totals.images, 'image entry', 'image entries')} in sitemaps` : null,
        `${plural(totals.sitemaps, 'sitemap')} read`,
    ];
    return h('p', { class: 'quiet' }, parts.filter(Boolean).join(' · '));
}

function robotsWords({ robots }) {
    if (robots.outcome === null) return 'Not asked in time';
    if (robots.outcome !== 'ok') return outcomeLabel(robots.outcome);
    if (robots.disallowed_seeds) return `Forbids ${plural(robots.disallowed_seeds, 'start address', 'start addresses')}`;
    return robots.status >= 400 ? `None (${robots.status}), all is allowed` : 'Read';
}

function robotsNotes({ robots }) {
    return [
        robots.rule ? h('span', { class: 'cell-note' }, robots.line ? `line ${robots.line}: ` : null, h('code', null, foreign(robots.rule))) : null,
        robots.crawl_delay_ms ? h('span', { class: 'cell-note' }, `asks for ${milliseconds(robots.crawl_delay_ms)} between requests`) : null,
    ];
}

function paceWords({ delay_ms: delay, pages_per_second: speed }) {
    return [delay ? `${milliseconds(delay)} apart` : 'No delay', speed > 0 ? h('span', { class: 'cell-note' }, `at most ${rate(speed)}`) : null];
}

function siteRow(site) {
    return row({ 'data-site': site.origin },
        rowHead(null, h('span', { class: 'url' }, foreign(shortUrl(site.origin))),
            site.newest_lastmod ? h('span', { class: 'cell-note' }, 'newest change ', foreign(site.newest_lastmod)) : null),
        cell('robots.txt', null, robotsWords(site), robotsNotes(site)),
        cell('Pace', null, paceWords(site)),
        cell('In sitemaps', { class: 'number' }, count(site.pages)),
        cell('Out of scope', { class: 'number' }, count(site.out_of_scope)),
        cell('Forbidden', { class: 'number' }, count(site.disallowed)),
        cell('Images', { class: 'number' }, count(site.images)));
}

function sitesTable({ sites }) {
    const numbers = ['In sitemaps', 'Out of scope', 'Forbidden', 'Images'].map((name) => [name, 'number']);
    const { node, body } = table('The sites, as far as they tell of themselves', ['Site', 'robots.txt', 'Pace', ...numbers], { class: 'pages sites' });
    body.append(...sites.map(siteRow));
    return h('div', null, h('h3', null, 'Sites'), node);
}

function obstacleList({ obstacles }) {
    if (!obstacles.length) return h('p', { class: 'all-clear' }, icon('text'), 'Nothing stands in the way.');
    return h('div', null, h('h3', null, 'What stands in the way'), h('ul', { class: 'obstacles', role: 'list' },
        obstacles.map(({ code, detail }) => h('li', { 'data-code': code }, h('b', null, obstacleLabel(code)), h('span', null, foreign(detail))))));
}

function sitemapItem({ url, kind, outcome, entries, flags }) {
    const came = outcome === 'ok' ? `${SITEMAP_KINDS[kind] ?? kind ?? 'read'}, ${plural(entries, 'entry', 'entries')}` : outcomeLabel(outcome);
    const notes = flags.map((flag) => SITEMAP_FLAGS[flag] ?? flag);
    return h('li', null, h('span', { class: 'url' }, foreign(shortUrl(url))), h('span', { class: 'quiet' }, [came, ...notes].join(', ')));
}

function sitemapDetails({ sitemaps, totals }) {
    if (!sitemaps.length) return null;
    const more = totals.sitemaps - sitemaps.length;
    return h('details', { class: 'group' }, h('summary', null, 'Sitemaps that were read'), h('ul', { class: 'chain' }, sitemaps.map(sitemapItem)),
        more > 0 ? h('p', { class: 'quiet' }, `and ${count(more)} more`) : null);
}

/* A place that shows an estimate; start() begins the crawl with what the form holds. */
export function estimatePanel({ announce }) {
    const title = h('h2', { id: 'estimate-title', tabindex: '-1' }, 'What the crawl would come to');
    const node = h('section', { class: 'card estimate', 'aria-labelledby': 'estimate-title', hidden: true }, title);
    const stale = h('p', { class: 'notice', hidden: true }, 'The settings have changed since. Estimate again to see what they come to now.');

    function close() {
        node.hidden = true;
        node.replaceChildren(title);
    }

    return {
        node,
        show(found, start) {
            const button = h('button', { type: 'button', class: 'button button-main', on: { click: start } }, 'Start the crawl');
            const headlineNode = h('p', { class: 'estimate-headline' }, headline(found));
            stale.hidden = true;
            node.replaceChildren(title, stale, headlineNode, totalLine(found), obstacleList(found), sitesTable(found), sitemapDetails(found) ?? '',
                h('p', { class: 'button-row' }, button, h('button', { type: 'button', class: 'button', on: { click: close } }, 'Close')));
            node.hidden = false;
            title.focus();
            announce(headlineNode.textContent);
        },
        outdated() { stale.hidden = false; },
    };
}
