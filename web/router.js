/* router: the part of the address after '#' is the state of the page: a path and a query. Links are plain
 * hrefs; go() is for what is no link (filters, closing a panel).
 */

export function href(path, query = {}) {
    const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
    return `#${path}${set.length ? `?${new URLSearchParams(set)}` : ''}`;
}

export function parse(hash) {
    const [path, query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
    return { path: path || '/', query: Object.fromEntries(new URLSearchParams(query)) };
}

let shown = null;
let listener = () => {};

function show() {
    if (location.hash === shown) return;
    shown = location.hash;
    listener(parse(shown));
}

/* Calls onRoute({ path, query }) now and whenever the address changes. */
export function start(onRoute) {
    listener = onRoute;
    window.addEventListener('hashchange', show);
    window.addEventListener('popstate', show);
    show();
}

export function go(path, query = {}, { replace = false } = {}) {
    const target = href(path, query);
    if (target === location.hash) return;
    history[replace ? 'replaceState' : 'pushState'](null, '', target);
    show();
}
