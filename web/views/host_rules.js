/* host_rules: what the operator says of hosts by pattern. Known hosts obey at once; of several rules that
 * match a host, the most specific counts.
 */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { milliseconds, plural } from '../format.js';
import { confirm } from '../parts/confirm.js';
import { fieldSet } from '../parts/fields.js';
import { icon } from '../parts/icons.js';
import { errorBox } from '../parts/notice.js';

const FIELDS = [
    { name: 'pattern', kind: 'text', subject: 'The host', label: 'Host', hint: 'A name, or *.example.org for all below it', placeholder: 'www.example.org' },
    { name: 'delay_ms', kind: 'number', subject: 'The delay', label: 'Delay between requests', hint: 'Milliseconds; empty: as configured' },
    { name: 'connections', kind: 'number', subject: 'The number', label: 'Requests at once', hint: 'Empty: as configured' },
    { name: 'adaptive', kind: 'select', subject: 'This', label: 'Slow down with the host', usual: '', options: [['', 'As configured'], ['yes', 'Yes'], ['no', 'No']] },
];

function words({ delay_ms: delay, connections, adaptive }) {
    return [
        delay === undefined ? null : delay === 0 ? 'no delay' : `${milliseconds(delay)} apart`,
        connections === undefined ? null : `${plural(connections, 'request')} at once`,
        adaptive === undefined ? null : adaptive ? 'slows down with the host' : 'does not slow down',
    ].filter(Boolean).join(', ');
}

/* As the API has it: adaptive is true, false or left out. */
function readRule(set) {
    const { adaptive, ...rule } = set.read();
    return adaptive === undefined ? rule : { ...rule, adaptive: adaptive === 'yes' };
}

export function hostRules(ctx) {
    const set = fieldSet('rule', FIELDS);
    const trouble = h('div');
    const list = h('ul', { class: 'rules', role: 'list' });
    const none = h('p', { class: 'quiet' }, 'No rules: all hosts are asked as configured.');
    const title = h('h2', { id: 'rules-title', tabindex: '-1' }, 'Rules of yours');
    let rules = [];

    function edit(pattern) {
        const rule = rules.find((one) => one.pattern === pattern) ?? { pattern };
        set.calm();
        set.write({ ...rule, adaptive: rule.adaptive === undefined ? '' : rule.adaptive ? 'yes' : 'no' });
        set.byName[pattern ? 'delay_ms' : 'pattern'].focus();
    }

    async function remove(rule) {
        if (!(await confirm({ title: 'Delete this rule?', text: `${rule.pattern} is asked as configured then.`, action: 'Delete the rule' }))) return;
        await attempt(async () => {
            await api.deleteHostRule(rule.pattern, ctx.signal);
            ctx.announce('Rule deleted');
            title.focus();
        });
    }

    async function save(event) {
        event.preventDefault();
        await attempt(async () => {
            const rule = readRule(set);
            await api.putHostRule(rule, ctx.signal);
            set.write({});
            ctx.announce(`Rule for ${rule.pattern} set`);
        });
    }

    async function attempt(change) {
        set.calm();
        trouble.replaceChildren();
        try {
            await change();
            await load();
        } catch (error) {
            if (error.name === 'AbortError') return;
            const said = set.complain(error);
            if (said) ctx.announce(said);
            else trouble.replaceChildren(errorBox(error));
        }
    }

    function item(rule) {
        const about = h('span', { class: 'unseen' }, ` the rule for ${rule.pattern}`);
        return h('li', { 'data-pattern': rule.pattern }, h('div', null, h('b', { class: 'url' }, foreign(rule.pattern)), h('span', { class: 'cell-note' }, words(rule))),
            h('div', { class: 'rule-actions' },
                h('button', { type: 'button', class: 'button button-small', on: { click: () => edit(rule.pattern) } }, 'Change', about.cloneNode(true)),
                h('button', { type: 'button', class: 'button button-small', 'data-action': 'remove', on: { click: () => remove(rule) } }, icon('remove'), 'Delete', about)));
    }

    async function load() {
        ({ items: rules } = await api.listHostRules(ctx.signal));
        list.replaceChildren(...rules.map(item));
        none.hidden = rules.length > 0;
    }

    const node = h('section', { class: 'card start rules-card', 'aria-labelledby': 'rules-title' }, title, none, list, trouble,
        h('form', { class: 'rule-form', novalidate: true, 'aria-label': 'Set a rule', on: { submit: save } },
            set.fields.map((field) => field.node), h('button', { type: 'submit', class: 'button button-main' }, 'Set the rule')));
    return { node, edit, load };
}
