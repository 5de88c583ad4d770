/* names: the words for the names that the API uses. The names of outcomes are those of
 * crawler/outcome.h; a test checks that none is missing here.
 */

export const STATES = {
    queued: 'Queued',
    running: 'Running',
    paused: 'Paused',
    finished: 'Finished',
    stopped: 'Stopped',
    cancelled: 'Cancelled',
    failed: 'Failed',
};

export const isActive = (state) => state === 'queued' || state === 'running';
export const isFinal = (state) => ['finished', 'cancelled', 'failed'].includes(state);

export const SCOPES = {
    host: ['This host', 'Only the hosts of the addresses above'],
    domain: ['Whole domain', 'Also its other subdomains, such as shop.example.org'],
    prefix: ['Below the address', 'Only pages in the same directory or deeper'],
    hosts: ['Listed hosts', 'The hosts you list under More settings'],
};

const REASONS = {
    complete: 'Every page in scope was visited',
    max_pages: 'The page limit was reached',
    max_seconds: 'The time limit was reached',
    max_urls: 'The limit of known URLs was reached; what was found after that is not recorded',
    user: 'At your request',
};

/* What the parser had to leave out or was told. */
export const PAGE_FLAGS = {
    truncated: 'more images or links than are kept of one page',
    depth_flattened: 'elements nested too deep were flattened',
    attributes_cut: 'an element had too many attributes',
    meta_nofollow: 'asks crawlers not to follow its links',
};

export const SOURCES = { img: 'img src', srcset: 'srcset' };

/* Worst first: the order in which an auditor wants to see them. */
export const ALT_STATES = {
    missing: { label: 'Missing', long: 'Missing alt', hint: 'No alt attribute at all: a barrier for people who do not see the image' },
    whitespace: { label: 'Whitespace', long: 'Whitespace only', hint: 'An alt of nothing but spaces, nearly always a mistake' },
    empty: { label: 'Empty', long: 'Empty alt', hint: 'alt="": right for decoration, wrong for content' },
    text: { label: 'Text', long: 'Has text', hint: 'An alt with words; whether they are good needs your eyes' },
};

export const PAGE_STATES = { done: 'Done', queued: 'Queued', in_flight: 'In flight', skipped: 'Skipped', failed: 'Failed' };

const OUTCOMES = {
    ok: ['Fetched', 'fetched, parsed and stored'],
    redirected: ['Redirected', 'leads to another URL, which is counted on its own'],
    dns_failed: ['Host not found', 'the host name could not be resolved'],
    connect_refused: ['Connection refused', 'the host refused the connection'],
    connect_failed: ['Not reachable', 'the host could not be reached'],
    timeout_connect: ['Connecting took too long', 'no connection within the time limit'],
    tls_invalid: ['Certificate not valid', 'the certificate is not valid for this host'],
    tls_failed: ['TLS failed', 'the TLS handshake failed'],
    address_blocked: ['Address not allowed', 'its network address is one that jobs may not reach'],
    timeout_first_byte: ['No answer in time', 'connected, but no first byte within the time limit'],
    timeout_total: ['Took too long', 'not finished within the total time limit'],
    too_slow: ['Too slow', 'the answer came in slower than the low-speed limit'],
    connection_reset: ['Connection reset', 'the host broke the connection off'],
    empty_reply: ['Empty answer', 'the connection was closed without an answer'],
    body_incomplete: ['Cut off', 'the connection ended before the whole body had come'],
    bad_response: ['Not valid HTTP', 'the answer does not follow HTTP'],
    bad_encoding: ['Bad compression', 'the Content-Encoding could not be decoded'],
    headers_too_large: ['Headers too large', 'more header bytes than the limit allows'],
    body_too_large: ['Page too large', 'larger than the limit after decompression'],
    http_429: ['Too many requests (429)', 'the host asks for fewer requests'],
    http_4xx: ['Client error (4xx)', 'not found, forbidden or the like: a broken link'],
    http_5xx: ['Server error (5xx)', 'the host had an error of its own'],
    http_other: ['Unusual status', 'a status that makes no page, such as 204'],
    redirect_invalid: ['Redirect to nowhere', 'a redirect without a usable Location'],
    redirect_loop: ['Redirect loop', 'the redirect leads back to itself'],
    too_many_redirects: ['Too many redirects', 'more redirects in a row than the limit allows'],
    parse_crashed: ['Parser crashed', 'the sandboxed parser was killed by this page, twice'],
    parse_timeout: ['Parsing took too long', 'the parser did not finish in time, twice'],
    parse_out_of_memory: ['Parsing needed too much memory', 'more memory than a page may use'],
    parse_failed: ['Not parsed', 'the parser gave no valid answer'],
    internal_error: ['Internal error', 'imgcrawl itself failed; its log says more'],
    not_html: ['Not HTML', 'a file of another type, such as PDF or an image'],
    out_of_scope: ['Out of scope', 'lies outside the scope of the job'],
    excluded: ['Excluded', 'matches an exclude pattern'],
    not_included: ['Not included', 'matches none of the include patterns'],
    max_depth: ['Too deep', 'more links away from the start than the job allows'],
    max_pages: ['Page limit', 'the job reached its number of pages first'],
    max_seconds: ['Time limit', 'the job reached its running time first'],
    robots_disallowed: ['robots.txt says no', 'the site asks crawlers not to fetch it'],
    robots_unreachable: ['robots.txt not available', 'it could not be fetched, so nothing is allowed'],
    cancelled: ['Cancelled', 'the job was cancelled before it was fetched'],
};

const words = (name) => String(name ?? '').replaceAll('_', ' ');

export function outcomeLabel(name) {
    return OUTCOMES[name]?.[0] ?? words(name);
}

export function outcomeText(name) {
    return OUTCOMES[name]?.[1] ?? '';
}

/* Why a job is in its state: in our words, else in those that came with it. */
export function jobReason({ reason, detail }) {
    return REASONS[reason] || detail || OUTCOMES[reason]?.[1] || words(reason);
}

/* What to call a job: its name, or the address it starts at. */
export function jobTitle(job) {
    const seeds = job.settings?.seeds ?? [];
    if (job.settings?.name || job.name) return job.settings?.name || job.name;
    return seeds.length ? seeds[0].replace(/^https?:\/\//, '').replace(/\/$/, '') : `Job ${job.id}`;
}
