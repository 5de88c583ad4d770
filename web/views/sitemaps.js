/* sitemaps: those that a job asked for, what came of each, and how much it named. */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { count, dateTime, isoTime, shortUrl } from '../format.js';
import { isActive, jobTitle, outcomeLabel, outcomeText, SITEMAP_FLAGS, SITEMAP_KINDS, SITEMAP_VIAS } from '../names.js';
import { icon } from '../parts/icons.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { cell, row, rowHead, table } from '../parts/table.js';
import { jobFrame } from './job_frame.js';

const PAGE = 100;

/* How it came to be known. */
function wayLine({ via, parent_url: parent }) {
    return h('span', { class: 'cell-note' }, SITEMAP_VIAS[via] ?? via, parent ? [' ', h('span', { class: 'url' }, foreign(shortUrl(parent)))] : null);
}

function resultCell({ outcome, detail, status, flags }) {
    const good = outcome === 'ok' && !flags.length;
    const swatch = outcome === null ? 'bar-queued' : good ? 'bar-done' : outcome === 'ok' ? 'bar-skipped' : 'bar-failed';
    const notes = [...flags.map((flag) => SITEMAP_FLAGS[flag] ?? flag), outcome === 'ok' || !outcome ? null : detail || outcomeText(outcome)].filter(Boolean);
    return cell('Result', { class: 'page-result' }, h('span', { class: `swatch ${swatch}`, 'aria-hidden': 'true' }),
        outcome ? outcome === 'ok' ? 'Read' : outcomeLabel(outcome) : 'Not read yet', status && outcome !== 'ok' ? ` (${status})` : null,
        notes.map((note) => h('span', { class: 'cell-note' }, foreign(note))));
}

function sitemapRow(sitemap) {
    return row({ 'data-sitemap': sitemap.id, 'data-outcome': sitemap.outcome },
        rowHead(null, h('a', { class: 'url', href: sitemap.url, target: '_blank', rel: 'noopener noreferrer' },
            foreign(shortUrl(sitemap.url)), icon('external'), h('span', { class: 'unseen' }, ' (opens in a new tab)')), wayLine(sitemap)),
        resultCell(sitemap),
        cell('Kind', null, sitemap.kind ? SITEMAP_KINDS[sitemap.kind] ?? sitemap.kind : '–'),
        cell('Entries', { class: 'number' }, count(sitemap.entries)),
        cell('Images', { class: 'number' }, count(sitemap.images)),
        cell('Fetched', { class: 'number' }, sitemap.fetched_at ? h('time', { datetime: isoTime(sitemap.fetched_at) }, dateTime(sitemap.fetched_at)) : '–'));
}

function emptySitemaps(job) {
    if (job.settings?.sitemaps === 'off') return emptyState('No sitemaps', 'The settings of this job say that sitemaps are not read.');
    return emptyState('No sitemaps', isActive(job.state) ? 'None has been asked for yet.' : 'The sites name none in robots.txt, and none was asked for.');
}

export async function sitemapsView(ctx) {
    const frame = await jobFrame(ctx, 'sitemaps');
    const { job } = frame;
    const { node: rows, body } = table('Sitemaps of this job', ['Sitemap', 'Result', 'Kind', ['Entries', 'number'], ['Images', 'number'], ['Fetched', 'number']], { class: 'pages sitemaps' });
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['sitemap', 'sitemaps'], body: rows,
        load: (cursor, signal) => api.listSitemaps(job.id, { limit: PAGE, cursor }, signal),
        add: (sitemaps) => body.append(...sitemaps.map(sitemapRow)),
        clear: () => body.replaceChildren(),
        empty: () => emptySitemaps(frame.job),
    });
    ctx.setTitle('Sitemaps', jobTitle(job));
    const fresh = h('button', { type: 'button', class: 'button button-small', on: { click: () => list.reload() } }, icon('again'), 'Look again');
    frame.content.append(h('div', { class: 'part-head' }, h('h2', null, 'Sitemaps and feeds'),
        h('p', { class: 'quiet' }, 'What the sites tell of their own pages. Pages that only a sitemap names are crawled too.'), fresh), list.node);
    frame.onUpdate((now) => { fresh.hidden = !isActive(now.state); });
    list.reload();
}
