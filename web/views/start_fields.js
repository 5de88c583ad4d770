/* start_fields: what a crawl can be told, in the groups in which the start form shows it, and what of it
 * may be changed while the crawl runs. `usual` is the default of the server; a test holds them together.
 */

import { SCOPES } from '../names.js';
import { lines, withScheme } from '../parts/fields.js';

const MAX_PAGES = { name: 'max_pages', kind: 'number', subject: 'The page limit', label: 'Page limit', usual: 100000 };

export const ESSENTIALS = [
    { name: 'seeds', kind: 'lines', subject: 'The address', label: 'Start at', hint: 'One address a line', read: (text) => lines(text).map(withScheme), placeholder: 'https://example.org/' },
    { name: 'scope', kind: 'select', subject: 'The scope', label: 'Follow links', usual: 'host', options: Object.entries(SCOPES).map(([value, [label]]) => [value, label]) },
    MAX_PAGES,
];

const NAME = { name: 'name', kind: 'text', subject: 'The name', label: 'Name', hint: 'For you to find it again' };
const MAX_SECONDS = { name: 'max_seconds', kind: 'number', subject: 'The time limit', label: 'Time limit', hint: 'Seconds of crawling', usual: 604800 };
const MAX_HOST_PAGES = { name: 'max_host_pages', kind: 'number', subject: 'The limit for each host', label: 'Pages of each host', hint: '0: as many as the page limit allows', usual: 0 };
const DELAY = { name: 'delay_ms', kind: 'number', subject: 'The delay', label: 'Delay between requests', hint: 'Milliseconds, to each host; a longer delay of the host itself stays in force', usual: 0 };
const IN_FLIGHT = { name: 'max_in_flight', kind: 'number', subject: 'The number of pages', label: 'Pages at one time', hint: 'Of this crawl, on all hosts; 0: no limit of its own', usual: 0 };

const PATTERN_HINT = 'One pattern a line: * is any text; re: begins a regular expression';
const CHARSETS = ['utf-8', 'windows-1252', 'windows-1250', 'windows-1251', 'iso-8859-2', 'koi8-r', 'shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr'];

export const GROUPS = [
    ['Which URLs', [
        { name: 'hosts', kind: 'lines', subject: 'The host', label: 'Hosts', hint: 'One a line, *.example.org for all below; with “Listed hosts”' },
        { name: 'include', kind: 'lines', subject: 'The pattern', label: 'Only URLs like', hint: PATTERN_HINT, placeholder: '*/products/*' },
        { name: 'exclude', kind: 'lines', subject: 'The pattern', label: 'Never URLs like', hint: PATTERN_HINT, placeholder: 're:[?&]print=' },
        { name: 'respect_nofollow', kind: 'check', subject: 'This', label: 'Respect nofollow', hint: 'Links that the site marks so are not followed', usual: true },
    ]],
    ['Limits', [
        { name: 'max_depth', kind: 'number', subject: 'The depth limit', label: 'Depth limit', hint: 'Links away from the start', usual: 100 },
        MAX_SECONDS, MAX_HOST_PAGES,
        { name: 'max_urls', kind: 'number', subject: 'The limit of known URLs', label: 'Known URLs', hint: 'Also those that are skipped', usual: 10000000 },
    ]],
    ['Sitemaps', [
        { name: 'sitemaps', kind: 'select', subject: 'This', label: 'Read sitemaps', usual: 'auto', options: [['auto', 'Those in robots.txt, else /sitemap.xml'], ['robots', 'Only those in robots.txt'], ['off', 'None']] },
        { name: 'max_sitemaps', kind: 'number', subject: 'The limit of sitemaps', label: 'Sitemaps at most', hint: 'Indexes included', usual: 1000 },
    ]],
    ['Images', [
        { name: 'probe', kind: 'select', subject: 'This', label: 'Ask for the images', usual: 'off', options: [['off', 'No'], ['first_bytes', 'Their first bytes: status, type, size'], ['whole', 'Whole: also what is the same picture']] },
        { name: 'probe_first_bytes', kind: 'number', subject: 'The number of bytes', label: 'First bytes', hint: 'Asked for of each image', usual: 65536 },
        { name: 'probe_max_bytes', kind: 'number', subject: 'The limit', label: 'Bytes of an image at most', hint: 'With “Whole”; 0: as of a page', usual: 0 },
        { name: 'probe_freshness_s', kind: 'number', subject: 'The time', label: 'Known for', hint: 'Seconds; what any crawl learned of an image so lately is taken', usual: 604800 },
        { name: 'style_sheets', kind: 'check', subject: 'This', label: 'Read linked style sheets', hint: 'For the images that they name', usual: false },
    ]],
    ['Politeness', [DELAY, IN_FLIGHT]],
    ['Endless sites', [
        { name: 'detect_traps', kind: 'check', subject: 'This', label: 'Detect traps', hint: 'Calendars, session ids and the like are held back; you can release them', usual: true },
        { name: 'max_query_variants', kind: 'number', subject: 'The limit', label: 'Queries for one path', hint: 'URLs that differ after the “?” only; 0: no limit', usual: 10000 },
        { name: 'max_path_depth', kind: 'number', subject: 'The limit', label: 'Path segments', hint: '0: no limit', usual: 30 },
        { name: 'max_repeated_segments', kind: 'number', subject: 'The limit', label: 'Repeats of a segment', hint: 'Such as /a/b/a/b/a/b; 0: no limit', usual: 4 },
    ]],
    ['Cleaning of URLs', [
        { name: 'remove_tracking', kind: 'check', subject: 'This', label: 'Remove tracking parameters', hint: 'utm_*, gclid and the like', usual: false },
        { name: 'remove_session_ids', kind: 'check', subject: 'This', label: 'Remove session ids', hint: 'jsessionid, PHPSESSID and the like', usual: false },
        { name: 'remove_parameters', kind: 'lines', subject: 'The name', label: 'Remove parameters', hint: 'One name a line, * is any text', placeholder: 'ref' },
    ]],
    ['Requests', [
        { name: 'cookies', kind: 'check', subject: 'This', label: 'Keep cookies', hint: 'During this crawl, and sent back to who set them', usual: true },
        { name: 'headers', kind: 'headers', subject: 'The header', label: 'Headers', hint: 'One a line, with each request', placeholder: 'Accept-Language: de' },
        { name: 'credentials', kind: 'logins', subject: 'The sign-in', label: 'Sign in', hint: 'A line “host user password” or “host token”, sent to that host only. Not shown again later.', placeholder: 'staging.example.org user password' },
        { name: 'proxy', kind: 'text', subject: 'The proxy', label: 'Proxy', hint: 'http://, https:// or socks5://', placeholder: 'http://proxy.example.org:3128' },
    ]],
    ['Reading of pages', [
        { name: 'default_charset', kind: 'text', subject: 'The encoding', label: 'Encoding', hint: 'Of pages that tell none', usual: 'windows-1252', placeholder: 'windows-1252', choices: CHARSETS },
        { name: 'detect_soft_404', kind: 'check', subject: 'This', label: 'Recognise “not found” pages', hint: 'That answer 200 all the same; they count as failed', usual: true },
        { name: 'repeat_of', kind: 'number', subject: 'The job', label: 'Repeats job', hint: 'Its number: pages that have not changed since are not fetched anew', usual: 0, placeholder: '' },
    ]],
];

export const FIRST_OF_MORE = [NAME];
export const LIVE = [NAME, MAX_PAGES, MAX_SECONDS, MAX_HOST_PAGES, DELAY, IN_FLIGHT];
