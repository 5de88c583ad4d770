/* thumb: a remote image, loaded when it comes into sight and without telling its host who looks. Where
 * it cannot be loaded, a tile says so.
 */

import { h } from '../dom.js';
import { icon } from './icons.js';

function brokenTile(alt) {
    return h('span', { class: 'thumb-broken', role: 'img', 'aria-label': `${alt} (the image does not load)` },
        icon('broken'), h('span', { 'aria-hidden': 'true' }, 'Does not load'));
}

/* Of a data: URL only the head and a fingerprint are kept, so there is nothing to show. */
function inlineTile(alt) {
    return h('span', { class: 'thumb-broken', role: 'img', 'aria-label': `${alt} (image data inside the page)` },
        icon('inline'), h('span', { 'aria-hidden': 'true' }, 'Inside the page'));
}

/* onSize(width, height) hears the true size once it is known. */
export function thumb(url, alt, { onSize = () => {}, eager = false } = {}) {
    const frame = h('span', { class: 'thumb' });
    if (url?.startsWith('data:')) {
        frame.append(inlineTile(alt));
        return frame;
    }
    const image = h('img', {
        alt, loading: eager ? 'eager' : 'lazy', decoding: 'async', referrerpolicy: 'no-referrer', draggable: 'false',
        on: {
            load: () => onSize(image.naturalWidth, image.naturalHeight),
            error: () => frame.replaceChildren(brokenTile(alt)),
        },
        src: url,
    });
    frame.append(image.hasAttribute('src') ? image : brokenTile(alt));
    return frame;
}
