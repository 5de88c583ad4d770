/* table: a table that becomes a list of cards on a phone. There the display of its parts changes, which
 * takes the table's roles away: they are told again here.
 */

import { h } from '../dom.js';

export const cell = (label, props, ...children) => h('td', { role: 'cell', 'data-label': label, ...props }, children);
export const rowHead = (props, ...children) => h('th', { role: 'rowheader', scope: 'row', ...props }, children);
export const row = (props, ...cells) => h('tr', { role: 'row', ...props }, cells);

/* heads: names, or [name, class]. `body` takes the rows. */
export function table(caption, heads, { class: name = 'pages' } = {}) {
    const body = h('tbody', { role: 'rowgroup' });
    const head = (text) => h('th', { role: 'columnheader', scope: 'col', class: Array.isArray(text) ? text[1] : null }, Array.isArray(text) ? text[0] : text);
    const node = h('table', { class: name, role: 'table' }, h('caption', { class: 'unseen' }, caption),
        h('thead', { role: 'rowgroup' }, row(null, heads.map(head))), body);
    return { node, body };
}
