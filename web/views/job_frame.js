/* job_frame: what all views of one job share: its name and state, what can be done with it, and the tabs.
 * It asks for the job again while that moves, and tells the view below.
 */

import { api } from '../api.js';
import { foreign, h, keyed, setText } from '../dom.js';
import { count } from '../format.js';
import { isActive, isFinal, jobReason, jobTitle, STATES } from '../names.js';
import { confirm } from '../parts/confirm.js';
import { icon } from '../parts/icons.js';
import { errorBox } from '../parts/notice.js';
import { poll } from '../parts/poll.js';
import { stateBadge } from '../parts/state.js';
import { go, href } from '../router.js';

const ACTIVE_MS = 1000;
const QUIET_MS = 4000;

const ACTIONS = {
    pause: { label: 'Pause', said: 'Paused' },
    resume: { label: 'Resume', said: 'Resumed' },
    stop: { label: 'Stop', said: 'Stopping' },
    cancel: {
        label: 'Cancel', said: 'Cancelled',
        question: { title: 'Cancel this job?', text: 'It cannot be resumed then. What it has found so far is kept.', action: 'Cancel the job' },
    },
    remove: {
        label: 'Delete', said: 'Deleted',
        question: { title: 'Delete this job?', text: 'Its pages, images and history are deleted with it. This cannot be undone.', action: 'Delete the job' },
    },
};

function tabs(job, active) {
    const number = (value) => h('span', { class: 'tab-count' }, count(value));
    const [images, pages, skipped] = [number(), number(), number()];
    const tab = (name, path, label, extra) => h('li', null, h('a', {
        href: href(path), 'aria-current': name === active ? 'page' : null,
    }, label, extra));
    return {
        node: h('nav', { class: 'tabs', 'aria-label': 'This job' }, h('ul', { role: 'list' },
            tab('job', `/jobs/${job.id}`, 'Overview'),
            tab('images', `/jobs/${job.id}/images`, 'Images', images),
            tab('findings', `/jobs/${job.id}/findings`, 'Findings'),
            tab('pages', `/jobs/${job.id}/pages`, 'Pages', pages),
            tab('skipped', `/jobs/${job.id}/skipped`, 'Skipped', skipped),
            tab('sitemaps', `/jobs/${job.id}/sitemaps`, 'Sitemaps'),
            tab('diff', `/jobs/${job.id}/diff`, 'Changes'),
            tab('why', `/jobs/${job.id}/why`, 'Why?'))),
        update({ counts }) {
            setText(images, count(counts.images));
            setText(pages, count(counts.known));
            setText(skipped, count(counts.skipped));
        },
    };
}

/* The buttons that make sense in the job's state; `act(name)` does it. */
function actionBar(act) {
    const node = h('div', { class: 'actions' });
    const make = (name) => ({
        node: h('button', { type: 'button', class: 'button', 'data-action': name, on: { click: () => act(name) } },
            icon(name), ACTIONS[name].label),
        update() {},
    });
    return {
        node,
        update(job) {
            const had = node.contains(document.activeElement);
            const names = [...(job.allowed_actions ?? [])];
            if (!isActive(job.state)) names.push('remove');
            keyed(node, names, (name) => name, make);
            if (had && !node.contains(document.activeElement)) node.firstElementChild?.focus();
        },
    };
}

/* Milliseconds until it is worth asking again. */
function restOf({ state, index }) {
    if (isActive(state) || index?.state === 'building') return ACTIVE_MS;
    return isFinal(state) ? QUIET_MS * 4 : QUIET_MS;
}

async function perform(job, name, signal) {
    if (name !== 'remove') return api.act(job.id, name, signal);
    await api.deleteJob(job.id, signal);
    go('/');
    return null;
}

/* Builds the frame in ctx.root and gives { job, content, onUpdate(fn) }; update(job) shows a newer one. */
export async function jobFrame(ctx, activeTab, { heading = true } = {}) {
    let job = await api.getJob(ctx.params[0], ctx.signal);
    const listeners = [];
    const badge = stateBadge();
    const tabBar = tabs(job, activeTab);
    const bar = actionBar(act);
    const title = foreign(jobTitle(job));
    const reason = h('span', { class: 'job-reason' });
    const message = h('div');
    const content = h('div', { class: 'job-content' });

    function update(next) {
        if (next.state !== job.state) ctx.announce(`The job is now ${(STATES[next.state] ?? next.state).toLowerCase()}`);
        job = next;
        for (const part of [badge, tabBar, bar]) part.update(job);
        setText(title, jobTitle(job));
        setText(reason, jobReason(job));
        for (const listener of listeners) listener(job);
    }

    async function act(name) {
        const { question, said } = ACTIONS[name];
        if (question && !(await confirm(question))) return;
        message.replaceChildren();
        try {
            const next = await perform(job, name, ctx.signal);
            ctx.announce(said);
            if (next) update(next);
        } catch (error) {
            if (error.name === 'AbortError') return;
            message.replaceChildren(errorBox(error));
            if (error.status === 409) update(await api.getJob(job.id, ctx.signal));
        }
    }

    async function refresh() {
        try {
            update(await api.getJob(job.id, ctx.signal));
            if (message.dataset.lost) message.replaceChildren();
            delete message.dataset.lost;
        } catch (error) {
            if (error.name === 'AbortError') return null;
            message.replaceChildren(errorBox(error));
            message.dataset.lost = 'yes';
            if (error.status === 404) return null;
        }
        return restOf(job);
    }

    ctx.root.append(
        h('header', { class: 'job-frame' },
            h('p', { class: 'crumbs' }, h('a', { href: '#/' }, 'Jobs'), h('span', { 'aria-hidden': 'true' }, ' / '), `Job ${job.id}`),
            h('div', { class: 'job-title' }, heading ? h('h1', { tabindex: '-1' }, title) : h('p', { class: 'h1' }, title), bar.node),
            h('p', { class: 'job-state' }, badge.node, reason), message, tabBar.node),
        content);
    update(job);
    poll(ctx.signal, async () => {
        if (ctx.started) return refresh();
        ctx.started = true;
        return Math.min(restOf(job), QUIET_MS);
    });
    return { get job() { return job; }, content, update, onUpdate(listener) { listeners.push(listener); listener(job); } };
}
