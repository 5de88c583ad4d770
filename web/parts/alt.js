/* alt: shows the alt of an occurrence, or of all occurrences of an image; a missing one stands out. */

import { foreign, h } from '../dom.js';
import { count, visibleSpaces } from '../format.js';
import { ALT_STATES } from '../names.js';
import { icon } from './icons.js';

export function altBadge(state, number) {
    const { long, hint } = ALT_STATES[state] ?? { long: state, hint: '' };
    return h('span', { class: `alt alt-${state}`, title: hint }, icon(state in ALT_STATES ? state : 'text'), long,
        number > 1 ? h('span', { class: 'alt-count' }, ` × ${count(number)}`) : null);
}

/* The alt of one occurrence: its words, or the name of what is there instead. */
export function altOf({ alt_state: state, alt }) {
    if (state === 'text') return h('q', { class: 'alt-words' }, foreign(alt));
    return h('span', { class: 'alt-line' }, altBadge(state),
        state === 'whitespace' ? h('code', { class: 'alt-spaces' }, visibleSpaces(alt)) : null);
}

/* One badge for each state that occurs, worst first. */
export function altSummary(alt = {}) {
    const states = Object.keys(ALT_STATES).filter((state) => alt[state] > 0);
    return h('span', { class: 'alt-line' }, states.map((state) => altBadge(state, alt[state])));
}

export function worstAlt(alt = {}) {
    return Object.keys(ALT_STATES).find((state) => alt[state] > 0) ?? 'text';
}

/* What a screen reader is told about a thumbnail of ours: as crawled, or that there was nothing. */
export function thumbAlt(alt) {
    const words = (alt ?? '').trim();
    return words || 'no alt text';
}
