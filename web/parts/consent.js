/* consent: what a page asks of those who read it, as badges: not to be indexed, not to be used for AI, its
 * rights in text and data mining reserved. Those who build data sets have to look at these.
 */

import { foreign, h } from '../dom.js';
import { CONSENTS } from '../names.js';

function badge(name) {
    const { label, hint } = CONSENTS[name];
    return h('li', { class: 'consent', 'data-consent': name, title: hint }, label, h('span', { class: 'unseen' }, `: ${hint}`));
}

function policyLink(url) {
    if (!url) return null;
    return h('li', null, 'licence: ', h('a', { class: 'url', href: url, target: '_blank', rel: 'noopener noreferrer' }, foreign(url),
        h('span', { class: 'unseen' }, ' (opens in a new tab)')));
}

/* A list of badges; null where the page asks for nothing. */
export function consentBadges(consent = {}) {
    const asked = Object.keys(CONSENTS).filter((name) => consent[name]);
    if (!asked.length && !consent.tdm_policy) return null;
    return h('ul', { class: 'consents', role: 'list', 'aria-label': 'What the page asks of its readers' }, asked.map(badge), policyLink(consent.tdm_policy));
}
