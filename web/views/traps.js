/* traps: sets of URLs that look endless, with the evidence; what one holds back can be released. */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { count, dateTime, isoTime, plural, shortUrl } from '../format.js';
import { isActive, isFinal, TRAPS } from '../names.js';
import { confirm } from '../parts/confirm.js';
import { emptyState, errorBox } from '../parts/notice.js';
import { href } from '../router.js';

const LIMIT = 200;

function question(trap) {
    return {
        title: 'Release this trap?',
        text: `${trap.held_urls ? `${plural(trap.held_urls, 'URL')} that it holds back` : 'What it holds back'} will be fetched, and URLs like these are never held back again in this job.`,
        action: 'Release', keep: 'Hold it back',
    };
}

function evidence(jobId, trap) {
    return [
        trap.detail ? h('p', null, foreign(trap.detail)) : null,
        h('p', { class: 'quiet' }, trap.state === 'suspended' ? `${plural(trap.held_urls, 'URL')} held back` : `${plural(trap.held_urls + trap.released_urls, 'URL')} released`,
            ' on ', h('span', { class: 'url' }, foreign(trap.host)), ' · found ', h('time', { datetime: isoTime(trap.found_at) }, dateTime(trap.found_at)),
            trap.released_at ? [' · released ', h('time', { datetime: isoTime(trap.released_at) }, dateTime(trap.released_at))] : null),
        trap.examples?.length ? h('ul', { class: 'trap-examples', role: 'list', 'aria-label': 'Examples' }, trap.examples.map((url) =>
            h('li', null, h('a', { class: 'url', href: href(`/jobs/${jobId}/why`, { url }) }, foreign(shortUrl(url)), h('span', { class: 'unseen' }, ' why?'))))) : null,
    ];
}

function releaseButton(trap, label, release) {
    return h('button', { type: 'button', class: 'button button-small', 'data-release': trap.id, on: { click: () => release(trap) } },
        'Release', h('span', { class: 'unseen' }, ` ${label}: ${trap.pattern}`));
}

/* Endings that a release undoes; after others the server refuses. */
const REOPENED = ['complete', 'max_urls'];

/* release is null where the job cannot go on: then there is nothing to put the URLs back into. */
function trapItem(jobId, trap, release) {
    const { label, text } = TRAPS[trap.kind] ?? { label: trap.kind, text: '' };
    const held = trap.state === 'suspended';
    return h('li', { class: 'trap', 'data-trap': trap.id, 'data-state': trap.state, tabindex: '-1' },
        h('div', { class: 'trap-head' },
            h('h3', null, label, h('span', { class: `tag ${held ? 'tag-warn' : ''}` }, held ? 'Held back' : 'Released')),
            held && release ? releaseButton(trap, label, release) : null),
        h('p', { class: 'trap-pattern' }, h('code', null, foreign(trap.pattern))), text ? h('p', { class: 'quiet' }, text) : null, evidence(jobId, trap),
        held && !release ? h('p', { class: 'quiet' }, 'This crawl has ended. To have such URLs fetched, ',
            h('a', { href: href('/', { from: jobId }) }, 'crawl again'), ' with “Detect traps” off.') : null);
}

/* chosen: a trap to go to. onRelease() hears that the counts have changed. */
export function trapsCard(ctx, frame, { chosen, onRelease }) {
    const { job } = frame;
    const message = h('div');
    const body = h('div');
    const title = h('h2', { id: 'traps-title', tabindex: '-1' }, 'Traps');
    const node = h('section', { class: 'traps', 'aria-labelledby': 'traps-title' }, h('div', { class: 'part-head' }, title,
        h('p', { class: 'quiet' }, 'Calendars, session ids and other sets of URLs without an end are held back, so that they do not eat up the crawl.')), message, body);

    let seen = null; /* the state of the job that the list was loaded in */

    async function release(trap) {
        if (!(await confirm(question(trap)))) return;
        message.replaceChildren();
        try {
            await api.releaseTrap(job.id, trap.id, ctx.signal);
            ctx.announce('Released');
            await load();
            title.focus();
            onRelease();
        } catch (error) {
            if (error.name !== 'AbortError') message.replaceChildren(errorBox(error));
        }
    }

    function show({ items }) {
        const { state, reason } = frame.job;
        const can = isFinal(state) && !(state === 'finished' && REOPENED.includes(reason)) ? null : release;
        body.replaceChildren(items.length ? h('ul', { class: 'trap-list', role: 'list' }, items.map((trap) => trapItem(job.id, trap, can)))
            : emptyState('No traps', isActive(frame.job.state) ? 'None has been met so far.' : 'This crawl met none.'));
        if (items.length === LIMIT) body.append(h('p', { class: 'quiet' }, `The first ${count(LIMIT)} are shown.`));
    }

    async function load() {
        try {
            show(await api.listTraps(job.id, { limit: LIMIT }, ctx.signal));
            const wanted = chosen && body.querySelector(`[data-trap="${CSS.escape(chosen)}"]`);
            if (wanted) wanted.focus();
            chosen = null;
        } catch (error) {
            if (error.name !== 'AbortError') body.replaceChildren(errorBox(error, load));
        }
    }

    frame.onUpdate(({ state }) => {
        if (state !== seen) load();
        seen = state;
    });
    return { node, load };
}
