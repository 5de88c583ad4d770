/* diff: what changed on the site since an older crawl of it: how much of each kind, which findings rose,
 * and the changes of one kind. Both jobs and the kind are in the address.
 */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { count, dateTime, shortUrl } from '../format.js';
import { ALT_STATES, DIFF_KINDS, jobTitle } from '../names.js';
import { listing } from '../parts/listing.js';
import { emptyState, errorBox } from '../parts/notice.js';
import { loadRules, ruleOf, severityTag } from '../parts/rules.js';
import { cell, row, rowHead, table } from '../parts/table.js';
import { go, href } from '../router.js';
import { jobFrame } from './job_frame.js';

const PAGE = 100;
const JOBS = 100;

const seedsOf = (job) => JSON.stringify([...(job.settings?.seeds ?? [])].sort());

/* Older jobs that start where this one does. */
async function olderJobs(job, signal) {
    const { items } = await api.listJobs({ limit: JOBS }, signal);
    return items.filter((other) => other.id < job.id && seedsOf(other) === seedsOf(job));
}

function jobPicker(jobs, chosen, pick) {
    const known = !chosen || jobs.some(({ id }) => String(id) === chosen);
    const control = h('select', { id: 'diff-against', on: { change: () => pick(control.value) } },
        h('option', { value: '' }, 'Choose an older crawl'), known ? null : h('option', { value: chosen }, `Job ${chosen}`),
        jobs.map((other) => h('option', { value: other.id }, `Job ${other.id}, ${dateTime(other.created_at)}`)));
    control.value = chosen;
    return h('div', { class: 'field diff-picker' }, h('label', { for: control.id }, 'Compare with'), control);
}

function caveats({ older, newer, findings_compared: compared }) {
    const notes = [
        older.complete ? null : 'The older crawl did not come to its end: what seems new may only have been missed then.',
        newer.complete ? null : 'This crawl has not come to its end: what seems gone may only not have been visited.',
        compared ? null : 'Findings are not compared, as one of the crawls was not checked for them.',
    ].filter(Boolean);
    return notes.length ? h('ul', { class: 'notice notice-warn notes', role: 'list', 'aria-label': 'Notes' }, notes.map((note) => h('li', null, note))) : null;
}

function kindTable(path, query, { kinds }) {
    const { node, body } = table('Changes by kind', ['Change', ['Number', 'number'], ['Not visited by the other', 'number']], { class: 'pages diff-kinds' });
    for (const [kind, { label, hint }] of Object.entries(DIFF_KINDS)) {
        const { count: number = 0, not_crawled: missed = 0 } = kinds[kind] ?? {};
        const link = h('a', { href: href(path, { ...query, kind }), 'aria-current': query.kind === kind ? 'true' : null }, label);
        body.append(row({ 'data-kind': kind }, rowHead(null, number || missed ? link : label, h('span', { class: 'cell-note' }, hint)),
            cell('Number', { class: 'number' }, count(number)), cell('Not visited by the other', { class: 'number' }, count(missed))));
    }
    return node;
}

function ruleTable({ rules }) {
    const moved = rules.filter((rule) => rule.new || rule.gone);
    if (!moved.length) return null;
    const { node, body } = table('Findings by rule', ['Rule', ['New', 'number'], ['Gone', 'number']], { class: 'pages diff-rules' });
    body.append(...moved.map((rule) => row({ 'data-rule': rule.rule }, rowHead(null, severityTag(rule.severity), ' ', rule.title, rule.rose ? h('span', { class: 'cell-note diff-rose' }, 'rose') : null),
        cell('New', { class: 'number' }, count(rule.new)), cell('Gone', { class: 'number' }, count(rule.gone)))));
    return h('section', { class: 'diff-part', 'aria-labelledby': 'diff-rules-title' }, h('h3', { id: 'diff-rules-title' }, 'Findings by rule'), node);
}

function side(label, text, state) {
    if (text === null && !state) return null;
    const words = state && state !== 'text' ? ALT_STATES[state]?.long ?? state : null;
    return h('div', null, h('dt', null, label), h('dd', null, words ?? foreign(text ?? '')));
}

function changeItem(change, rules) {
    const url = change.url ?? change.page_url;
    return h('li', { class: 'occurrence', 'data-kind': change.kind },
        h('p', null, change.rule ? [severityTag(change.severity), ' ', ruleOf(rules, change.rule).title, ' '] : null,
            url ? h('a', { class: 'url', href: url, target: '_blank', rel: 'noopener noreferrer' }, foreign(shortUrl(url)), h('span', { class: 'unseen' }, ' (opens in a new tab)')) : null),
        change.page_url && change.page_url !== url ? h('p', { class: 'quiet' }, 'on ', h('span', { class: 'url' }, foreign(shortUrl(change.page_url)))) : null,
        h('dl', { class: 'facts-line' }, side('Before', change.before, change.before_state), side('After', change.after, change.after_state),
            change.place ? h('div', null, h('dt', null, 'Place'), h('dd', null, h('code', null, foreign(change.place)))) : null),
        change.not_crawled ? h('p', { class: 'quiet' }, 'The other crawl did not visit this page.') : null);
}

function changesPart(ctx, jobId, query, rules) {
    const items = h('ol', { class: 'occurrences', role: 'list' });
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['change', 'changes'], body: items,
        load: (cursor, signal) => api.diff(jobId, { against: query.against, kind: query.kind, limit: PAGE, cursor }, signal),
        add: (found) => items.append(...found.map((change) => changeItem(change, rules))),
        clear: () => items.replaceChildren(),
        empty: () => emptyState('No change of that kind', 'Choose another one above.'),
    });
    list.reload();
    const { label } = DIFF_KINDS[query.kind] ?? { label: query.kind };
    return h('section', { class: 'diff-part', 'aria-labelledby': 'diff-list-title' }, h('h3', { id: 'diff-list-title', tabindex: '-1' }, label), list.node);
}

export async function diffView(ctx) {
    const [frame, rules] = await Promise.all([jobFrame(ctx, 'diff'), loadRules()]);
    const { job } = frame;
    const { path } = ctx;
    const older = await olderJobs(job, ctx.signal);
    const head = h('div', { class: 'part-head' }, h('h2', null, 'What changed'), h('p', { class: 'quiet' }, 'Since an older crawl that starts at the same addresses.'));
    const picker = h('div');
    const summary = h('div');
    const changes = h('div');
    let against = null;
    ctx.setTitle('Changes', jobTitle(job));
    frame.content.append(head, picker, summary, changes);

    function showSummary(query, diff) {
        summary.replaceChildren(...[
            caveats(diff),
            h('p', { class: 'diff-verdict' }, diff.findings_compared ? diff.findings_rose ? 'There are more errors or warnings than before.' : 'No rule has more errors or warnings than before.' : '',
                h('span', { class: 'quiet' }, ` ${count(diff.pages)} pages are in both crawls.`)),
            kindTable(path, query, diff), ruleTable(diff),
        ].filter(Boolean));
    }

    async function follow(query) {
        const chosen = query.against ?? '';
        if (chosen !== against) picker.replaceChildren(jobPicker(older, chosen, (id) => go(path, { against: id })));
        against = chosen;
        changes.replaceChildren();
        if (!chosen) {
            summary.replaceChildren(older.length ? '' : emptyState('Nothing to compare with', 'No older crawl starts at the same addresses.',
                h('a', { class: 'button', href: href('/', { from: job.id }) }, 'Crawl again …')));
            return;
        }
        try {
            showSummary(query, await api.diff(job.id, { against: chosen }, ctx.signal));
        } catch (error) {
            if (error.name !== 'AbortError') summary.replaceChildren(errorBox(error, () => follow(query)));
            return;
        }
        if (query.kind) {
            changes.replaceChildren(changesPart(ctx, job.id, query, rules));
            changes.querySelector('h3').focus();
        }
    }

    await follow(ctx.query);
    return { update: follow };
}
