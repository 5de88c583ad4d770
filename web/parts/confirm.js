/* confirm: asks before what cannot be undone. Resolves to true or false. */

import { h } from '../dom.js';

export function confirm({ title, text, action, keep = 'Keep it' }) {
    return new Promise((resolve) => {
        const dialog = h('dialog', { class: 'confirm', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
            h('form', { method: 'dialog' },
                h('h2', { id: 'confirm-title' }, title),
                h('p', { id: 'confirm-text' }, text),
                h('div', { class: 'confirm-actions' },
                    h('button', { class: 'button', value: 'no', autofocus: true }, keep),
                    h('button', { class: 'button button-bad', value: 'yes' }, action))));
        dialog.addEventListener('close', () => {
            dialog.remove();
            resolve(dialog.returnValue === 'yes');
        });
        document.body.append(dialog);
        dialog.showModal();
    });
}
