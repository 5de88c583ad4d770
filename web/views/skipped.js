/* skipped: what a job knows of and did not fetch, by reason, with examples; and the traps it met. */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { count, percent, plural, shortUrl } from '../format.js';
import { isActive, jobTitle, outcomeLabel, outcomeText } from '../names.js';
import { icon } from '../parts/icons.js';
import { emptyState, errorBox } from '../parts/notice.js';
import { cell, row, rowHead, table } from '../parts/table.js';
import { whyForm } from '../parts/why_form.js';
import { href } from '../router.js';
import { jobFrame } from './job_frame.js';
import { trapsCard } from './traps.js';

function example(jobId, { url, detail }) {
    return h('li', null,
        h('a', { class: 'url', href: href(`/jobs/${jobId}/why`, { url }) }, foreign(shortUrl(url)), h('span', { class: 'unseen' }, ' why?')),
        detail ? h('span', { class: 'quiet' }, foreign(detail)) : null);
}

function reasonRow(jobId, { reason, text, count: number, examples }, skipped) {
    return row({ 'data-reason': reason },
        rowHead(null, h('span', { class: 'skip-name' }, outcomeLabel(reason)), h('span', { class: 'skip-text' }, outcomeText(reason) || text)),
        cell('URLs', { class: 'number' }, h('a', {
            class: 'skip-count', href: href(`/jobs/${jobId}/pages`, { state: 'skipped', outcome: reason }),
            'aria-label': `${plural(number, 'URL')}: ${outcomeLabel(reason)}, see all`,
        }, count(number))),
        cell('Share', { class: 'number' }, percent(number, skipped)),
        cell('Such as', { class: 'skip-examples' }, h('ul', { role: 'list' }, examples.map((one) => example(jobId, one)))));
}

function makeTable(jobId, { items, skipped }) {
    const { node, body } = table('Skipped URLs by reason', ['Reason', ['URLs', 'number'], ['Share', 'number'], 'Such as'], { class: 'pages skips' });
    body.append(...[...items].sort((a, b) => b.count - a.count).map((item) => reasonRow(jobId, item, skipped)));
    return node;
}

function summaryLine({ skipped, known }) {
    return `${count(skipped)} of ${plural(known, 'known URL')} (${percent(skipped, known)}) were not fetched.`;
}

/* onFresh() hears that it is counted again. */
function reasonsPart(ctx, frame, onFresh) {
    const { job } = frame;
    const summary = h('p', { class: 'quiet' });
    const body = h('div', { 'aria-busy': 'true' });
    const fresh = h('button', { type: 'button', class: 'button button-small', on: { click: () => { load(); onFresh(); } } }, icon('again'), 'Count again');

    async function load() {
        body.setAttribute('aria-busy', 'true');
        try {
            const found = await api.listSkipped(job.id, ctx.signal);
            summary.textContent = found.skipped ? summaryLine(found) : '';
            body.replaceChildren(found.items.length ? makeTable(job.id, found) : emptyState('Nothing was skipped',
                isActive(frame.job.state) ? 'So far each URL that was found belongs to the crawl.' : 'Each URL that was found was fetched, or tried.'));
        } catch (error) {
            if (error.name === 'AbortError') return;
            body.replaceChildren(errorBox(error, load));
        }
        body.setAttribute('aria-busy', 'false');
    }

    frame.onUpdate((now) => { fresh.hidden = !isActive(now.state); });
    return { node: h('section', { class: 'skipped', 'aria-labelledby': 'skipped-title' },
        h('div', { class: 'part-head' }, h('h2', { id: 'skipped-title' }, 'Skipped, by reason'), summary, fresh), body), load };
}

export async function skippedView(ctx) {
    const frame = await jobFrame(ctx, 'skipped');
    const reasons = reasonsPart(ctx, frame, () => traps.load());
    const traps = trapsCard(ctx, frame, { chosen: ctx.query.trap, onRelease: reasons.load });
    ctx.setTitle('Skipped', jobTitle(frame.job));
    frame.content.append(whyForm(frame.job.id).node, reasons.node, traps.node);
    reasons.load();
}
