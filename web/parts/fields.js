/* fields: labelled controls for what the API takes. The server alone judges what is sent; a set of fields
 * puts each of its complaints at the field that it is about.
 *
 * A field is described by { name, kind, label, subject, hint, usual, … }: `subject` begins the sentence
 * that a complaint ends, `usual` is the server's default, which is shown and not sent.
 */

import { h, setText } from '../dom.js';

export const lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);
export const withScheme = (text) => (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/:]+:\d/.test(text) ? text : `https://${text}`);

/* "Accept-Language: de" by the line. */
function readHeaders(text) {
    return Object.fromEntries(lines(text).map((line) => {
        const at = line.indexOf(':');
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }));
}

/* "host user password" or "host token" by the line; a password may hold spaces. */
function readLogins(text) {
    return lines(text).map((line) => {
        const [host, first, ...rest] = line.split(/\s+/);
        return rest.length ? { host, user: first, password: rest.join(' ') } : { host, token: first };
    });
}

const writeLogin = ({ host, user, password, token }) => [host, user, password, token].filter(Boolean).join(' ');

/* How each kind is read from its control and written to it. */
const KINDS = {
    text: { read: (text) => text.trim(), write: String },
    select: { read: (text) => text, write: String },
    /* What is no number goes as it is: the server knows best how to say so. */
    number: { read: (text) => (/^-?\d+$/.test(text.trim()) ? Number(text.trim()) : text.trim()), write: String },
    lines: { read: lines, write: (items) => items.join('\n'), area: true },
    headers: { read: readHeaders, write: (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n'), area: true },
    logins: { read: readLogins, write: (logins) => logins.map(writeLogin).join('\n'), area: true },
};

const isEmpty = (value) => value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

function makeControl(field, id) {
    const common = { id, name: field.name, placeholder: field.placeholder ?? (field.kind === 'number' ? field.usual : null), autocomplete: 'off' };
    if (KINDS[field.kind]?.area) return h('textarea', { ...common, rows: field.rows ?? 2, spellcheck: 'false', autocapitalize: 'none', wrap: 'off' });
    if (field.kind === 'select') return h('select', { id, name: field.name }, field.options.map(([value, label]) => h('option', { value }, label)));
    if (field.kind === 'check') return h('input', { id, name: field.name, type: 'checkbox' });
    return h('input', { ...common, type: 'text', inputmode: field.kind === 'number' ? 'numeric' : null, list: field.choices ? `${id}-choices` : null });
}

/* Selects the line that a complaint is about, so that typing replaces it. */
function selectLine(control, { index, member }) {
    const rows = control.value.split('\n');
    const filled = rows.map((row, at) => at).filter((at) => rows[at].trim() !== '');
    const row = (member ? filled.find((at) => rows[at].trim().startsWith(member)) : filled[index]) ?? 0;
    const start = rows.slice(0, row).reduce((sum, text) => sum + text.length + 1, 0);
    control.setSelectionRange(start, start + rows[row].length);
}

function layOut(field, control, parts) {
    const label = h('label', { for: control.id }, field.label);
    if (field.kind === 'check') return h('div', { class: 'field field-check' }, control, label, parts);
    return h('div', { class: `field field-${field.name}` }, label, control, parts,
        field.choices ? h('datalist', { id: `${control.id}-choices` }, field.choices.map((value) => h('option', { value }))) : null);
}

/* A label, its control, a hint and a place for a complaint, tied together for screen readers. */
export function makeField(prefix, field) {
    const kind = KINDS[field.kind];
    const control = makeControl(field, `${prefix}-${field.name}`);
    const hint = h('p', { class: 'field-hint', id: `${control.id}-hint` }, field.hint ?? '');
    const error = h('p', { class: 'field-error', id: `${control.id}-error`, hidden: true });
    control.setAttribute('aria-describedby', `${error.id} ${hint.id}`);
    const node = layOut(field, control, [error, hint]);

    function subjectOf({ index, member }) {
        if (member) return `“${member}”`;
        return kind?.area && index !== null && lines(control.value).length > 1 ? `Line ${index + 1}` : field.subject;
    }

    function open() {
        for (let at = node.closest('details'); at; at = at.parentElement.closest('details')) at.setAttribute('open', '');
    }

    return {
        name: field.name, node, control, hint, open,
        /* undefined where it is as usual. */
        read() {
            if (field.kind === 'check') return control.checked === field.usual ? undefined : control.checked;
            const value = (field.read ?? kind.read)(control.value);
            return isEmpty(value) || (field.kind === 'select' && value === field.usual) ? undefined : value;
        },
        write(value) {
            const set = value ?? field.usual;
            if (field.kind === 'check') control.checked = set;
            else if (field.kind !== 'select' && (set === undefined || set === field.usual)) control.value = '';
            else control.value = kind.write(set);
        },
        complain(complaint) {
            const text = `${subjectOf(complaint)} ${complaint.message.replace(/[^.?!]$/, '$&.')}`;
            setText(error, error.textContent ? `${error.textContent} ${text}` : text);
            error.hidden = false;
            control.setAttribute('aria-invalid', 'true');
        },
        calm() {
            control.removeAttribute('aria-invalid');
            error.hidden = true;
            setText(error, '');
        },
        focus(complaint) {
            open();
            control.focus();
            if (complaint && kind?.area && (complaint.index !== null || complaint.member)) selectLine(control, complaint);
        },
        get errorText() { return error.textContent; },
    };
}

/* Several fields that are sent as one object. */
export function fieldSet(prefix, specs) {
    const fields = specs.map((spec) => makeField(prefix, spec));
    const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
    for (const field of fields) field.write();
    return {
        fields, byName,
        read: () => Object.fromEntries(fields.map((field) => [field.name, field.read()]).filter(([, value]) => value !== undefined)),
        write(values) { for (const field of fields) field.write(values[field.name]); },
        calm() { for (const field of fields) field.calm(); },
        /* Shows the complaints of an ApiError at their fields and goes to the first; its text, or '' if
         * none of them is about a field here. */
        complain(error) {
            const known = error.fields?.filter(({ field }) => byName[field]) ?? [];
            for (const complaint of known) byName[complaint.field].complain(complaint);
            if (!known.length) return '';
            byName[known[0].field].focus(known[0]);
            return byName[known[0].field].errorText;
        },
    };
}
