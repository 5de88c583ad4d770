/* icons: small line drawings, decoration beside words, hidden from screen readers. */

import { svg } from '../dom.js';

const PATHS = {
    missing: 'M8 1.8 14.8 14H1.2zM8 6v4M8 11.6v.6',
    whitespace: 'M2 8v3.5h12V8',
    empty: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M4 12 12 4',
    text: 'M2.5 8.5 6 12l7.5-8',
    not_applicable: 'M3 8h10',
    pause: 'M5 3v10M11 3v10',
    resume: 'M4.5 2.8v10.4L13 8z',
    stop: 'M3.5 3.5h9v9h-9z',
    cancel: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
    remove: 'M2.5 4.5h11M6.5 4V2.5h3V4M4 4.5l.7 9h6.6l.7-9',
    download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
    again: 'M13 8a5 5 0 1 1-1.6-3.7M13 1.8v3.4H9.6',
    close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
    previous: 'M10 3 5 8l5 5',
    next: 'M6 3l5 5-5 5',
    external: 'M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.2 2.8 7.5 8.5',
    broken: 'M2 3h12v10H2zM2 11l3.5-3.5L8 10M10 9l1-1 3 3M5 3l2 3-1.5 2M10 3l-1 2.5 1.5 1.5',
    inline: 'M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4M9 3 7 13',
    grid: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z',
    list: 'M2 4h12M2 8h12M2 12h12',
};

export function icon(name) {
    return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
        svg('path', { d: PATHS[name] }));
}
