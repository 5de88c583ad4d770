/* why: what became of one URL, which rule decided, and by which pages the crawl came to it. The URL is in
 * the query of the address, so that an answer can be linked.
 */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { jobTitle, NOFOLLOWS, outcomeLabel, PAGE_STATES, RULES, VIAS } from '../names.js';
import { errorBox } from '../parts/notice.js';
import { whyForm } from '../parts/why_form.js';
import { href } from '../router.js';
import { jobFrame } from './job_frame.js';

const STATES = { ...PAGE_STATES, unknown: 'Not known' };

function section(id, title, ...children) {
    return h('section', { class: 'why-part', 'aria-labelledby': id }, h('h3', { id }, title), children);
}

/* The sentence with the words of the rule set off in it. */
function sentenceOf({ sentence, rule }) {
    const text = rule?.text ?? '';
    const at = text ? sentence.indexOf(text) : -1;
    if (at < 0) return [foreign(sentence), text ? h('b', { class: 'why-words' }, foreign(` ${text}`)) : null];
    return [foreign(sentence.slice(0, at)), h('b', { class: 'why-words' }, foreign(text)), foreign(sentence.slice(at + text.length))];
}

function ruleSection(jobId, answer) {
    return section('why-rule', RULES[answer.rule?.kind] ?? 'The rule', h('p', { class: 'why-rule' }, sentenceOf(answer)),
        answer.trap_id ? h('p', null, h('a', { href: href(`/jobs/${jobId}/skipped`, { trap: answer.trap_id }) }, 'See the trap, and release what it holds back')) : null);
}

/* From a start address down to the URL itself. */
function pathSection(jobId, { path, page_id: pageId }) {
    if (!path?.length) return null;
    const step = (page) => h('li', { 'aria-current': page.id === pageId ? 'true' : null },
        h('a', { href: href(`/jobs/${jobId}/pages/${page.id}`) }, page.title ? h('span', { class: 'page-title' }, foreign(page.title)) : null,
            h('span', { class: 'url' }, foreign(page.url))),
        h('span', { class: 'quiet' }, VIAS[page.via] ?? page.via));
    return section('why-path', 'How the crawl came to it', h('ol', { class: 'chain' }, path.map(step)));
}

function unfollowedSection(jobId, { nofollow_links: found }) {
    if (!found?.length) return null;
    const item = ({ page_id: id, page_url: url, rule }) => h('li', null,
        url && id > 0 ? h('a', { class: 'url', href: href(`/jobs/${jobId}/pages/${id}`) }, foreign(url)) : h('span', { class: 'url' }, foreign(url ?? 'a page')),
        h('span', { class: 'quiet' }, NOFOLLOWS[rule] ?? rule));
    return section('why-nofollow', 'Pages with such links', h('ul', { class: 'chain' }, found.map(item)));
}

function sitemapsSection({ sitemaps }) {
    if (!sitemaps?.length) return null;
    const item = ({ url, lastmod }) => h('li', null, h('span', { class: 'url' }, foreign(url)),
        lastmod ? h('span', { class: 'quiet' }, ' last changed ', foreign(lastmod)) : null);
    return section('why-sitemaps', 'Sitemaps that list it', h('ul', { class: 'chain' }, sitemaps.map(item)));
}

/* The name of the state and of the outcome, unless they say the same. */
function verdict({ state, outcome }) {
    const name = STATES[state] ?? state;
    return outcome && state !== 'unknown' ? `${name}: ${outcomeLabel(outcome)}` : name;
}

function answerNodes(jobId, answer) {
    return [
        h('p', { class: 'why-verdict' }, h('span', { class: `swatch bar-${answer.state}`, 'aria-hidden': 'true' }), verdict(answer)),
        h('p', { class: 'why-url url' }, foreign(answer.url)),
        ruleSection(jobId, answer), pathSection(jobId, answer), unfollowedSection(jobId, answer), sitemapsSection(answer),
        answer.page_id ? h('p', { class: 'button-row' }, h('a', { class: 'button', href: href(`/jobs/${jobId}/pages/${answer.page_id}`) }, 'All that is known of it')) : null,
    ].filter(Boolean);
}

export async function whyView(ctx) {
    const frame = await jobFrame(ctx, 'why');
    const { job } = frame;
    const form = whyForm(job.id);
    const answer = h('div', { class: 'why-answer', tabindex: '-1' });
    const card = h('section', { class: 'card', hidden: true, 'aria-label': 'The answer' }, answer);
    const hint = h('p', { class: 'quiet' }, 'Paste any URL. Of one that this job does not know, the answer is what would become of it.');
    frame.content.append(h('div', { class: 'why' }, form.node, hint, card));
    let request = null;

    async function show(url) {
        request?.abort();
        request = new AbortController();
        const mine = request;
        ctx.signal.addEventListener('abort', () => mine.abort(), { once: true });
        form.set(url);
        try {
            const found = await api.why(job.id, url, mine.signal);
            answer.replaceChildren(...answerNodes(job.id, found));
            ctx.announce(found.sentence);
        } catch (error) {
            if (error.name === 'AbortError') return;
            const about = error.fields?.find(({ field }) => field === 'url');
            if (about) form.complain(`The URL ${about.message}`);
            answer.replaceChildren(...(about ? [] : [errorBox(error, () => show(url))]));
        }
        card.hidden = !answer.hasChildNodes();
    }

    function follow({ url = '' }) {
        ctx.setTitle(url ? `Why ${url}` : 'Why', jobTitle(job));
        card.hidden = url === '';
        if (url) show(url);
    }

    follow(ctx.query);
    return { update: follow };
}
