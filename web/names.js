/* names: the words for the names that the API uses. The names of outcomes are those of
 * crawler/base/outcome.h; a test checks that none is missing here.
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

/* Whether what the page shows is known: it was read now, or in the crawl that this one repeats. */
export const isRead = ({ outcome }) => outcome === 'ok' || outcome === 'not_modified';

export const SCOPES = {
    host: ['This host', 'Only the hosts of the addresses above'],
    domain: ['Whole domain', 'Also its other subdomains, such as shop.example.org'],
    prefix: ['Below the address', 'Only pages in the same directory or deeper'],
    hosts: ['Listed hosts', 'The hosts you list under More settings'],
    any: ['Every host', 'Wherever links lead; only the limits end it'],
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

/* How a page names an image. */
export const SOURCES = {
    img: 'img src',
    srcset: 'srcset',
    picture: 'source in picture',
    lazy_src: 'lazy src',
    lazy_srcset: 'lazy srcset',
    lazy_background: 'lazy background',
    input: 'image button',
    poster: 'video poster',
    svg_image: 'image in an SVG',
    svg: 'inline SVG',
    object: 'object',
    embed: 'embed',
    style_attribute: 'style attribute',
    style_element: 'style element',
    style_sheet: 'style sheet',
    icon: 'icon of the page',
    apple_touch_icon: 'touch icon',
    preload: 'preload',
    image_src: 'link image_src',
    og_image: 'Open Graph',
    twitter_image: 'Twitter card',
    json_ld: 'JSON-LD',
    link: 'link to an image',
    sitemap: 'sitemap',
};

export const LANDMARKS = { header: 'the header', nav: 'the navigation', main: 'the main content', aside: 'an aside', footer: 'the footer' };

/* What gives an image the name that is read out. */
export const NAME_SOURCES = {
    'aria-labelledby': 'by aria-labelledby',
    'aria-label': 'by aria-label',
    alt: 'by its alt',
    title: 'by its title',
    svg_title: 'by the title of the SVG',
    value: 'by its value',
};

/* What else is to be known of an image at its place. */
export const IMAGE_FLAGS = {
    link_only: 'nothing else names the link or button around it',
    in_button: 'in a button',
    aria_hidden: 'hidden from screen readers',
    presentational: 'told to be decoration',
    noscript: 'only without scripts',
    placeholder: 'stands in until the real image is loaded',
    lazy: 'loaded when it comes into sight',
};

/* Worst first. */
export const SEVERITIES = { error: 'Error', warning: 'Warning', notice: 'Notice', good: 'As it should be' };

/* What may have changed between two crawls of a site. */
export const DIFF_KINDS = {
    added: { label: 'New images', hint: 'that the older crawl did not find' },
    gone: { label: 'Images gone', hint: 'that this crawl no longer finds' },
    changed: { label: 'Files changed', hint: 'another picture at the same URL' },
    replaced: { label: 'Images replaced', hint: 'another URL at the same place' },
    alt_fixed: { label: 'Alt fixed', hint: 'was missing or blank, now there' },
    alt_broken: { label: 'Alt broken', hint: 'was there, now missing or blank' },
    alt_reworded: { label: 'Alt reworded', hint: 'other words' },
    findings_new: { label: 'New findings', hint: 'of all rules' },
    findings_gone: { label: 'Findings gone', hint: 'of all rules' },
    pages_added: { label: 'New pages', hint: 'that the older crawl did not know' },
    pages_gone: { label: 'Pages gone', hint: 'that this crawl no longer finds' },
};

/* Worst first: the order in which an auditor wants to see them. */
export const ALT_STATES = {
    missing: { label: 'Missing', long: 'Missing alt', hint: 'No alt attribute at all: a barrier for people who do not see the image' },
    whitespace: { label: 'Whitespace', long: 'Whitespace only', hint: 'An alt of nothing but spaces, nearly always a mistake' },
    empty: { label: 'Empty', long: 'Empty alt', hint: 'alt="": right for decoration, wrong for content' },
    text: { label: 'Text', long: 'Has text', hint: 'An alt with words; whether they are good needs your eyes' },
    not_applicable: { label: 'Not applicable', long: 'No alt by nature', hint: 'Named where there is no place for an alt, such as in a sitemap' },
};

export const PAGE_STATES = { done: 'Done', queued: 'Queued', in_flight: 'In flight', skipped: 'Skipped', failed: 'Failed' };

const OUTCOMES = {
    ok: ['Fetched', 'fetched, parsed and stored'],
    not_modified: ['Unchanged', 'as it was in the crawl that this one repeats'],
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
    soft_404: ['Soft 404', 'it answered 200, but the page says that there is nothing here'],
    challenge: ['Robot check', 'a check for robots came instead of the page'],
    url_invalid: ['URL not valid', 'nothing can be asked for under it'],
    internal_error: ['Internal error', 'imgcrawl itself failed; its log says more'],
    not_html: ['Not HTML', 'by its Content-Type or its bytes: PDF, an image or the like'],
    out_of_scope: ['Out of scope', 'lies outside the scope of the job'],
    excluded: ['Excluded', 'matches an exclude pattern'],
    not_included: ['Not included', 'matches none of the include patterns'],
    pattern_limit: ['Pattern took too long', 'a pattern took too long on it, so it was left out'],
    max_depth: ['Too deep', 'more links away from the start than the job allows'],
    max_host_pages: ['Host page limit', 'its host reached max_host_pages first'],
    max_query_variants: ['Too many queries', 'too many URLs that differ in their query only'],
    max_path_depth: ['Path too deep', 'its path has more segments than the job allows'],
    repeated_segments: ['Repeating path', 'a part of its path repeats too often'],
    trap: ['Held back', 'looks like one of endlessly many pages; see the traps of the job'],
    max_pages: ['Page limit', 'the job reached its number of pages first'],
    max_seconds: ['Time limit', 'the job reached its running time first'],
    robots_disallowed: ['robots.txt says no', 'the site asks crawlers not to fetch it'],
    robots_unreachable: ['robots.txt not available', 'it could not be fetched, so nothing is allowed'],
    cancelled: ['Cancelled', 'the job was cancelled before it was fetched'],
};

/* How a URL came to be known. */
export const VIAS = { seed: 'a start address', link: 'by a link', redirect: 'by a redirect', sitemap: 'by a sitemap' };

/* What kind of rule decided about a URL. */
export const RULES = {
    answer: 'What the host answered',
    robots: 'robots.txt of the site',
    scope: 'Which URLs belong to the crawl',
    limit: 'A limit of the crawl',
    trap: 'A trap',
    nofollow: 'Links marked nofollow',
    user: 'Your request',
    none: 'No rule stands against it',
};

/* What forbids to follow a link. */
export const NOFOLLOWS = {
    rel_nofollow: 'the link itself is marked so',
    meta_nofollow: 'the page says so of all its links, in meta robots',
    robots_tag_nofollow: 'the page says so of all its links, in X-Robots-Tag',
};

/* What a page asks by meta robots, X-Robots-Tag and the TDM reservation. */
export const CONSENTS = {
    noindex: { label: 'noindex', hint: 'the page asks not to be indexed' },
    nofollow: { label: 'nofollow', hint: 'the page asks not to follow its links' },
    noimageindex: { label: 'noimageindex', hint: 'the page asks not to index its images' },
    noai: { label: 'noai', hint: 'the page asks not to be used for AI' },
    noimageai: { label: 'noimageai', hint: 'the page asks not to use its images for AI' },
    tdm_reserved: { label: 'TDM reserved', hint: 'the rights in text and data mining are reserved' },
};

/* How a sitemap came to be known, what it is, and what was wrong with it. */
export const SITEMAP_VIAS = { robots: 'named in robots.txt', well_known: 'looked for at the usual place', index: 'named in' };
export const SITEMAP_KINDS = { urlset: 'Pages', index: 'Index of sitemaps', text: 'Text', rss: 'RSS feed', atom: 'Atom feed', unknown: 'Not a sitemap' };
export const SITEMAP_FLAGS = { truncated: 'too big, read in part', broken: 'broken, read up to the fault', refused: 'refused: made to do harm' };

export const TRAPS = {
    far_dates: { label: 'Dates far away', text: 'A calendar that leads into years where nothing is' },
    calendar: { label: 'Calendar', text: 'Its pages give the same again and again' },
    session_id: { label: 'Session ids', text: 'The same pages under ever new ids' },
    endless_numbers: { label: 'Numbers without end', text: 'Its pages differ in a number and give the same again and again' },
    parameter_order: { label: 'Order of parameters', text: 'Known URLs with their parameters in another order' },
    facets: { label: 'Combinations of filters', text: 'One page by ever more selections' },
    repeating_path: { label: 'Repeating path', text: 'Links that lead deeper and deeper into the same' },
};

/* What stands in the way of a crawl; some are names of outcomes. */
const OBSTACLES = {
    not_asked: 'Not asked in time',
    seed_disallowed: 'robots.txt forbids a start address',
    crawl_delay_capped: 'The site asks for more patience',
    no_sitemap: 'No sitemap',
    out_of_scope: 'Out of scope',
    sitemap_failed: 'A sitemap could not be read',
    sitemap_damaged: 'A sitemap is damaged',
    max_pages: 'Page limit',
    max_seconds: 'Time limit',
    time_limit: 'The estimate is not complete',
};

/* Why a host is asked at its pace. */
export const PACES = {
    none: 'No delay',
    fixed: 'As configured',
    rule: 'A rule of yours',
    crawl_delay: 'Its robots.txt asks for it',
    adaptive: 'By its time to answer',
    latency: 'It is getting slower',
    backoff: 'It asked for a pause',
};

const words = (name) => String(name ?? '').replaceAll('_', ' ');

export function outcomeLabel(name) {
    return OUTCOMES[name]?.[0] ?? words(name);
}

export function outcomeText(name) {
    return OUTCOMES[name]?.[1] ?? '';
}

export function obstacleLabel(code) {
    return OBSTACLES[code] ?? outcomeLabel(code);
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
