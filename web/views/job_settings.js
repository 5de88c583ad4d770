/* job_settings: what a job was told, as far as it differs from the usual; and, while it moves, the form to
 * change some of that.
 */

import { foreign, h } from '../dom.js';
import { count, dateTime, duration, isoTime, milliseconds, plural } from '../format.js';
import { isFinal, SCOPES } from '../names.js';
import { liveSettings } from './live_settings.js';
import { GROUPS } from './start_fields.js';

/* Told in words of their own. */
const TOLD = ['hosts', 'include', 'exclude', 'max_depth', 'max_seconds', 'delay_ms', 'max_in_flight', 'credentials', 'headers'];

const list = (items) => (items?.length ? h('ul', { role: 'list' }, items.map((item) => h('li', { class: 'url' }, foreign(item)))) : null);

function mainRows(settings) {
    return [
        ['Start', list(settings.seeds)], ['Scope', SCOPES[settings.scope]?.[0] ?? settings.scope], ['Hosts', list(settings.hosts)],
        ['Include', list(settings.include)], ['Exclude', list(settings.exclude)],
        ['Pages', settings.max_pages ? `at most ${count(settings.max_pages)}` : null],
        ['Depth', Number.isFinite(settings.max_depth) ? `at most ${plural(settings.max_depth, 'link')}` : null],
        ['Time', settings.max_seconds ? `at most ${duration(settings.max_seconds)}` : null],
        ['Delay', settings.delay_ms ? `at least ${milliseconds(settings.delay_ms)}` : null],
        ['At one time', settings.max_in_flight ? plural(settings.max_in_flight, 'page') : null],
        ['Headers', list(Object.entries(settings.headers ?? {}).map(([name, value]) => `${name}: ${value}`))],
        ['Sign in', list(settings.credentials?.map(({ host, user }) => `${host} ${user ? `as ${user}` : 'by token'}`))],
    ];
}

function words({ kind, options }, value) {
    if (kind === 'check') return value ? 'yes' : 'no';
    if (kind === 'select') return options.find(([name]) => name === value)?.[1] ?? value;
    return Array.isArray(value) ? list(value) : foreign(typeof value === 'number' ? count(value) : value);
}

/* The rest, where it is not as usual. */
function otherRows(settings) {
    const isSet = ({ name, usual }) => {
        const value = settings[name];
        return value !== undefined && value !== '' && value !== usual && !(Array.isArray(value) && value.length === 0);
    };
    return GROUPS.flatMap(([, specs]) => specs).filter((spec) => !TOLD.includes(spec.name) && isSet(spec))
        .map((spec) => [spec.label, words(spec, settings[spec.name])]);
}

function makeFacts({ settings = {}, created_at: created }) {
    const rows = [...mainRows(settings), ...otherRows(settings), ['Created', h('time', { datetime: isoTime(created) }, dateTime(created))]];
    return rows.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value)));
}

export function settingsCard(ctx, job, onChange) {
    const live = liveSettings(ctx, job, onChange);
    const facts = h('dl', { class: 'facts' });
    let shown = '';
    return {
        node: h('section', { class: 'card', 'aria-labelledby': 'settings-title' }, h('h2', { id: 'settings-title' }, 'Settings'), facts, live.node),
        update(now) {
            const text = JSON.stringify(now.settings);
            if (text !== shown) facts.replaceChildren(...makeFacts(now));
            shown = text;
            live.node.hidden = isFinal(now.state);
            live.update(now);
        },
    };
}
