/* index_progress: how far the job's index is, which makes searches fast and judges what needs the whole job. */

import { h, setText } from '../dom.js';
import { percent } from '../format.js';

export function indexProgress() {
    const bar = h('progress', { max: '1', 'aria-label': 'Progress of the index' });
    const text = h('span');
    const node = h('p', { class: 'index-progress', hidden: true }, bar, text);
    return {
        node,
        update({ index }) {
            node.hidden = index?.state !== 'building';
            if (node.hidden) return;
            bar.value = index.progress;
            setText(text, `The index is being built, ${percent(index.progress, 1)} so far. Rules that need the whole job are judged with it.`);
        },
    };
}
