/* findings: what the rules found, one entry for each rule and place of a template, with what to do about
 * it, one example, and the way to all of them.
 */

import { api } from '../api.js';
import { foreign, h } from '../dom.js';
import { plural, shortUrl } from '../format.js';
import { isActive, jobTitle, SEVERITIES } from '../names.js';
import { thumbAlt } from '../parts/alt.js';
import { filterForm, select } from '../parts/filters.js';
import { icon } from '../parts/icons.js';
import { indexProgress } from '../parts/index_progress.js';
import { listing } from '../parts/listing.js';
import { emptyState } from '../parts/notice.js';
import { loadRules, ruleAdvice, ruleOf, ruleOptions, severityTag } from '../parts/rules.js';
import { thumb } from '../parts/thumb.js';
import { go, href } from '../router.js';
import { jobFrame } from './job_frame.js';

const PAGE = 50;
const FILTERS = ['severity', 'rule', 'template'];
const filtersOf = (query) => Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));

function placeLine({ place, dom_path: path }) {
    const text = place || path;
    return text ? h('p', { class: 'finding-place' }, h('code', null, foreign(text))) : null;
}

function example({ page_url: url, alt }) {
    return h('p', { class: 'quiet' }, url ? ['For example on ', h('a', { class: 'url', href: url, target: '_blank', rel: 'noopener noreferrer' },
        foreign(shortUrl(url)), h('span', { class: 'unseen' }, ' (opens in a new tab)'))] : null,
    alt?.trim() ? [' with the alt ', h('q', { class: 'alt-words' }, foreign(alt))] : null);
}

function findingItem(jobId, finding, rule) {
    const { title, remedy, cites } = rule;
    const { severity } = finding;
    const all = href(`/jobs/${jobId}/places`, { rule: finding.rule, template: finding.template });
    return h('li', { class: 'finding', 'data-rule': finding.rule, 'data-severity': severity },
        thumb(finding.image_url, thumbAlt(finding.alt)),
        h('div', { class: 'finding-text' },
            h('h3', null, severityTag(severity), title),
            h('p', { class: 'finding-count' }, `On ${plural(finding.pages, 'page')}`,
                h('span', { class: 'quiet' }, ` · ${plural(finding.images, 'image')} · `),
                h('a', { href: all }, `See ${plural(finding.occurrences, 'place')}`, h('span', { class: 'unseen' }, `: ${title}`))),
            placeLine(finding), ruleAdvice({ severity, remedy, cites }), example(finding)));
}

function emptyFindings(job, query, path) {
    if (Object.keys(filtersOf(query)).length) {
        return emptyState('No finding matches', 'Widen the filters to see more.', h('a', { class: 'button', href: href(path) }, 'Show all findings'));
    }
    if (isActive(job.state)) return emptyState('No findings yet', 'The crawl is under way; findings appear here as pages come in.');
    return emptyState('No findings', 'The rules found nothing wrong. Whether the words are good needs your eyes.');
}

export async function findingsView(ctx) {
    const [frame, rules] = await Promise.all([jobFrame(ctx, 'findings'), loadRules()]);
    const { job } = frame;
    const { path } = ctx;
    let { query } = ctx;
    let seen = null; /* the state of the index that the list was loaded in */
    const items = h('ul', { class: 'findings', role: 'list' });
    const list = listing({
        signal: ctx.signal, announce: ctx.announce, nouns: ['finding', 'findings'], body: items,
        load: (cursor, signal) => api.listFindings(job.id, { ...filtersOf(query), limit: PAGE, cursor }, signal),
        add: (found) => items.append(...found.map((finding) => findingItem(job.id, finding, ruleOf(rules, finding.rule)))),
        clear: () => items.replaceChildren(),
        empty: () => emptyFindings(frame.job, query, path),
    });
    const form = filterForm('Filter findings', [
        select('severity', 'Severity', [['', 'Any severity'], ...Object.entries(SEVERITIES)]),
        select('rule', 'Rule', [['', 'Any rule'], ...ruleOptions(rules)]),
    ], (set) => go(path, set, { replace: true }));
    const progress = indexProgress();
    const fresh = h('button', { type: 'button', class: 'button button-small', on: { click: () => list.reload() } }, icon('again'), 'Look again');
    ctx.setTitle('Findings', jobTitle(job));
    frame.content.append(h('div', { class: 'part-head' }, h('h2', null, 'Findings'),
        h('p', { class: 'quiet' }, 'What comes again at the same place of many pages is one finding.'), fresh), progress.node, form.node, list.node);

    function follow(next) {
        query = next;
        form.set(query);
        list.reload();
    }

    follow(query);
    frame.onUpdate((now) => {
        fresh.hidden = !isActive(now.state);
        progress.update(now);
        if (seen !== null && seen !== now.index?.state && now.index?.state === 'ready') list.reload();
        seen = now.index?.state ?? null;
    });
    return { update: follow };
}
