/* rules: what the server checks of each image, asked for once, and how a verdict is shown: what is wrong,
 * what to do about it, and on what ground.
 */

import { api } from '../api.js';
import { h } from '../dom.js';
import { SEVERITIES } from '../names.js';

let asked = null;

/* The rules by name; without them the names themselves are shown, and the next view asks again. */
export function loadRules() {
    asked ??= api.listRules().then(({ items }) => new Map(items.map((rule) => [rule.name, rule])), () => {
        asked = null;
        return new Map();
    });
    return asked;
}

export function ruleOf(rules, name) {
    return rules.get(name) ?? { name, severity: 'notice', title: String(name).replaceAll('_', ' '), cites: '', remedy: '' };
}

export const ruleOptions = (rules) => [...rules.values()].map(({ name, title }) => [name, title]);

export function severityTag(severity) {
    return h('span', { class: `tag severity severity-${severity}` }, SEVERITIES[severity] ?? severity);
}

/* What to do, and who says so. */
export function ruleAdvice({ severity, remedy, cites }) {
    return [remedy && severity !== 'good' ? h('p', null, remedy) : null, cites ? h('p', { class: 'quiet' }, cites) : null];
}

/* Worst first, as the rules are told. */
export function verdictList(names, rules) {
    if (!names?.length) return null;
    const order = Object.keys(SEVERITIES);
    const verdicts = names.map((name) => ruleOf(rules, name)).sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    return h('ul', { class: 'verdicts', role: 'list', 'aria-label': 'Findings' }, verdicts.map((rule) => h('li', { 'data-rule': rule.name },
        h('details', { class: 'verdict' }, h('summary', null, severityTag(rule.severity), rule.title), ruleAdvice(rule)))));
}
