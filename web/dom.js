/* dom: builds and updates elements. What the crawler found is hostile, so there is one way only to put
 * it on the page: as text nodes and checked attributes. No markup is ever parsed from a string.
 */

const REFUSED = /^(on|style$|srcdoc$|innerhtml$|outerhtml$)/i;

/* The URL if a person may be sent there or the browser may load it; null otherwise (javascript: …). */
export function safeUrl(url) {
    if (typeof url !== 'string' || url === '') return null;
    if (url.startsWith('#') || /^\/(?![/\\])/.test(url)) return url;
    try {
        return ['http:', 'https:'].includes(new URL(url).protocol) ? url : null;
    } catch {
        return null;
    }
}

function setAttribute(node, name, value) {
    if (REFUSED.test(name)) throw new TypeError(`attribute ${name} is not allowed`);
    if (name === 'href' || name === 'src') value = safeUrl(value);
    if (value === null || value === undefined || value === false) return;
    node.setAttribute(name, value === true ? '' : String(value));
}

function build(node, props, children) {
    const { on = {}, ...attributes } = props ?? {};
    for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
    for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

/* h('a', { href, class, on: { click } }, 'text', node, [more], null): strings become text nodes. */
export function h(tag, props, ...children) {
    return build(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
    return build(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

/* Crawled text, kept from turning the text around it when it holds right-to-left marks. */
export function foreign(text, props) {
    return h('bdi', props, text);
}

/* Touches the page only where something changed, so that screen readers and selections stay calm. */
export function setText(node, text) {
    if (node.textContent !== String(text)) node.textContent = String(text);
}

const rowsOf = new WeakMap();

/* Keeps the children of `parent` equal to `items`: make(item) gives { node, update(item) }, and a row
 * whose key was there before is updated in place, with the focus that may be in it. */
export function keyed(parent, items, keyOf, make) {
    const before = rowsOf.get(parent) ?? new Map();
    const after = new Map();
    for (const item of items) {
        const row = before.get(keyOf(item)) ?? make(item);
        row.update(item);
        after.set(keyOf(item), row);
    }
    for (const [key, row] of before) if (!after.has(key)) row.node.remove();
    let next = parent.firstChild;
    for (const row of after.values()) {
        if (row.node === next) next = next.nextSibling;
        else parent.insertBefore(row.node, next);
    }
    rowsOf.set(parent, after);
}
