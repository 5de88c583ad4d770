/* occurrence: one place where an image stands: the alt it has there, on which page, in what surroundings,
 * how it is written, and what the rules say of it.
 */

import { foreign, h } from '../dom.js';
import { bytes, count, fileName, shortUrl } from '../format.js';
import { IMAGE_FLAGS, LANDMARKS, NAME_SOURCES, SOURCES } from '../names.js';
import { href } from '../router.js';
import { altOf, thumbAlt } from './alt.js';
import { consentBadges } from './consent.js';
import { verdictList } from './rules.js';
import { thumb } from './thumb.js';

const fact = (name, value) => (value ? [name, foreign(value)] : null);
const code = (name, value) => (value ? [name, h('code', null, foreign(value))] : null);

/* The name that is read out, where it is not simply the alt that is shown above. */
function nameFact({ name, name_source: source }) {
    if (!name || source === 'alt') return null;
    return ['Name', [foreign(name), ` (${NAME_SOURCES[source] ?? source})`]];
}

function linkFact({ link, link_only: only, in_button: button }) {
    const alone = only ? 'nothing else names it' : null;
    if (button) return ['In a button', alone ?? 'with other content'];
    if (!link) return null;
    return ['Link', [h('a', { class: 'url', href: link, target: '_blank', rel: 'noopener noreferrer' }, foreign(shortUrl(link)),
        h('span', { class: 'unseen' }, ' (opens in a new tab)')), alone ? `, ${alone}` : null]];
}

function sizeText({ width, height }) {
    return width || height ? `${width || '?'} × ${height || '?'}` : null;
}

/* What a reader of the page has around it. */
function surroundings(occurrence) {
    return [
        nameFact(occurrence),
        ['Position', count(occurrence.position)],
        ['Source', [SOURCES[occurrence.source] ?? occurrence.source, occurrence.descriptor ? [' ', foreign(occurrence.descriptor)] : null]],
        occurrence.landmark ? ['In', LANDMARKS[occurrence.landmark] ?? occurrence.landmark] : null,
        fact('Heading', occurrence.heading), fact('Caption', occurrence.caption), linkFact(occurrence), fact('Title', occurrence.title),
    ].filter(Boolean);
}

/* How it is written. */
function markup(occurrence) {
    const { raw, url, data_bytes: data, name_source: source } = occurrence;
    const flags = Object.keys(IMAGE_FLAGS).filter((flag) => occurrence[flag]);
    return [
        fact('Size given', sizeText(occurrence)), fact('Loading', occurrence.loading), code('sizes', occurrence.sizes), code('media', occurrence.media),
        fact('Type', occurrence.type), fact('Role', occurrence.role), source === 'aria-label' ? null : fact('aria-label', occurrence.aria_label),
        data ? ['Inline data', bytes(data)] : null, raw && raw !== url ? code('As written', raw) : null, code('Path', occurrence.dom_path),
        flags.length ? ['Notes', flags.map((flag) => IMAGE_FLAGS[flag]).join('; ')] : null,
    ].filter(Boolean);
}

function factLine(facts) {
    return h('dl', { class: 'facts-line' }, facts.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}

function details(occurrence, rules) {
    const written = markup(occurrence);
    return [
        verdictList(occurrence.verdicts, rules), factLine(surroundings(occurrence)),
        written.length ? h('details', { class: 'markup' }, h('summary', null, 'Markup'), factLine(written)) : null,
    ];
}

function pageLink(jobId, { page_id: id, page_url: url }) {
    return h('a', { class: 'url', href: href(`/jobs/${jobId}/pages/${id}`) }, foreign(shortUrl(url)));
}

/* In the list of one image: the page it stands on comes first. */
export function occurrenceOnPage(jobId, occurrence, rules) {
    return h('li', { class: 'occurrence', 'data-alt': occurrence.alt_state },
        pageLink(jobId, occurrence),
        h('p', { class: 'occurrence-alt' }, altOf(occurrence)),
        consentBadges(occurrence.consent), details(occurrence, rules));
}

/* In the list of one page, or with { page: true } of many: the image comes first. */
export function occurrenceOfImage(jobId, occurrence, rules, { page = false } = {}) {
    const url = occurrence.url || occurrence.raw || '';
    const name = foreign(fileName(url) || 'no URL');
    return h('li', { class: 'occurrence occurrence-wide', 'data-alt': occurrence.alt_state },
        thumb(url, thumbAlt(occurrence.alt)),
        h('div', null,
            h('p', { class: 'occurrence-name' }, occurrence.image_id
                ? h('a', { href: href(`/jobs/${jobId}/images`, { image: occurrence.image_id }) }, name) : name),
            page ? h('p', { class: 'quiet' }, 'on ', pageLink(jobId, occurrence)) : null,
            h('p', { class: 'occurrence-alt' }, altOf(occurrence)),
            details(occurrence, rules)));
}
