/* places: every place where an image stands, by the filters in the query of the address: what a finding or
 * a search leads to.
 */

import { api } from '../api.js';
import { h } from '../dom.js';
import { isActive, jobTitle } from '../names.js';
import { filterForm } from '../parts/filters.js';
import { icon } from '../parts/icons.js';
import { filtersOf, sharedFields } from '../parts/image_filters.js';
import { indexProgress } from '../parts/index_progress.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { occurrenceOfImage } from '../parts/occurrence.js';
import { loadRules } from '../parts/rules.js';
import { go, href } from '../router.js';
import { jobFrame } from './job_frame.js';
import { loadHosts } from './images.js';

const PAGE = 60;

function emptyPlaces(job, query, path) {
    if (Object.keys(filtersOf(query)).length) {
        return emptyState('No place matches', 'Widen the filters to see more.', h('a', { class: 'button', href: href(path) }, 'Show all places'));
    }
    return isActive(job.state) ? emptyState('No images yet', 'The crawl is under way; places appear here as pages come in.')
        : emptyState('No images found', 'The overview says what came of each URL.');
}

function templateChip(query, path) {
    if (!query.template) return null;
    return h('a', { class: 'chip', href: href(path, { ...query, template: '' }) }, 'Only at one place of a template', icon('close'), h('span', { class: 'unseen' }, ' show all'));
}

export async function placesView(ctx) {
    const [frame, rules] = await Promise.all([jobFrame(ctx, 'images'), loadRules()]);
    const { job } = frame;
    const { path } = ctx;
    let { query } = ctx;
    const items = h('ol', { class: 'occurrences', role: 'list' });
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['place', 'places'], body: items,
        load: (cursor, signal) => api.listOccurrences(job.id, { ...filtersOf(query), limit: PAGE, cursor }, signal),
        add: (found) => items.append(...found.map((occurrence) => occurrenceOfImage(job.id, occurrence, rules, { page: true }))),
        clear: () => items.replaceChildren(),
        empty: () => emptyPlaces(frame.job, query, path),
    });
    const { first, more, host } = sharedFields(rules);
    const form = filterForm('Filter places', first, (set) => go(path, { page_id: query.page_id, template: query.template, ...set }, { replace: true }), more);
    const progress = indexProgress();
    const chip = h('p', { class: 'chips' });
    ctx.setTitle('Places', jobTitle(job));
    frame.content.append(h('div', { class: 'part-head' }, h('h2', null, 'Places of images'),
        h('p', { class: 'quiet' }, h('a', { href: href(`/jobs/${job.id}/images`, filtersOf(query)) }, 'See the images themselves'))),
    progress.node, form.node, h('div', { class: 'list-tools' }, chip), list.node);

    function follow(next) {
        query = next;
        form.set(query);
        chip.replaceChildren(templateChip(query, path) ?? '');
        list.reload();
    }

    host.control.dataset.wanted = query.host ?? '';
    loadHosts(ctx, job.id, host);
    follow(query);
    frame.onUpdate((now) => progress.update(now));
    return { update: follow };
}
