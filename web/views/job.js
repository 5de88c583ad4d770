/* job: one job at a glance: how far it is, what came of every URL it knows, how its images are described,
 * and where to take the results from.
 */

import { api } from '../api.js';
import { foreign, h, keyed, setText } from '../dom.js';
import { bytes, count, duration, isoTime, percent, plural, rate, timeOfDay } from '../format.js';
import { ALT_STATES, isActive, isFinal, jobTitle, outcomeLabel, outcomeText, SEVERITIES } from '../names.js';
import { icon } from '../parts/icons.js';
import { indexProgress } from '../parts/index_progress.js';
import { emptyState } from '../parts/notice.js';
import { loadRules, ruleOf, severityTag } from '../parts/rules.js';
import { countsBar, partsOf } from '../parts/state.js';
import { whyForm } from '../parts/why_form.js';
import { href } from '../router.js';
import { jobFrame } from './job_frame.js';
import { settingsCard } from './job_settings.js';

function card(id, title, ...children) {
    return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), children);
}

function speedText(job) {
    const parts = [];
    if (job.state === 'running' && job.pages_per_second) parts.push(rate(job.pages_per_second));
    if (job.state === 'running' && job.remaining_seconds >= 1) parts.push(`about ${duration(job.remaining_seconds)} left`);
    if (job.active_seconds) parts.push(`${duration(job.active_seconds)} of crawling`);
    if (job.counts.body_bytes) parts.push(`${bytes(job.counts.body_bytes)} of HTML`);
    return parts.join(' · ') || (isActive(job.state) ? 'Waiting for its turn' : 'Nothing fetched');
}

/* done + … = known, in words and numbers; says so if it should ever not add up. */
function sumLine() {
    const sum = h('b', { class: 'sum-known' });
    const note = h('span', { class: 'sum-note' });
    const list = h('ul', { class: 'sum', role: 'list', 'aria-label': 'How the counts add up' });
    const make = ({ name, label }) => {
        const value = h('b');
        const node = h('li', { class: `sum-${name}` }, h('span', { class: `swatch bar-${name}`, 'aria-hidden': 'true' }), value, ` ${label.toLowerCase()}`);
        return { node, update: (part) => setText(value, count(part.value)) };
    };
    return {
        node: h('div', { class: 'sum-line' }, list, h('p', { class: 'sum-total' }, '= ', sum, ' known', note)),
        update({ counts }) {
            const parts = partsOf(counts);
            keyed(list, parts, (part) => part.name, make);
            setText(sum, count(counts.known));
            const total = parts.reduce((all, { value }) => all + value, 0);
            setText(note, total === counts.known ? '' : ` (the parts make ${count(total)}: please report this)`);
        },
    };
}

function assetText(words, { known, done, failed, skipped }) {
    const rest = [failed ? `${count(failed)} failed` : null, skipped ? `${count(skipped)} skipped` : null].filter(Boolean);
    return `${words}: ${count(done)} of ${count(known)}${rest.length ? ` (${rest.join(', ')})` : ''}`;
}

/* What was asked for beside the pages. */
function assetsText({ probes, style_sheets: sheets }) {
    return [probes?.known ? assetText('Images asked for', probes) : null, sheets?.known ? assetText('Style sheets read', sheets) : null]
        .filter(Boolean).join(' · ');
}

function progressCard() {
    const bar = countsBar();
    const sum = sumLine();
    const speed = h('p', { class: 'quiet' });
    const assets = h('p', { class: 'quiet assets' });
    return {
        node: card('progress-title', 'Progress', bar.node, sum.node, speed, assets),
        update(job) {
            bar.update(job);
            sum.update(job);
            setText(speed, speedText(job));
            setText(assets, assetsText(job.counts));
            assets.hidden = assets.textContent === '';
        },
    };
}

function altCard(job) {
    const total = h('a', { href: href(`/jobs/${job.id}/places`) });
    const tiles = Object.entries(ALT_STATES).map(([state, { label, hint }]) => {
        const number = h('span', { class: 'alt-number' });
        const share = h('span', { class: 'alt-share' });
        const node = h('li', { class: `alt-tile alt-tile-${state}` },
            h('a', { href: href(`/jobs/${job.id}/images`, { alt_state: state }) },
                h('span', { class: 'alt-name' }, icon(state), label), number, share),
            h('p', { class: 'alt-hint' }, hint));
        return { state, node, number, share };
    });
    return {
        node: card('alt-title', 'Alt texts', h('ul', { class: 'alt-tiles', role: 'list' }, tiles.map(({ node }) => node)), h('p', { class: 'quiet' }, total)),
        update({ counts }) {
            for (const { state, node, number, share } of tiles) {
                const value = counts.alt?.[state] ?? 0;
                setText(number, count(value));
                setText(share, percent(value, counts.occurrences));
                node.classList.toggle('is-zero', value === 0);
                node.hidden = state === 'not_applicable' && value === 0;
            }
            setText(total, `${plural(counts.images, 'image')} in ${plural(counts.occurrences, 'place')}`);
        },
    };
}

/* How often each rule found something, worst first. */
function verdictsCard(job) {
    const list = h('ul', { class: 'rule-counts', role: 'list' });
    const none = h('p', { class: 'quiet' });
    const progress = indexProgress();
    const order = Object.keys(SEVERITIES);
    let rules = new Map();
    let latest = null;
    const make = ({ rule }) => {
        const value = h('span', { class: 'number' });
        const node = h('li', { 'data-rule': rule.name }, severityTag(rule.severity), h('a', { href: href(`/jobs/${job.id}/findings`, { rule: rule.name }) }, rule.title), value);
        return { node, update: (item) => setText(value, count(item.value)) };
    };
    function update(now) {
        latest = now;
        const items = Object.entries(now.counts.verdicts ?? {}).map(([name, value]) => ({ rule: ruleOf(rules, name), value }))
            .filter(({ value }) => value > 0)
            .sort((a, b) => order.indexOf(a.rule.severity) - order.indexOf(b.rule.severity) || b.value - a.value);
        keyed(list, items, ({ rule }) => `${rule.name} ${rule.title}`, make);
        none.hidden = items.length > 0;
        setText(none, isActive(now.state) ? 'Nothing so far' : 'The rules found nothing');
        progress.update(now);
    }
    loadRules().then((found) => {
        rules = found;
        if (latest) update(latest);
    });
    return { node: card('verdicts-title', 'Findings', progress.node, list, none), update };
}

/* One row a reason, with a link to its pages. */
function reasonRow(jobId, state) {
    return ({ name }) => {
        const value = h('td', { class: 'number' });
        const link = h('a', { href: href(`/jobs/${jobId}/pages`, { state, outcome: name }) }, outcomeLabel(name));
        const node = h('tr', null, h('th', { scope: 'row' }, link, h('span', { class: 'reason-text' }, outcomeText(name))), value);
        return { node, update: (row) => setText(value, count(row.value)) };
    };
}

function reasonGroup(jobId, state, title, member) {
    const sum = h('td', { class: 'number' });
    const head = h('tr', { class: `reason-head reason-${state}` },
        h('th', { scope: 'rowgroup' }, h('span', { class: `swatch bar-${state}`, 'aria-hidden': 'true' }),
            h('a', { href: href(`/jobs/${jobId}/pages`, { state }) }, title)), sum);
    const rows = h('tbody');
    const make = reasonRow(jobId, state);
    return {
        nodes: [h('tbody', null, head), rows],
        update({ counts }) {
            setText(sum, count(counts[state]));
            const reasons = Object.entries(counts[member] ?? {}).filter(([, value]) => value > 0)
                .map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
            keyed(rows, reasons, (reason) => reason.name, make);
        },
    };
}

function reasonsCard(job) {
    const groups = [['done', 'Done', 'done_by_outcome'], ['failed', 'Failed', 'failed_by_reason'], ['skipped', 'Skipped', 'skipped_by_reason']]
        .map(([state, title, member]) => reasonGroup(job.id, state, title, member));
    return {
        node: card('reasons-title', 'What came of each URL', h('table', { class: 'reasons' },
            h('thead', { class: 'unseen' }, h('tr', null, h('th', { scope: 'col' }, 'Reason'), h('th', { scope: 'col' }, 'URLs'))),
            groups.map(({ nodes }) => nodes)), whyForm(job.id).node),
        update: (now) => groups.forEach((group) => group.update(now)),
    };
}

function exportCard(job) {
    const changes = h('a', { class: 'button', href: href('/', { from: job.id, repeat: 'yes' }), title: 'Pages that have not changed since are not fetched anew' },
        icon('again'), 'Crawl what changed …');
    const link = (kind, label) => h('a', { class: 'button', href: api.exportPath(job.id, kind), download: `job-${job.id}.${kind}` }, icon('download'), label);
    const report = (format, label, props) => h('a', { class: 'button', href: api.reportPath(job.id, format), ...props }, icon(format === 'html' ? 'external' : 'download'), label);
    return {
        node: card('export-title', 'Take the results with you',
            h('p', { class: 'quiet' }, 'One row for each place where an image stands: page, URL, alt, position. Also while the crawl runs.'),
            h('p', { class: 'button-row' }, link('csv', 'CSV'), link('jsonl', 'JSON lines'), link('parquet', 'Parquet'), link('sqlite', 'SQLite'),
                report('html', ['Report', h('span', { class: 'unseen' }, ' (opens in a new tab)')], { target: '_blank', rel: 'noopener' }),
                report('sarif', 'SARIF', { download: `job-${job.id}.sarif` }), report('junit', 'JUnit', { download: `job-${job.id}.xml` })),
            h('p', { class: 'button-row' }, h('a', { class: 'button', href: href('/', { from: job.id }) }, icon('again'), 'Crawl again …'), changes)),
        update: ({ state }) => { changes.hidden = !isFinal(state); },
    };
}

/* The history is asked for again when the state changes. */
function historyCard(ctx, job) {
    const list = h('ol', { class: 'history', role: 'list', tabindex: '0', 'aria-labelledby': 'history-title' });
    const node = card('history-title', 'History', list);
    let seen = null;
    async function load() {
        try {
            const { items } = await api.listEvents(job.id, ctx.signal);
            node.hidden = items.length === 0;
            list.replaceChildren(...items.map((event) => h('li', null,
                h('time', { datetime: isoTime(event.at) }, timeOfDay(event.at)), foreign(event.text ?? event.kind))));
        } catch (error) {
            if (error.name !== 'AbortError') node.hidden = true;
        }
    }
    return {
        node,
        update({ state }) {
            if (state !== seen) load();
            seen = state;
        },
    };
}

/* What the job says of itself that lessens what it found, such as a site whose pace was too slow. */
function notesBox() {
    const list = h('ul', { class: 'notes', role: 'list' });
    const node = h('section', { class: 'notice notice-warn', 'aria-label': 'Notes', hidden: true }, list);
    const make = () => {
        const text = foreign('');
        return { node: h('li', null, text), update: (note) => setText(text, note.detail) };
    };
    return {
        node,
        update({ notes = [] }) {
            node.hidden = notes.length === 0;
            keyed(list, notes, ({ code, detail }) => `${code} ${detail}`, make);
        },
    };
}

/* For a job that has ended without one image: why that may be, and what to try. */
function adviceBox(job) {
    const node = h('div', { hidden: true });
    return {
        node,
        update(now) {
            node.hidden = isActive(now.state) || now.counts.images > 0;
            if (node.hidden || node.hasChildNodes()) return;
            node.append(emptyState('No images found',
                'The reasons below say what came of each URL. Often the scope is too narrow, robots.txt says no, or the pages build their images by script.',
                h('a', { class: 'button', href: href('/', { from: job.id }) }, 'Try other settings')));
        },
    };
}

export async function jobView(ctx) {
    const frame = await jobFrame(ctx, 'job');
    const { job } = frame;
    ctx.setTitle(jobTitle(job));
    const [notes, advice, progress, alts] = [notesBox(), adviceBox(job), progressCard(), altCard(job)];
    const [verdicts, reasons] = [verdictsCard(job), reasonsCard(job)];
    const [exports, settings, history] = [exportCard(job), settingsCard(ctx, job, (now) => frame.update(now)), historyCard(ctx, job)];
    const parts = [notes, advice, progress, alts, verdicts, reasons, exports, settings, history];
    frame.content.append(h('div', { class: 'job-grid' },
        h('div', { class: 'job-main' }, notes.node, advice.node, progress.node, alts.node, verdicts.node, reasons.node),
        h('div', { class: 'job-side' }, exports.node, settings.node, history.node)));
    frame.onUpdate((now) => {
        for (const part of parts) part.update(now);
    });
}
