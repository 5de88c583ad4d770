/* filters: the controls above a list. Each change is told as a whole query; text waits for a short rest
 * in typing.
 */

import { h } from '../dom.js';

const TYPING_REST_MS = 250;

export function select(name, label, options) {
    const control = h('select', { name, id: `filter-${name}` },
        options.map(([value, text]) => h('option', { value }, text)));
    return { name, control, node: h('div', { class: 'field' }, h('label', { for: control.id }, label), control) };
}

export function search(name, label, placeholder) {
    const control = h('input', { type: 'search', name, id: `filter-${name}`, placeholder, autocomplete: 'off', spellcheck: 'false' });
    return { name, control, node: h('div', { class: 'field field-grow' }, h('label', { for: control.id }, label), control) };
}

/* One of a few, all in sight: radio buttons, so that the arrow keys work. */
export function choice(name, label, options, { compact = false } = {}) {
    const inputs = options.map(([value, text, glyph]) => [value, text, glyph,
        h('input', { type: 'radio', name, value, id: `filter-${name}-${value || 'any'}` })]);
    const words = (text) => (compact ? h('span', { class: 'unseen' }, text) : text);
    const node = h('fieldset', { class: 'choice', 'data-name': name }, h('legend', null, label),
        h('div', { class: 'choice-options' }, inputs.map(([, text, glyph, input]) =>
            h('span', { class: 'choice-option', title: compact ? text : null }, input, h('label', { for: input.id }, glyph ?? null, words(text))))));
    const control = {
        get value() {
            return inputs.find(([, , , input]) => input.checked)?.[0] ?? '';
        },
        set value(wanted) {
            for (const [value, , , input] of inputs) input.checked = value === wanted;
        },
    };
    control.value = '';
    return { name, control, node };
}

/* Replaces the options of a select, keeping what is chosen. */
export function setOptions({ control }, options) {
    const chosen = control.value || control.dataset.wanted || '';
    control.replaceChildren(...options.map(([value, text]) => h('option', { value }, text)));
    if (chosen && !options.some(([value]) => value === chosen)) control.append(h('option', { value: chosen }, chosen));
    control.value = chosen;
}

function setValue(control, value) {
    if (control.value === value) return;
    control.value = value;
    if (control.dataset && control.value !== value) {
        control.append(h('option', { value }, value));
        control.value = value;
    }
}

/* onChange(query) hears the values that are set; the fields of `more` are folded away until one is set. */
export function filterForm(label, first, onChange, more = []) {
    const fields = [...first, ...more];
    const folded = more.length ? h('details', { class: 'filters-more' }, h('summary', null, 'More filters'),
        h('div', { class: 'filters' }, more.map((field) => field.node))) : null;
    const values = () => Object.fromEntries(fields.map(({ name, control }) => [name, control.value]).filter(([, value]) => value));
    let timer = 0;
    const tell = () => {
        clearTimeout(timer);
        onChange(values());
    };
    const node = h('form', {
        class: 'filters', role: 'search', 'aria-label': label,
        on: {
            submit: (event) => { event.preventDefault(); tell(); },
            change: tell,
            input: (event) => {
                if (event.target.type !== 'search') return;
                clearTimeout(timer);
                timer = setTimeout(tell, TYPING_REST_MS);
            },
        },
    }, first.map((field) => field.node), folded);
    return {
        node,
        set(query) {
            for (const { name, control } of fields) setValue(control, query[name] ?? '');
            if (more.some(({ name }) => query[name])) folded.open = true;
        },
    };
}
