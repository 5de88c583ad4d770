/* app: starts the page. It finds the view for the address, gives it a fresh root and a signal that ends
 * with it (for its requests, timers and listeners), and moves the focus to the new heading.
 */

import { api } from './api.js';
import { h } from './dom.js';
import { start } from './router.js';
import { errorBox } from './parts/notice.js';
import { diffView } from './views/diff.js';
import { findingsView } from './views/findings.js';
import { hostsView } from './views/hosts.js';
import { imagesView } from './views/images.js';
import { jobView } from './views/job.js';
import { jobsView } from './views/jobs.js';
import { pageView } from './views/page.js';
import { pagesView } from './views/pages.js';
import { placesView } from './views/places.js';
import { sitemapsView } from './views/sitemaps.js';
import { skippedView } from './views/skipped.js';
import { whyView } from './views/why.js';

const ROUTES = [
    [/^\/$/, jobsView],
    [/^\/jobs\/(\w+)$/, jobView],
    [/^\/jobs\/(\w+)\/images$/, imagesView],
    [/^\/jobs\/(\w+)\/places$/, placesView],
    [/^\/jobs\/(\w+)\/findings$/, findingsView],
    [/^\/jobs\/(\w+)\/diff$/, diffView],
    [/^\/jobs\/(\w+)\/pages$/, pagesView],
    [/^\/jobs\/(\w+)\/pages\/(\w+)$/, pageView],
    [/^\/jobs\/(\w+)\/skipped$/, skippedView],
    [/^\/jobs\/(\w+)\/sitemaps$/, sitemapsView],
    [/^\/jobs\/(\w+)\/why$/, whyView],
    [/^\/hosts$/, hostsView],
];

const main = document.getElementById('main');
const live = document.getElementById('live');
let current = null;

/* Says something to screen readers without moving the focus. */
function announce(text) {
    live.textContent = text;
}

function setTitle(...parts) {
    document.title = [...parts, 'imgcrawl'].join(' · ');
}

function notFoundView(ctx) {
    ctx.setTitle('Nothing here');
    ctx.root.append(
        h('h1', { tabindex: '-1' }, 'There is nothing here'),
        h('p', null, 'This address leads nowhere. ', h('a', { href: '#/' }, 'See all jobs'), '.'),
    );
}

function match(path) {
    for (const [pattern, view] of ROUTES) {
        const found = pattern.exec(path);
        if (found) return { view, params: found.slice(1) };
    }
    return { view: notFoundView, params: [] };
}

/* Unless the view has put the focus where it wants it. */
function focusHeading(root) {
    const heading = root.querySelector('h1');
    if (root.contains(document.activeElement)) return;
    window.scrollTo(0, 0);
    (heading ?? main).focus({ preventScroll: true });
}

async function mount(route, first) {
    const { view, params } = match(route.path);
    const controller = new AbortController();
    const root = h('div', { class: 'view' });
    const ctx = { root, params, path: route.path, query: route.query, signal: controller.signal, announce, setTitle };
    current = { path: route.path, controller, handle: null };
    const mine = current;
    main.replaceChildren(root);
    try {
        mine.handle = (await view(ctx)) ?? {};
    } catch (error) {
        if (error.name === 'AbortError') return;
        setTitle('Not shown');
        root.replaceChildren(h('h1', { tabindex: '-1' }, 'This cannot be shown'), errorBox(error, () => mount(route, false)),
            h('p', null, h('a', { href: '#/' }, 'See all jobs')));
    }
    if (!first && mine === current) focusHeading(root);
}

function markNavigation(path) {
    for (const link of document.querySelectorAll('.top-nav a')) {
        if (link.getAttribute('href') === `#${path}`) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
    }
}

/* A view that only needs to follow its query (filters, an open panel) says so by an update(). */
function onRoute(route) {
    const first = current === null;
    markNavigation(route.path);
    if (current?.path === route.path && current.handle?.update) {
        current.handle.update(route.query);
        return;
    }
    current?.controller.abort();
    mount(route, first);
}

document.getElementById('skip').addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
});
start(onRoute);
api.health().then(({ version }) => {
    document.getElementById('version').textContent = version ? `imgcrawl ${version}` : '';
}, () => {});
