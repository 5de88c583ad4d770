/* image_filters: the controls that the gallery and the list of places share, by the names of the API. */

import { ALT_STATES, LANDMARKS, outcomeLabel, SEVERITIES, SOURCES } from '../names.js';
import { choice, search, select } from './filters.js';
import { icon } from './icons.js';
import { ruleOptions } from './rules.js';

/* What may come of asking for an image; another one in the address is kept. */
const PROBES = ['ok', 'http_4xx', 'http_429', 'http_5xx', 'dns_failed', 'connect_refused', 'timeout_first_byte', 'address_blocked', 'robots_disallowed'];

export const SHARED_FILTERS = ['alt_state', 'host', 'source', 'text', 'q', 'rule', 'severity', 'template', 'landmark', 'probe', 'page_id'];

export function filtersOf(query) {
    return Object.fromEntries(SHARED_FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
}

export function sharedFields(rules) {
    const alts = Object.entries(ALT_STATES).map(([value, { label }]) => [value, label, icon(value)]);
    const first = [
        choice('alt_state', 'Alt text', [['', 'All'], ...alts]),
        search('q', 'Search', 'Words in alt, title, caption, file name'),
    ];
    const host = select('host', 'Host', [['', 'Any host']]);
    const more = [
        search('text', 'Part of text', 'In URL or alt'), host,
        select('rule', 'Finding', [['', 'Any or none'], ...ruleOptions(rules)]),
        select('severity', 'Severity', [['', 'Any severity'], ...Object.entries(SEVERITIES)]),
        select('source', 'Source', [['', 'Any source'], ...Object.entries(SOURCES)]),
        select('landmark', 'Part of the page', [['', 'Any part'], ['none', 'In none of them'], ...Object.entries(LANDMARKS)]),
        select('probe', 'When asked for', [['', 'Any result'], ['none', 'Not asked for'], ...PROBES.map((name) => [name, outcomeLabel(name)])]),
    ];
    return { first, more, host };
}
