/* why_form: a field for a URL, and the way to the answer why it was fetched, skipped, or never known. */

import { h, setText } from '../dom.js';
import { go } from '../router.js';
import { withScheme } from './fields.js';

export function whyForm(jobId, url = '') {
    const control = h('input', {
        type: 'text', id: 'why-url', name: 'url', inputmode: 'url', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
        placeholder: 'https://example.org/some/page', 'aria-describedby': 'why-error',
    });
    const error = h('p', { class: 'field-error', id: 'why-error', hidden: true });
    control.value = url;

    function complain(text) {
        setText(error, text);
        error.hidden = text === '';
        if (text) control.setAttribute('aria-invalid', 'true');
        else control.removeAttribute('aria-invalid');
    }

    function submit(event) {
        event.preventDefault();
        const wanted = control.value.trim();
        if (wanted) go(`/jobs/${jobId}/why`, { url: withScheme(wanted) });
        else complain('Give a URL, known to this job or not.');
        if (!wanted) control.focus();
    }

    return {
        node: h('form', { class: 'why-form', novalidate: true, on: { submit } },
            h('div', { class: 'field' }, h('label', { for: control.id }, 'Why was this URL fetched, skipped or not found?'),
                h('div', { class: 'why-row' }, control, h('button', { type: 'submit', class: 'button' }, 'Why?')), error)),
        set(value) { control.value = value; complain(''); },
        complain,
    };
}
