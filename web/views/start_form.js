/* start_form: starts a job. The server alone judges what is sent; its complaints are shown at the field
 * they are about.
 */

import { api } from '../api.js';
import { h, setText } from '../dom.js';
import { SCOPES } from '../names.js';
import { errorBox } from '../parts/notice.js';
import { go } from '../router.js';

export const EXAMPLE = {
    seeds: ['https://www.w3.org/WAI/demos/bad/before/home.html'],
    scope: 'prefix',
    max_pages: 50,
};

const lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);
const withScheme = (line) => (/^[a-z][a-z0-9+.-]*:/i.test(line) && !/^[^/:]+:\d/.test(line) ? line : `https://${line}`);
/* What is no number goes as it is: the server knows best how to say so. */
const number = (text) => (/^-?\d+$/.test(text.trim()) ? Number(text.trim()) : text.trim());

const READERS = { lines, number, text: (text) => text.trim(), select: (text) => text };

const FIELDS = [
    { name: 'seeds', kind: 'lines', subject: 'The address', label: 'Start at', hint: 'One address a line', rows: 2, read: (text) => lines(text).map(withScheme),
        placeholder: 'https://example.org/' },
    { name: 'scope', kind: 'select', subject: 'The scope', label: 'Follow links', options: Object.entries(SCOPES).map(([value, [label]]) => [value, label]) },
    { name: 'max_pages', kind: 'number', subject: 'The page limit', label: 'Page limit', placeholder: '100000' },
    { name: 'name', kind: 'text', subject: 'The name', label: 'Name', hint: 'For you to find it again', more: true },
    { name: 'hosts', kind: 'lines', subject: 'The host', label: 'Hosts', hint: 'One a line, *.example.org for all below; with “Listed hosts”', rows: 2, more: true },
    { name: 'include', kind: 'lines', subject: 'The pattern', label: 'Only URLs like', hint: 'One pattern a line, * is any text', rows: 2, more: true, placeholder: '*/products/*' },
    { name: 'exclude', kind: 'lines', subject: 'The pattern', label: 'Never URLs like', hint: 'One pattern a line, * is any text', rows: 2, more: true, placeholder: '*?print=*' },
    { name: 'max_depth', kind: 'number', subject: 'The depth limit', label: 'Depth limit', hint: 'Links away from the start', placeholder: '100', more: true },
    { name: 'max_seconds', kind: 'number', subject: 'The time limit', label: 'Time limit', hint: 'Seconds of crawling', placeholder: '604800', more: true },
];

function makeControl(field, id) {
    const common = { id, name: field.name, placeholder: field.placeholder, autocomplete: 'off' };
    if (field.kind === 'lines') return h('textarea', { ...common, rows: field.rows, spellcheck: 'false', autocapitalize: 'none', wrap: 'off' });
    if (field.kind === 'select') return h('select', { id, name: field.name }, field.options.map(([value, label]) => h('option', { value }, label)));
    return h('input', { ...common, type: 'text', inputmode: field.kind === 'number' ? 'numeric' : null });
}

/* A label, its control, a hint and a place for an error, tied together for screen readers. */
function makeField(field) {
    const id = `start-${field.name}`;
    const control = makeControl(field, id);
    const hint = h('p', { class: 'field-hint', id: `${id}-hint` }, field.hint ?? '');
    const error = h('p', { class: 'field-error', id: `${id}-error`, hidden: true });
    control.setAttribute('aria-describedby', `${error.id} ${hint.id}`);
    const node = h('div', { class: `field field-${field.name}` }, h('label', { for: id }, field.label), control, error, hint);
    return { ...field, node, control, hint, error };
}

function writeValue({ control, kind }, value) {
    control.value = kind === 'lines' ? (value ?? []).join('\n') : String(value ?? '');
}

/* Only what was filled in: the server has the defaults. */
function readAll(fields) {
    const settings = {};
    for (const field of fields) {
        const read = field.read ?? READERS[field.kind];
        const value = read(field.control.value);
        if (value.length > 0 || typeof value === 'number') settings[field.name] = value;
    }
    return settings;
}

function clearErrors(fields) {
    for (const { control, error } of fields) {
        control.removeAttribute('aria-invalid');
        error.hidden = true;
        setText(error, '');
    }
}

/* Selects the line that an error is about, so that typing replaces it. */
function selectLine(control, index) {
    const rows = control.value.split('\n');
    const filled = rows.map((row, at) => at).filter((at) => rows[at].trim() !== '');
    const row = filled[index] ?? 0;
    const start = rows.slice(0, row).reduce((sum, text) => sum + text.length + 1, 0);
    control.setSelectionRange(start, start + rows[row].length);
}

/* A complaint of the server follows the name of the member ("must be …"): a subject makes it a sentence. */
function showFieldError(field, { message, index }) {
    const several = field.kind === 'lines' && index !== null && lines(field.control.value).length > 1;
    const text = `${several ? `Line ${index + 1}` : field.subject} ${message.replace(/[^.?!]$/, '$&.')}`;
    setText(field.error, field.error.textContent ? `${field.error.textContent} ${text}` : text);
    field.error.hidden = false;
    field.control.setAttribute('aria-invalid', 'true');
}

function focusField(field, { index }) {
    field.node.closest('details')?.setAttribute('open', '');
    field.control.focus();
    if (field.kind === 'lines' && index !== null) selectLine(field.control, index);
}

export function startForm(ctx) {
    const fields = FIELDS.map(makeField);
    const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
    const trouble = h('div');
    const button = h('button', { type: 'submit', class: 'button button-main' }, 'Start the crawl');

    function showErrors(error) {
        const known = error.fields?.filter(({ field }) => byName[field]) ?? [];
        for (const one of known) showFieldError(byName[one.field], one);
        if (known.length) focusField(byName[known[0].field], known[0]);
        if (!known.length) trouble.replaceChildren(errorBox(error));
        else ctx.announce(byName[known[0].field].error.textContent);
    }

    async function submit(event) {
        event.preventDefault();
        clearErrors(fields);
        trouble.replaceChildren();
        button.setAttribute('aria-disabled', 'true');
        try {
            const job = await api.startJob(readAll(fields), ctx.signal);
            ctx.announce('The crawl has started');
            go(`/jobs/${job.id}`);
        } catch (error) {
            if (error.name !== 'AbortError') showErrors(error);
        }
        button.removeAttribute('aria-disabled');
    }

    function syncScope() {
        const scope = byName.scope.control.value;
        setText(byName.scope.hint, SCOPES[scope]?.[1] ?? '');
        if (scope === 'hosts') byName.hosts.node.closest('details').setAttribute('open', '');
    }

    byName.scope.control.addEventListener('change', syncScope);
    syncScope();
    const nodes = (more) => fields.filter((field) => Boolean(field.more) === more).map((field) => field.node);
    const node = h('form', { class: 'card start', novalidate: true, 'aria-labelledby': 'start-title', on: { submit } },
        h('h2', { id: 'start-title' }, 'Start a crawl'), trouble, nodes(false),
        h('details', { class: 'start-more' }, h('summary', null, 'More settings'), h('div', { class: 'start-more-fields' }, nodes(true))),
        button);
    return {
        node,
        fill(settings) {
            clearErrors(fields);
            for (const field of fields) writeValue(field, settings[field.name]);
            byName.scope.control.value = settings.scope ?? 'host';
            syncScope();
            byName.seeds.control.focus();
        },
    };
}
