/* image: the panel that opens over the gallery: one image, large, and every place where it stands. A modal
 * dialog, so that focus stays in it and Escape closes it; the arrow keys go to the neighbours.
 */

import { api } from '../api.js';
import { foreign, h, setText } from '../dom.js';
import { bytes, count, fileName } from '../format.js';
import { outcomeLabel } from '../names.js';
import { altSummary, thumbAlt } from '../parts/alt.js';
import { icon } from '../parts/icons.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { occurrenceOnPage } from '../parts/occurrence.js';
import { thumb } from '../parts/thumb.js';

const PAGE = 50;

function picture(image, url) {
    const size = h('span');
    return [
        h('div', { class: 'panel-picture' }, thumb(url, thumbAlt(image?.alt_sample), {
            eager: true, onSize: (width, height) => { size.textContent = `${count(width)} × ${count(height)} pixels`; },
        })),
        h('p', { class: 'panel-url' }, h('a', { class: 'url', href: url, target: '_blank', rel: 'noopener noreferrer' },
            foreign(url), icon('external'), h('span', { class: 'unseen' }, ' (opens in a new tab)'))),
        h('p', { class: 'quiet' }, size),
    ];
}

/* What the crawl found the image to be; nothing where it was not asked. */
function probeFacts({ probe }) {
    if (!probe) return null;
    const facts = [
        ['Answer', [probe.status ? `${probe.status}, ` : '', outcomeLabel(probe.outcome)]],
        ['Leads to', probe.final_url && h('span', { class: 'url' }, foreign(probe.final_url))],
        ['Type', probe.type && [foreign(probe.type), probe.is_animated ? ', animated' : '']],
        ['Declared as', probe.declared_type && foreign(probe.declared_type)],
        ['Pixels', probe.width && `${count(probe.width)} × ${count(probe.height)}`],
        ['Size', probe.bytes !== null && bytes(probe.bytes)],
        ['Why', probe.state !== 'done' && probe.detail && foreign(probe.detail)],
    ];
    return h('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}

/* images: what the gallery has loaded, by id in order; open(id) and closed() change the address. */
export function imagePanel(ctx, jobId, { images, rules, open, closed }) {
    const step = (name, label, by) => h('button', {
        type: 'button', class: 'button button-icon', title: label, 'aria-label': label, on: { click: () => walk(by) },
    }, icon(name));
    const previous = step('previous', 'Previous image', -1);
    const next = step('next', 'Next image', 1);
    const title = foreign('Image');
    const head = h('div', { class: 'panel-head' });
    const places = h('ol', { class: 'occurrences', role: 'list' });
    const placesBox = h('div');
    const node = h('dialog', {
        class: 'panel', 'aria-labelledby': 'panel-title',
        on: { close: onClose, keydown: onKey, click: (event) => { if (event.target === node) node.close(); } },
    }, h('div', { class: 'panel-inner' },
        h('div', { class: 'panel-bar' }, h('h2', { id: 'panel-title', tabindex: '-1' }, title), previous, next,
            h('button', { type: 'button', class: 'button button-icon', title: 'Close', 'aria-label': 'Close', on: { click: () => node.close() } }, icon('close'))),
        head, h('h3', null, 'Where it stands'), placesBox));
    let shown = null;
    let request = null;

    function neighbour(by) {
        const ids = [...images.keys()];
        const at = ids.indexOf(String(shown));
        return at < 0 ? null : ids[at + by] ?? null;
    }

    function walk(by) {
        const id = neighbour(by);
        if (id !== null) open(id);
    }

    function showSteps() {
        previous.disabled = neighbour(-1) === null;
        next.disabled = neighbour(1) === null;
    }

    function onKey(event) {
        if (event.key === 'ArrowLeft') walk(-1);
        if (event.key === 'ArrowRight') walk(1);
    }

    function onClose() {
        const id = shown;
        shown = null;
        request?.abort();
        closed();
        document.querySelector(`[data-image="${CSS.escape(String(id))}"] a`)?.focus();
    }

    function showHead(image, url) {
        setText(title, url ? fileName(url) : 'Image');
        if (!url && !image) head.replaceChildren();
        else head.replaceChildren(...(url ? picture(image, url) : []), ...(image ? [altSummary(image.alt), probeFacts(image)].filter(Boolean) : []));
    }

    function load(id) {
        request?.abort();
        request = new AbortController();
        ctx.signal.addEventListener('abort', () => request.abort(), { once: true });
        const image = images.get(String(id));
        showHead(image, image?.url);
        const list = listing({
            signal: request.signal, announce: ctx.announce, nouns: ['place', 'places'], body: places,
            load: (cursor, signal) => api.listOccurrences(jobId, { image_id: id, limit: PAGE, cursor }, signal),
            add(items) {
                if (!image && !head.querySelector('.panel-picture')) showHead(null, items[0]?.url);
                places.append(...items.map((item) => occurrenceOnPage(jobId, item, rules)));
            },
            clear: () => places.replaceChildren(),
            empty: () => emptyState('Nowhere', 'No page of this job shows this image.'),
        });
        placesBox.replaceChildren(list.node);
        list.reload();
    }

    function show(id) {
        if (id === null) {
            if (node.open) node.close();
            return;
        }
        if (id !== shown) {
            shown = id;
            load(id);
        }
        if (!node.open) node.showModal();
        showSteps();
    }

    /* More of the gallery is known: perhaps the image itself, of a link straight to it. */
    function loaded() {
        if (shown === null) return;
        if (!head.querySelector('.alt-line')) showHead(images.get(String(shown)), images.get(String(shown))?.url);
        showSteps();
    }

    return { node, show, loaded };
}
