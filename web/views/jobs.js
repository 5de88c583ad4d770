/* jobs: the list of jobs with live progress, and the form that starts one. "from" in the query names a
 * job whose settings the form starts with; with "repeat", what has not changed since is not fetched anew.
 */

import { api } from '../api.js';
import { foreign, h, keyed, setText } from '../dom.js';
import { count, dateTime, duration, plural, rate, shortUrl } from '../format.js';
import { isActive, jobTitle } from '../names.js';
import { emptyState, errorBox } from '../parts/notice.js';
import { poll } from '../parts/poll.js';
import { countsBar, stateBadge } from '../parts/state.js';
import { href } from '../router.js';
import { estimatePanel } from './estimate.js';
import { EXAMPLE, startForm } from './start_form.js';

const PAGE = 25;
const ACTIVE_MS = 1000;
const QUIET_MS = 5000;

function seedLine({ settings }) {
    const seeds = settings?.seeds ?? [];
    const rest = seeds.length > 1 ? ` and ${count(seeds.length - 1)} more` : '';
    return shortUrl(seeds[0]) + rest;
}

function speedLine(job) {
    if (job.state !== 'running') return dateTime(job.finished_at ?? job.created_at);
    const parts = [job.pages_per_second ? rate(job.pages_per_second) : 'starting'];
    if (job.remaining_seconds >= 1) parts.push(`about ${duration(job.remaining_seconds)} left`);
    return parts.join(', ');
}

function jobRow(job) {
    const badge = stateBadge();
    const bar = countsBar();
    const [pages, images, missing, speed] = [1, 2, 3, 4].map(() => h('span'));
    const missingItem = h('li', { class: 'job-missing' }, missing);
    const node = h('li', { class: 'job', 'data-job': job.id },
        h('div', { class: 'job-head' },
            h('a', { class: 'job-name', href: href(`/jobs/${job.id}`) }, foreign(jobTitle(job))), badge.node),
        h('p', { class: 'url' }, foreign(seedLine(job))),
        bar.node,
        h('ul', { class: 'job-facts' }, h('li', null, pages), h('li', null, images), missingItem, h('li', { class: 'job-speed' }, speed)));
    return {
        node,
        update(now) {
            badge.update(now);
            bar.update(now);
            const { counts } = now;
            setText(pages, `${count(counts.done)} of ${plural(counts.known, 'URL')} done`);
            setText(images, plural(counts.images, 'image'));
            setText(missing, `${count(counts.alt?.missing)} alt missing`);
            missingItem.classList.toggle('is-bad', counts.alt?.missing > 0);
            setText(speed, speedLine(now));
        },
    };
}

function jobList(ctx, onExample) {
    const body = h('ol', { class: 'jobs', role: 'list' });
    const message = h('div');
    const more = h('button', { type: 'button', class: 'button', hidden: true, on: { click: loadOlder } }, 'More jobs');
    let older = [];
    let newest = [];
    let cursor; /* undefined until the first answer */

    function show() {
        const seen = new Set(newest.map((job) => job.id));
        keyed(body, [...newest, ...older.filter((job) => !seen.has(job.id))], (job) => job.id, jobRow);
        body.hidden = body.childElementCount === 0;
        more.hidden = !cursor;
    }

    function showEmpty() {
        if (message.querySelector('.empty')) return;
        message.replaceChildren(emptyState('No jobs yet',
            'Give an address, and imgcrawl visits its pages politely and lists every image with its alt text. '
            + 'Or begin with a small demonstration site by the W3C that is inaccessible on purpose.',
            h('button', { type: 'button', class: 'button', on: { click: onExample } }, 'Fill in the example')));
    }

    async function loadOlder() {
        try {
            const page = await api.listJobs({ limit: PAGE, cursor }, ctx.signal);
            older = [...older, ...page.items];
            cursor = page.next;
            show();
            ctx.announce(`${plural(body.childElementCount, 'job')} shown`);
        } catch (error) {
            if (error.name !== 'AbortError') message.replaceChildren(errorBox(error));
        }
    }

    poll(ctx.signal, async () => {
        try {
            const page = await api.listJobs({ limit: PAGE }, ctx.signal);
            newest = page.items;
            if (cursor === undefined) cursor = page.next;
            show();
            if (body.childElementCount === 0) showEmpty();
            else message.replaceChildren();
        } catch (error) {
            if (error.name === 'AbortError') return null;
            if (!message.querySelector('.notice')) message.replaceChildren(errorBox(error));
        }
        return newest.some((job) => isActive(job.state)) ? ACTIVE_MS : QUIET_MS;
    });
    return h('section', { class: 'job-list', 'aria-labelledby': 'jobs-title' },
        h('h2', { id: 'jobs-title' }, 'All jobs'), message, body, more);
}

export async function jobsView(ctx) {
    ctx.setTitle('Jobs');
    const panel = estimatePanel(ctx);
    const form = startForm(ctx, { onEstimate: panel.show, onEdit: panel.outdated });
    ctx.root.append(h('h1', { tabindex: '-1', class: 'unseen' }, 'Jobs'),
        h('div', { class: 'split' }, form.node, h('div', { class: 'split-main' }, panel.node, jobList(ctx, () => form.fill(EXAMPLE)))));
    if (ctx.query.from) {
        const job = await api.getJob(ctx.query.from, ctx.signal);
        form.fill(ctx.query.repeat ? { ...job.settings, repeat_of: job.id } : job.settings);
    }
}
