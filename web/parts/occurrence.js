/* occurrence: one place where an image stands: the alt it has there, on which page, how it is written. */

import { foreign, h } from '../dom.js';
import { bytes, count, fileName, shortUrl } from '../format.js';
import { SOURCES } from '../names.js';
import { href } from '../router.js';
import { altOf, thumbAlt } from './alt.js';
import { consentBadges } from './consent.js';
import { thumb } from './thumb.js';

function facts(occurrence) {
    const size = [occurrence.width, occurrence.height].some(Boolean)
        ? `${occurrence.width || '?'} × ${occurrence.height || '?'}` : null;
    return [
        ['Position', count(occurrence.position)],
        ['Source', [SOURCES[occurrence.source] ?? occurrence.source, occurrence.descriptor ? [' ', foreign(occurrence.descriptor)] : null]],
        size ? ['Size given', foreign(size)] : null,
        occurrence.title ? ['Title', foreign(occurrence.title)] : null,
        occurrence.loading ? ['Loading', foreign(occurrence.loading)] : null,
        occurrence.data_bytes ? ['Inline data', bytes(occurrence.data_bytes)] : null,
        occurrence.raw && occurrence.raw !== occurrence.url ? ['As written', h('code', null, foreign(occurrence.raw))] : null,
    ].filter(Boolean);
}

function factLine(occurrence) {
    return h('dl', { class: 'facts-line' }, facts(occurrence).map(([name, value]) =>
        h('div', null, h('dt', null, name), h('dd', null, value))));
}

/* In the list of one image: the page it stands on comes first. */
export function occurrenceOnPage(jobId, occurrence) {
    return h('li', { class: 'occurrence', 'data-alt': occurrence.alt_state },
        h('a', { class: 'url', href: href(`/jobs/${jobId}/pages/${occurrence.page_id}`) }, foreign(shortUrl(occurrence.page_url))),
        h('p', { class: 'occurrence-alt' }, altOf(occurrence)),
        consentBadges(occurrence.consent),
        factLine(occurrence));
}

/* In the list of one page: the image comes first. */
export function occurrenceOfImage(jobId, occurrence) {
    const url = occurrence.url || occurrence.raw || '';
    const name = foreign(fileName(url) || 'no URL');
    return h('li', { class: 'occurrence occurrence-wide', 'data-alt': occurrence.alt_state },
        thumb(url, thumbAlt(occurrence.alt)),
        h('div', null,
            h('p', { class: 'occurrence-name' }, occurrence.image_id
                ? h('a', { href: href(`/jobs/${jobId}/images`, { image: occurrence.image_id }) }, name) : name),
            h('p', { class: 'occurrence-alt' }, altOf(occurrence)),
            factLine(occurrence)));
}
