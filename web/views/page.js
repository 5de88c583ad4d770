/* page: one URL of a job: what is known of it, how the crawl came there, and the images on it in order. */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { bytes, count, dateTime, isoTime, milliseconds, plural, shortUrl } from '../format.js';
import { ALT_STATES, isRead, jobTitle, outcomeLabel, outcomeText, PAGE_FLAGS, PAGE_STATES, VIAS } from '../names.js';
import { consentBadges } from '../parts/consent.js';
import { choice, filterForm } from '../parts/filters.js';
import { icon } from '../parts/icons.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { occurrenceOfImage } from '../parts/occurrence.js';
import { loadRules } from '../parts/rules.js';
import { href } from '../router.js';
import { jobFrame } from './job_frame.js';

const PAGE = 100;
function foundLine(jobId, page) {
    const words = VIAS[page.via] ?? page.via;
    const way = words[0].toUpperCase() + words.slice(1);
    if (!page.parent_id) return way;
    return [`${way} ${page.via === 'redirect' ? 'from' : 'on'} `, h('a', { class: 'url', href: href(`/jobs/${jobId}/pages/${page.parent_id}`) }, foreign(shortUrl(page.parent_url)))];
}

function typeLine({ content_type: type, charset }) {
    if (!charset || type?.toLowerCase().includes(charset.toLowerCase())) return type;
    return type ? `${type}, read as ${charset}` : charset;
}

/* The sitemaps that list it, and when it changed last, in their words. */
function sitemapLines(sitemaps) {
    if (!sitemaps?.length) return null;
    return h('ul', { role: 'list' }, sitemaps.map(({ sitemap_url: url, lastmod }) => h('li', null, h('span', { class: 'url' }, foreign(shortUrl(url))),
        lastmod ? h('span', { class: 'cell-note' }, 'changed ', foreign(lastmod)) : null)));
}

function facts(jobId, page) {
    const text = (value) => (value ? foreign(value) : null);
    return [
        ['Status', page.status ? String(page.status) : null],
        ['Detail', text(page.detail)],
        ['Found', foundLine(jobId, page)],
        ['Depth', plural(page.depth ?? 0, 'link')],
        ['Type', text(typeLine(page))],
        ['By its bytes', text(page.sniffed_type)],
        ['Size', page.body_bytes ? bytes(page.body_bytes) : null],
        ['Fetched', page.fetched_at ? [h('time', { datetime: isoTime(page.fetched_at) }, dateTime(page.fetched_at)),
            page.fetch_ms !== null && page.fetch_ms !== undefined ? ` in ${milliseconds(page.fetch_ms)}` : null] : null],
        ['Attempts', page.attempts > 1 ? count(page.attempts) : null],
        ['Links', isRead(page) ? count(page.link_elements) : null],
        ['Not followed', page.unfollowed ? `${plural(page.unfollowed, 'link')} marked nofollow` : null],
        ['Images', isRead(page) ? count(page.image_elements) : null],
        ['Canonical', text(page.canonical)],
        ['Base', text(page.base)],
        ['Meta robots', text(page.meta_robots)],
        ['X-Robots-Tag', text(page.robots_tag)],
        ['In sitemaps', sitemapLines(page.sitemaps)],
        ['Notes', page.flags?.length ? page.flags.map((flag) => PAGE_FLAGS[flag] ?? flag).join('; ') : null],
    ].filter(([, value]) => value !== null);
}

function resultLine(jobId, page) {
    const text = page.outcome ? [h('b', null, outcomeLabel(page.outcome)), outcomeText(page.outcome) ? `: ${outcomeText(page.outcome)}` : null]
        : h('b', null, PAGE_STATES[page.state] ?? page.state);
    return h('p', { class: 'page-state' }, h('span', { class: `swatch bar-${page.state}`, 'aria-hidden': 'true' }), text, ' ',
        h('a', { class: 'why-link', href: href(`/jobs/${jobId}/why`, { url: page.url }) }, 'Why?'));
}

/* From the URL first asked for to this one, then on if this one redirects as well. */
function redirectChain(jobId, page) {
    const steps = [...(page.redirect_chain ?? [])];
    if (!steps.some((step) => step.id === page.id)) steps.push(page);
    if (steps.length < 2 && !page.redirect_to) return null;
    const item = (step) => h('li', { 'aria-current': step.id === page.id ? 'true' : null },
        step.status ? h('span', { class: 'chain-status' }, String(step.status)) : null,
        step.id === page.id ? h('span', { class: 'url' }, foreign(step.url))
            : h('a', { class: 'url', href: href(`/jobs/${jobId}/pages/${step.id}`) }, foreign(step.url)));
    const onward = page.redirect_to ? h('li', null, h('span', { class: 'url' }, foreign(page.redirect_to))) : null;
    return h('section', { class: 'card', 'aria-labelledby': 'chain-title' }, h('h2', { id: 'chain-title' }, 'Redirects'),
        h('ol', { class: 'chain' }, steps.map(item), onward));
}

function imagesCard(ctx, jobId, page, rules) {
    const items = h('ol', { class: 'occurrences', role: 'list' });
    const alt = choice('alt_state', 'Alt text', [['', 'All'], ...Object.entries(ALT_STATES).map(([value, { label }]) => [value, label, icon(value)])]);
    const form = filterForm('Filter the images of this page', [alt], () => list.reload());
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['image', 'images'], body: items,
        load: (cursor, signal) => api.listOccurrences(jobId, { page_id: page.id, alt_state: alt.control.value, limit: PAGE, cursor }, signal),
        add: (found) => items.append(...found.map((occurrence) => occurrenceOfImage(jobId, occurrence, rules))),
        clear: () => items.replaceChildren(),
        empty: () => emptyState(alt.control.value ? 'No image of that kind here' : 'No images on this page',
            alt.control.value ? 'Choose “All” to see the others.' : isRead(page) ? 'Its HTML refers to none.' : 'It was not read, and no sitemap names images of it.'),
    });
    form.set({});
    list.reload();
    return h('section', { class: 'card', 'aria-labelledby': 'page-images-title' },
        h('h2', { id: 'page-images-title' }, 'Images, in the order of the page'), form.node, list.node,
        h('p', { class: 'button-row' }, h('a', { class: 'button', href: href(`/jobs/${jobId}/images`, { page_id: page.id }) },
            icon('grid'), 'See them in the gallery')));
}

export async function pageView(ctx) {
    const [frame, page, rules] = await Promise.all([
        jobFrame(ctx, 'pages', { heading: false }),
        api.getPage(ctx.params[0], ctx.params[1], ctx.signal),
        loadRules(),
    ]);
    const { job } = frame;
    ctx.setTitle(page.title || shortUrl(page.url), jobTitle(job));
    frame.content.append(
        h('header', { class: 'page-head' },
            h('p', { class: 'crumbs' }, h('a', { href: href(`/jobs/${job.id}/pages`) }, icon('previous'), 'All pages')),
            h('h1', { tabindex: '-1', class: 'page-heading' }, foreign(page.title || shortUrl(page.url))),
            h('p', null, h('a', { class: 'url', href: page.url, target: '_blank', rel: 'noopener noreferrer' },
                foreign(page.url), icon('external'), h('span', { class: 'unseen' }, ' (opens in a new tab)'))),
            resultLine(job.id, page), consentBadges(page.consent)),
        h('div', { class: 'job-grid' },
            h('div', { class: 'job-main' }, redirectChain(job.id, page),
                isRead(page) || page.sitemaps?.length ? imagesCard(ctx, job.id, page, rules) : emptyState('No images from this URL', 'Only pages that were fetched as HTML are read for images.')),
            h('div', { class: 'job-side' }, h('section', { class: 'card', 'aria-labelledby': 'facts-title' },
                h('h2', { id: 'facts-title' }, 'Facts'),
                h('dl', { class: 'facts' }, facts(job.id, page).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))))))));
}
