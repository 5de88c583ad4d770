/* state: the badge of a job's state, and the bar that shows how its counts make up the whole. */

import { h, setText } from '../dom.js';
import { count } from '../format.js';
import { PAGE_STATES, STATES } from '../names.js';

export function stateBadge() {
    const label = h('span');
    const node = h('span', { class: 'state' }, h('span', { class: 'state-dot', 'aria-hidden': 'true' }), label);
    return {
        node,
        update(job) {
            node.dataset.state = job.state;
            setText(label, STATES[job.state] ?? job.state);
        },
    };
}

const PARTS = ['done', 'failed', 'skipped', 'in_flight', 'queued'];

export function partsOf(counts) {
    return PARTS.map((name) => ({ name, label: PAGE_STATES[name], value: counts[name] ?? 0 }));
}

export function countsBar() {
    const segments = PARTS.map((name) => h('span', { class: `bar-part bar-${name}` }));
    const node = h('div', { class: 'bar', role: 'img' }, segments);
    return {
        node,
        update({ counts, state }) {
            const parts = partsOf(counts);
            parts.forEach(({ value }, at) => {
                segments[at].hidden = value === 0;
                segments[at].style.flexGrow = value;
            });
            node.dataset.state = state;
            node.setAttribute('aria-label', `Of ${count(counts.known)} known URLs: ${parts.filter(({ value }) => value > 0)
                .map(({ label, value }) => `${count(value)} ${label.toLowerCase()}`).join(', ') || 'none yet'}`);
        },
    };
}
