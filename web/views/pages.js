/* pages: every URL that a job knows, with what came of it. Filters are in the query of the address. */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { bytes, count, milliseconds, shortUrl } from '../format.js';
import { isActive, isRead, jobTitle, outcomeLabel, PAGE_STATES } from '../names.js';
import { consentBadges } from '../parts/consent.js';
import { filterForm, search, select, setOptions } from '../parts/filters.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { cell, row, rowHead, table } from '../parts/table.js';
import { go, href } from '../router.js';
import { jobFrame } from './job_frame.js';

const PAGE = 100;
const FILTERS = ['state', 'outcome', 'status', 'host', 'text'];
const filtersOf = (query) => Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
const STATUSES = [['', 'Any status'], ['2xx', '2xx success'], ['3xx', '3xx redirect'], ['4xx', '4xx client error'], ['5xx', '5xx server error'],
    ['404', '404 not found'], ['403', '403 forbidden']];

/* The row as a whole leads to the page; its "why?" lies above that. */
function pageRow(jobId, page) {
    const outcome = page.outcome ? outcomeLabel(page.outcome) : PAGE_STATES[page.state] ?? page.state;
    return row({ 'data-page': page.id, 'data-state': page.state },
        rowHead(null, h('a', { class: 'row-link', href: href(`/jobs/${jobId}/pages/${page.id}`) },
            page.title ? h('span', { class: 'page-title' }, foreign(page.title)) : null,
            h('span', { class: 'url' }, foreign(shortUrl(page.url)))), consentBadges(page.consent)),
        cell('Result', { class: 'page-result' }, h('span', { class: `swatch bar-${page.state}`, 'aria-hidden': 'true' }), outcome, ' ',
            h('a', { class: 'why-link', href: href(`/jobs/${jobId}/why`, { url: page.url }) }, 'why?', h('span', { class: 'unseen' }, ` ${shortUrl(page.url)}`))),
        cell('Status', { class: 'number' }, page.status ? String(page.status) : '–'),
        cell('Images', { class: 'number' }, isRead(page) ? count(page.image_elements) : '–'),
        cell('Size', { class: 'number' }, page.body_bytes ? bytes(page.body_bytes) : '–'),
        cell('Time', { class: 'number' }, page.fetch_ms ? milliseconds(page.fetch_ms) : '–'),
        cell('Depth', { class: 'number' }, count(page.depth)));
}

const HEADS = ['Page', 'Result', ...['Status', 'Images', 'Size', 'Time', 'Depth'].map((name) => [name, 'number'])];

function outcomeOptions({ counts }) {
    const names = [counts.done_by_outcome, counts.failed_by_reason, counts.skipped_by_reason]
        .flatMap((group) => Object.entries(group ?? {})).filter(([, value]) => value > 0);
    return [['', 'Any result'], ...names.map(([name, value]) => [name, `${outcomeLabel(name)} (${count(value)})`])];
}

function makeFilters(job, onChange) {
    const state = select('state', 'State', [['', 'Any state'], ...Object.entries(PAGE_STATES).filter(([name]) => name !== 'in_flight')]);
    const outcome = select('outcome', 'Result', outcomeOptions(job));
    const status = select('status', 'HTTP status', STATUSES);
    const host = select('host', 'Host', [['', 'Any host']]);
    const text = search('text', 'Text', 'In URL or title');
    return { form: filterForm('Filter pages', [text, state, outcome, status, host], onChange), outcome, host };
}

async function loadHosts(ctx, jobId, field) {
    try {
        const { items } = await api.listHosts(jobId, 'pages', ctx.signal);
        setOptions(field, [['', 'Any host'], ...items.map(({ host, count: number }) => [host, `${host} (${count(number)})`])]);
    } catch {
        /* The filter works without the list of hosts. */
    }
}

function emptyPages(job, query, path) {
    if (Object.keys(filtersOf(query)).length) {
        return emptyState('No page matches', 'Widen the filters to see more.', h('a', { class: 'button', href: href(path) }, 'Show all pages'));
    }
    return emptyState('No pages yet', isActive(job.state) ? 'They appear here as soon as the crawl finds them.' : 'The crawl ended before it had any.');
}

export async function pagesView(ctx) {
    const frame = await jobFrame(ctx, 'pages');
    const { job } = frame;
    const { path } = ctx;
    let { query } = ctx;
    const { node: rows, body } = table('Pages of this job', HEADS);
    ctx.setTitle('Pages', jobTitle(job));
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['page', 'pages'], body: rows,
        load: (cursor, signal) => api.listPages(job.id, { ...filtersOf(query), limit: PAGE, cursor }, signal),
        add: (pages) => body.append(...pages.map((page) => pageRow(job.id, page))),
        clear: () => body.replaceChildren(),
        empty: () => emptyPages(frame.job, query, path),
    });
    const { form, host } = makeFilters(job, (set) => go(path, set, { replace: true }));
    frame.content.append(form.node, list.node);

    function follow(next) {
        query = next;
        form.set(query);
        list.reload();
    }

    host.control.dataset.wanted = query.host ?? '';
    loadHosts(ctx, job.id, host);
    follow(query);
    return { update: follow };
}
