/* images: the gallery of a job. Filters and the open image are in the query of the address, so that a view
 * can be linked and the back button works.
 */

import { api } from '../api.js';
import { foreign, h, keyed } from '../dom.js';
import { count, fileName, plural, shortUrl } from '../format.js';
import { isActive, jobTitle } from '../names.js';
import { altSummary, thumbAlt, worstAlt } from '../parts/alt.js';
import { choice, filterForm, setOptions } from '../parts/filters.js';
import { icon } from '../parts/icons.js';
import { filtersOf, sharedFields } from '../parts/image_filters.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { loadRules } from '../parts/rules.js';
import { thumb } from '../parts/thumb.js';
import { go, href } from '../router.js';
import { imagePanel } from './image.js';
import { jobFrame } from './job_frame.js';

const PAGE = 60;

function placesText(image) {
    return image.pages > 1 ? `${plural(image.occurrences, 'place')} on ${plural(image.pages, 'page')}` : plural(image.occurrences, 'place');
}

function tile(image, link) {
    const size = h('span', { class: 'tile-size' });
    const words = image.alt_sample ? h('q', { class: 'alt-words', 'aria-hidden': 'true' }, foreign(image.alt_sample)) : null;
    return h('li', { class: 'tile', 'data-alt': worstAlt(image.alt), 'data-image': image.id },
        h('a', { class: 'tile-link', href: link },
            thumb(image.url, thumbAlt(image.alt_sample), { onSize: (width, height) => { size.textContent = `${width} × ${height}`; } })),
        h('div', { class: 'tile-text' },
            h('p', { class: 'tile-alt' }, altSummary(image.alt), words),
            h('p', { class: 'tile-name url', title: image.url }, foreign(fileName(image.url))),
            h('p', { class: 'tile-facts' }, h('span', null, placesText(image)), size)));
}

function row(image, link) {
    return h('li', { class: 'row', 'data-alt': worstAlt(image.alt), 'data-image': image.id },
        h('a', { class: 'row-thumb', href: link }, thumb(image.url, thumbAlt(image.alt_sample))),
        h('div', { class: 'row-alt' }, altSummary(image.alt),
            image.alt_sample ? h('q', { class: 'alt-words' }, foreign(image.alt_sample)) : null),
        h('div', { class: 'row-url' },
            h('a', { class: 'url', href: link }, foreign(shortUrl(image.url))),
            image.first_page_url ? h('p', { class: 'quiet' }, 'first on ', h('span', { class: 'url' }, foreign(shortUrl(image.first_page_url)))) : null),
        h('p', { class: 'row-facts' }, placesText(image)));
}

function makeFilters(rules, onChange) {
    const { first, more, host } = sharedFields(rules);
    const view = choice('view', 'Show as', [['', 'Grid', icon('grid')], ['list', 'List', icon('list')]], { compact: true });
    return { form: filterForm('Filter images', [...first, view], onChange, more), host };
}

export async function loadHosts(ctx, jobId, field) {
    try {
        const { items } = await api.listHosts(jobId, 'images', ctx.signal);
        setOptions(field, [['', 'Any host'], ...items.map(({ host, count: number }) => [host, `${host} (${count(number)})`])]);
    } catch {
        /* The filter works without the list of hosts. */
    }
}

const listKey = (query) => JSON.stringify([filtersOf(query), query.view ?? '']);

function emptyGallery(job, query, path) {
    if (Object.keys(filtersOf(query)).length) {
        const good = query.alt_state === 'missing' && Object.keys(filtersOf(query)).length === 1 && !isActive(job.state);
        return emptyState(good ? 'No image lacks its alt' : 'No image matches',
            good ? 'Every image found has an alt attribute. Whether the words are good needs your eyes.' : 'Widen the filters to see more.',
            h('a', { class: 'button', href: href(path, { view: query.view }) }, 'Show all images'));
    }
    if (isActive(job.state)) return emptyState('No images yet', 'The crawl is under way; images appear here as pages come in.');
    return emptyState('No images found', 'The overview says what came of each URL.',
        h('a', { class: 'button', href: href(`/jobs/${job.id}`) }, 'See the overview'));
}

export async function imagesView(ctx) {
    const [frame, rules] = await Promise.all([jobFrame(ctx, 'images'), loadRules()]);
    const { job } = frame;
    const { path } = ctx;
    let { query } = ctx;
    const items = h('ul', { class: 'gallery', role: 'list' });
    const images = new Map();
    ctx.setTitle('Images', jobTitle(job));

    const linkTo = (image) => href(path, { ...query, image: image.id });
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['image', 'images'], body: items,
        load: (cursor, signal) => api.listImages(job.id, { ...filtersOf(query), limit: PAGE, cursor }, signal),
        add(found) {
            for (const image of found) images.set(String(image.id), image);
            panel.loaded();
            items.append(...found.map((image) => (query.view === 'list' ? row : tile)(image, linkTo(image))));
        },
        clear() {
            images.clear();
            items.replaceChildren();
            items.className = query.view === 'list' ? 'rows' : 'gallery';
        },
        empty: () => emptyGallery(frame.job, query, path),
    });
    const { form, host } = makeFilters(rules, (set) => go(path, { page_id: query.page_id, template: query.template, ...set }, { replace: true }));
    const panel = imagePanel(ctx, job.id, {
        images, rules,
        open: (id) => go(path, { ...query, image: id }, { replace: true }),
        closed: () => go(path, { ...query, image: '' }, { replace: true }),
    });
    const fresh = h('button', { type: 'button', class: 'button button-small', on: { click: () => list.reload() } }, icon('again'), 'Look for new images');
    const chip = h('p', { class: 'chips' });
    frame.content.append(form.node, h('div', { class: 'list-tools' }, chip, fresh), list.node, panel.node);
    frame.onUpdate((now) => { fresh.hidden = !isActive(now.state); });

    function follow(next, first) {
        const reload = first || listKey(next) !== listKey(query);
        query = next;
        form.set(query);
        const only = query.page_id ? [{ id: query.page_id }] : [];
        keyed(chip, only, ({ id }) => id, ({ id }) => ({
            node: h('a', { class: 'chip', href: href(path, { ...query, page_id: '' }) }, `Only images of page ${id}`, icon('close')),
            update() {},
        }));
        if (reload) list.reload();
        panel.show(query.image ?? null);
    }

    host.control.dataset.wanted = query.host ?? '';
    loadHosts(ctx, job.id, host);
    follow(query, true);
    return { update: (next) => follow(next, false) };
}
