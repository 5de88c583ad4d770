/* notice: what went wrong with its remedy, and what to do where there is nothing to see yet. */

import { h } from '../dom.js';

export function errorBox(error, retry) {
    return h('div', { class: 'notice notice-bad', role: 'alert' },
        h('p', { class: 'notice-title' }, error.message),
        error.remedy ? h('p', null, error.remedy) : null,
        retry ? h('button', { type: 'button', class: 'button', on: { click: retry } }, 'Try again') : null);
}

export function emptyState(title, text, ...actions) {
    return h('div', { class: 'empty' },
        h('p', { class: 'empty-title' }, title),
        h('p', { class: 'empty-text' }, text),
        actions.length ? h('div', { class: 'empty-actions' }, actions) : null);
}
