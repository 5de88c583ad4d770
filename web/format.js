/* format: numbers, sizes, times and URLs as people read them. Pure functions. */

const LOCALE = 'en';
const integer = new Intl.NumberFormat(LOCALE);
const oneDigit = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium', hourCycle: 'h23' });

export function count(value) {
    return integer.format(value ?? 0);
}

export function plural(value, one, many = `${one}s`) {
    return `${count(value)} ${value === 1 ? one : many}`;
}

export function percent(part, whole) {
    if (!whole || !part) return '0 %';
    const share = (100 * part) / whole;
    if (share < 1) return '< 1 %';
    if (share > 99 && share < 100) return '> 99 %';
    return `${Math.round(share)} %`;
}

export function bytes(value) {
    if (value === null || value === undefined) return '–';
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let unit = 0;
    for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
    return `${oneDigit.format(value)} ${units[unit]}`;
}

export function rate(pagesPerSecond) {
    return `${oneDigit.format(pagesPerSecond)} pages/s`;
}

/* At most two units: "1 h 12 min", "42 s". */
export function duration(seconds) {
    if (seconds < 1) return '< 1 s';
    const whole = Math.round(seconds);
    const parts = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'],
        [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
    const first = parts.findIndex(([amount]) => amount > 0);
    return parts.slice(first, first + 2).filter(([amount]) => amount > 0)
        .map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

export function milliseconds(ms) {
    if (ms === null || ms === undefined) return '–';
    if (ms === 0) return '< 1 ms';
    return ms < 1000 ? `${count(Math.round(ms))} ms` : `${oneDigit.format(ms / 1000)} s`;
}

function toDate(value) {
    const date = value === null || value === undefined ? null : new Date(value);
    return date && !Number.isNaN(date.getTime()) ? date : null;
}

export function dateTime(value) {
    const date = toDate(value);
    return date ? moment.format(date) : '–';
}

export function timeOfDay(value) {
    const date = toDate(value);
    return date ? clock.format(date) : '–';
}

export function isoTime(value) {
    return toDate(value)?.toISOString() ?? null;
}

/* Without the scheme, which says little, for places where room is short. */
export function shortUrl(url) {
    return String(url ?? '').replace(/^https?:\/\//, '').replace(/^([^/]+)\/$/, '$1');
}

export function fileName(url) {
    const text = String(url ?? '');
    if (text.startsWith('data:')) return `${text.slice(0, text.search(/[;,]|$/))} (inline)`;
    const path = text.replace(/[?#].*$/, '').replace(/^[a-z]+:\/\/[^/]*/i, '');
    return path.split('/').filter(Boolean).pop() || shortUrl(text);
}

const SPACES = { ' ': '␣', '\t': '⇥', '\n': '↵', '\r': '↵', '\u00a0': '⍽' };

/* Makes an alt text of nothing but white space something that can be seen. */
export function visibleSpaces(text) {
    return Array.from(String(text ?? ''), (character) => SPACES[character] ?? '␣').join('');
}
