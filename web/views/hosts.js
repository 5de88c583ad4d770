/* hosts: the ledger of the node: how each host is treated, across all jobs, and why; and the rules by
 * which the operator sets that.
 */

import { api } from '../api.js';
import { foreign, h, keyed, setText } from '../dom.js';
import { count, milliseconds, plural } from '../format.js';
import { PACES } from '../names.js';
import { filterForm, search, select } from '../parts/filters.js';
import { emptyState, errorBox } from '../parts/notice.js';
import { poll } from '../parts/poll.js';
import { cell, row, rowHead, table } from '../parts/table.js';
import { go } from '../router.js';
import { hostRules } from './host_rules.js';

const LIMIT = 1000; /* the most that one answer may hold */
const EVERY_MS = 2000;

const HEADS = ['Host', 'Delay, and why', ['Next request', 'number'], ['Answers in', 'number'], ['At once', 'number']];

/* Those at work, and those that are asked slower than is usual. */
const KINDS = {
    work: ['At work', ({ active, wanted }) => active > 0 || wanted],
    slow: ['Paused or slowed down', ({ why }) => why === 'backoff' || why === 'latency'],
};

/* By name, so that rows stay where they are while hosts come and go. */
function chosen(hosts, { text = '', show }) {
    const fits = KINDS[show]?.[1] ?? (() => true);
    return hosts.filter((host) => host.host.includes(text.toLowerCase()) && fits(host)).sort((a, b) => a.host.localeCompare(b.host));
}

function nextWords({ next_at: at, wanted, active }) {
    const wait = at ? new Date(at) - Date.now() : 0;
    if (wait > 0) return `in ${milliseconds(wait)}`;
    return wanted ? 'now' : active ? 'under way' : '–';
}

function hostRow(host, onRule) {
    const [delay, why, next, latency, usual, active, address] = Array.from({ length: 7 }, () => h('span'));
    for (const note of [why, usual, address]) note.classList.add('cell-note');
    const node = row({ 'data-host': host.host },
        rowHead(null, h('span', { class: 'url' }, foreign(host.host)), address,
            h('button', { type: 'button', class: 'link-button', on: { click: () => onRule(host.host) } }, 'Set a rule', h('span', { class: 'unseen' }, ` for ${host.host}`))),
        cell('Delay', null, delay, why), cell('Next request', { class: 'number' }, next),
        cell('Answers in', { class: 'number' }, latency, usual), cell('At once', { class: 'number' }, active));
    return {
        node,
        update(now) {
            node.dataset.why = now.why;
            setText(address, [now.address, now.own ? 'one of your own' : ''].filter(Boolean).join(' · '));
            setText(delay, now.delay_ms ? milliseconds(now.delay_ms) : 'none');
            setText(why, now.why === 'backoff' && now.backoff_ms ? `${PACES.backoff} (${milliseconds(now.backoff_ms)})` : PACES[now.why] ?? now.why);
            setText(next, nextWords(now));
            setText(latency, now.latency_ms ? milliseconds(now.latency_ms) : '–');
            setText(usual, now.usual_latency_ms ? `usually ${milliseconds(now.usual_latency_ms)}` : '');
            setText(active, `${count(now.active)} of ${count(now.connections)}`);
        },
    };
}

function ledger(ctx, onRule) {
    const { node: rows, body } = table('Hosts', HEADS, { class: 'pages hosts' });
    const message = h('div');
    const status = h('p', { class: 'listing-status' });
    const text = search('text', 'Host', 'Part of its name');
    const kind = select('show', 'Show', [['', 'All hosts'], ...Object.entries(KINDS).map(([name, [label]]) => [name, label])]);
    let { query } = ctx;
    let known = [];
    const form = filterForm('Filter hosts', [text, kind], (set) => go(ctx.path, set, { replace: true }));
    form.set(query);

    function show(all) {
        const items = chosen(all, query);
        keyed(body, items, ({ host }) => host, (host) => hostRow(host, onRule));
        rows.hidden = items.length === 0;
        setText(status, all.length < LIMIT ? `${plural(items.length, 'host')}` : `${plural(items.length, 'host')} of the first ${count(LIMIT)}, those at work before others`);
        if (items.length) message.replaceChildren();
        else if (!message.querySelector('.empty')) {
            message.replaceChildren(all.length ? emptyState('No host matches', 'Widen the filters to see more.')
                : emptyState('No hosts yet', 'Each host that a crawl asks is listed here, with its pace.'));
        }
    }

    async function refresh() {
        try {
            ({ items: known } = await api.listLedger({ limit: LIMIT }, ctx.signal));
            show(known);
        } catch (error) {
            if (error.name === 'AbortError') return null;
            if (!message.querySelector('.notice')) message.replaceChildren(errorBox(error));
        }
        return EVERY_MS;
    }

    poll(ctx.signal, refresh);
    return {
        node: h('section', { 'aria-labelledby': 'ledger-title' }, h('div', { class: 'part-head' }, h('h2', { id: 'ledger-title' }, 'How hosts are asked'),
            h('p', { class: 'quiet' }, 'One politeness for each host, whatever jobs ask it.')), form.node, message, rows, status),
        follow(next) {
            query = next;
            form.set(query);
            message.replaceChildren();
            show(known);
        },
    };
}

export async function hostsView(ctx) {
    ctx.setTitle('Hosts');
    const rules = hostRules(ctx);
    const hosts = ledger(ctx, rules.edit);
    ctx.root.append(h('h1', { tabindex: '-1' }, 'Hosts'), h('div', { class: 'split hosts-split' }, hosts.node, rules.node));
    await rules.load();
    return { update: hosts.follow };
}
