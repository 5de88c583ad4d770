/* listing: a list that comes in pages by cursor, with a "more" button, an empty state, and an error that
 * can be tried again. A newer request puts an older one off.
 */

import { h, setText } from '../dom.js';
import { plural } from '../format.js';
import { errorBox } from './notice.js';

/* Without an index a search looks through the rows part by part. */
function scanNote() {
    return h('p', { class: 'quiet scan-note' }, 'The index is not ready yet, so only a part has been looked through so far.');
}

/* load(cursor, signal) gives { items, next }; add(items) puts them into `body`; clear() empties it;
 * empty() makes what is shown when there is nothing; nouns: ['image', 'images']. */
export function listing({ signal, announce, nouns, body, load, add, clear, empty }) {
    const status = h('p', { class: 'listing-status' });
    const more = h('button', { type: 'button', class: 'button', on: { click: () => next() } }, 'More');
    const foot = h('div', { class: 'listing-foot' }, status, more);
    const message = h('div');
    const node = h('div', { class: 'listing' }, message, body, foot);
    let cursor = null;
    let shown = 0;
    let request = null;

    function busy(is) {
        node.setAttribute('aria-busy', String(is));
        more.setAttribute('aria-disabled', String(is));
        setText(more, is ? 'Loading …' : `More ${nouns[1]}`);
    }

    function accept(page, first) {
        if (first) {
            shown = 0;
            clear();
        }
        shown += page.items.length;
        cursor = page.next ?? null;
        add(page.items);
        const none = shown === 0 && cursor === null;
        message.replaceChildren(...(none ? [empty()] : []), ...(page.searched === 'scan' ? [scanNote()] : []));
        body.hidden = shown === 0;
        foot.hidden = none;
        more.hidden = cursor === null;
        setText(status, cursor === null ? `${plural(shown, ...nouns)}, all shown` : shown === 0 ? 'Nothing so far' : `First ${plural(shown, ...nouns)} shown`);
        announce(none ? `No ${nouns[1]}` : status.textContent);
    }

    async function fetchPage(first) {
        request?.abort();
        const mine = new AbortController();
        request = mine;
        signal.addEventListener('abort', () => mine.abort(), { once: true });
        busy(true);
        try {
            const page = await load(first ? null : cursor, mine.signal);
            if (request === mine) accept(page, first);
        } catch (error) {
            if (error.name === 'AbortError') return;
            message.replaceChildren(errorBox(error, () => fetchPage(first)));
        }
        if (request === mine) busy(false);
    }

    function next() {
        if (more.getAttribute('aria-disabled') !== 'true') fetchPage(false);
    }

    foot.hidden = true;
    return { node, reload: () => fetchPage(true) };
}
