/* The one list of configuration options: what each is called, may be, is by default, and means.
 * Whatever must agree about them (reader, help, configs/imgcrawl.ini, manual page) is drawn from
 * it.
 */
#include "server/config_table.h"

#include <string.h>

#include "server/nearest.h"

#define MIB    ((int64_t)1 << 20)
#define GIB    ((int64_t)1 << 30)
#define DAY_S  ((int64_t)24 * 60 * 60)
#define DAY_MS (DAY_S * 1000)

#define OPTION(section_, key_, type_, ...)                                                         \
    {                                                                                              \
        .section = #section_, .key = #key_, .type = CONFIG_##type_,                                \
        .offset = offsetof(struct config, section_.key_), __VA_ARGS__                              \
    }

/* clang-format off */
static const struct {
    const char *name, *help;
} sections[] = {
    {"server", "The HTTP API and the web interface, and the process itself."},
    {"data", "Where jobs are kept."},
    {"loop", "The event loop that fetches."},
    {"fetch", "One request: its limits, and when it is tried again."},
    {"dns", "Looking up host names. /etc/hosts is read, too, and comes first."},
    {"politeness", "What hosts are spared, and which addresses are reached at all."},
    {"parse", "The sandboxed processes that read pages."},
    {"jobs", "How many crawls at once."},
};

const struct config_option config_options[] = {
    OPTION(server, listen, LISTEN, .fallback = "127.0.0.1:8080",
        .help = "Address and port of the API and the web interface. There is no login: who can "
                "connect can crawl. Port 0 takes a free one."),
    OPTION(server, threads, NUMBER, .fallback = "2", .min = 1, .max = 64,
        .help = "Threads that answer requests."),
    OPTION(server, max_request_bytes, BYTES, .fallback = "1 MiB", .min = 1024, .max = 64 * MIB,
        .help = "The longest request body that is read."),
    OPTION(server, allowed_hosts, LIST, .fallback = "",
        .help = "Host names by which browsers may call this server, besides IP addresses, "
                "localhost and the listen address. Others are refused, so that a web page "
                "elsewhere cannot steer this server through a name of its own."),
    OPTION(server, shutdown_seconds, NUMBER, .fallback = "20", .min = 0, .max = 3600,
        .help = "How long pages in flight may take to finish at SIGTERM; what is not finished is "
                "fetched again after the next start."),
    OPTION(server, log_level, CHOICE, .fallback = "info", .choices = "error warning info debug",
        .help = "The least important lines that are logged (to standard error)."),

    OPTION(data, dir, TEXT, .fallback = "data", .min = 1,
        .help = "Directory of imgcrawl.db and of one SQLite file for each job. Made where it is "
                "missing. The systemd unit sets it with --data."),
    OPTION(data, export_cache_bytes, BYTES, .fallback = "1 GiB", .min = 0, .max = 1024 * GIB,
        .help = "What the exports of jobs that have ended may take in DIR/exports, where they are "
                "kept so that a download that broke off can go on. Those used longest ago are "
                "removed first; the newest is kept even if it is larger."),

    OPTION(loop, backend, CHOICE, .fallback = "auto", .choices = "auto epoll poll select io_uring",
        .help = "How the loop waits for the system. auto takes epoll."),

    OPTION(fetch, user_agent, TEXT, .fallback = "imgcrawl/" IMGCRAWL_VERSION " (image inventory crawler)",
        .min = 1,
        .help = "The User-Agent header. The word it begins with (letters, - and _) is the name "
                "looked for in robots.txt. Before crawling sites of others put an address in it "
                "where you can be reached: imgcrawl (+https://example.org/about-our-crawler)."),
    OPTION(fetch, connect_timeout_ms, NUMBER, .fallback = "10000", .min = 1, .max = DAY_MS,
        .help = "From the start of a request until the connection stands, TLS included."),
    OPTION(fetch, first_byte_timeout_ms, NUMBER, .fallback = "30000", .min = 1, .max = DAY_MS,
        .help = "From the request until the first byte of the answer."),
    OPTION(fetch, total_timeout_ms, NUMBER, .fallback = "120000", .min = 1, .max = DAY_MS,
        .help = "The whole exchange."),
    OPTION(fetch, low_speed_bytes, BYTES, .fallback = "100", .min = 1, .max = GIB,
        .help = "An answer slower than so many bytes a second for low_speed_ms is given up."),
    OPTION(fetch, low_speed_ms, NUMBER, .fallback = "30000", .min = 1000, .max = DAY_MS,
        .help = "See low_speed_bytes."),
    OPTION(fetch, max_body_bytes, BYTES, .fallback = "10 MiB", .min = 1024, .max = 256 * MIB,
        .help = "The longest page, after decompression."),
    OPTION(fetch, max_header_bytes, BYTES, .fallback = "256 KiB", .min = 1024, .max = 16 * MIB,
        .help = "All headers of an answer together."),
    OPTION(fetch, max_redirects, NUMBER, .fallback = "10", .min = 0, .max = 100,
        .help = "Redirects in a row."),
    OPTION(fetch, max_attempts, NUMBER, .fallback = "3", .min = 1, .max = 20,
        .help = "Visits of one page, the first included, where a failure may pass (timeouts, "
                "resets, 429, 502, 503, 504)."),
    OPTION(fetch, retry_base_ms, NUMBER, .fallback = "1000", .min = 0, .max = DAY_MS,
        .help = "The pause before the second visit; each later one doubles it, with some chance "
                "in it. A longer Retry-After of the host wins."),
    OPTION(fetch, retry_max_ms, NUMBER, .fallback = "60000", .min = 0, .max = DAY_MS,
        .help = "The longest such pause."),
    OPTION(fetch, pages_in_flight, NUMBER, .fallback = "256", .min = 1, .max = 65536,
        .help = "Pages being fetched or parsed at one time, over all jobs."),
    OPTION(fetch, ca_file, TEXT, .fallback = "",
        .help = "Certificate authorities (PEM); empty: those of the system."),
    OPTION(fetch, proxy, PROXY, .fallback = "",
        .help = "The proxy of all jobs that name none of their own: http://HOST:PORT, https:// or "
                "socks5://. It may stand at a private address. Hosts are looked up here, and the "
                "proxy is told their addresses."),

    OPTION(dns, servers, TEXT, .fallback = "",
        .help = "Name servers, as 10.0.0.1,10.0.0.2:5353,[fd00::1]:53; empty: those of "
                "/etc/resolv.conf. Its search list is never used: every name is taken as whole."),
    OPTION(dns, timeout_ms, NUMBER, .fallback = "2000", .min = 10, .max = 60000,
        .help = "How long a name server may take for an answer; each further try doubles it."),
    OPTION(dns, tries, NUMBER, .fallback = "3", .min = 1, .max = 10,
        .help = "How often each name server is asked."),
    OPTION(dns, min_ttl_s, NUMBER, .fallback = "10", .min = 0, .max = DAY_S,
        .help = "An answer is kept for at least so long, whatever its records say."),
    OPTION(dns, max_ttl_s, NUMBER, .fallback = "86400", .min = 0, .max = 7 * DAY_S,
        .help = "An answer is kept for at most so long."),
    OPTION(dns, negative_ttl_s, NUMBER, .fallback = "300", .min = 0, .max = DAY_S,
        .help = "How long it is kept that a name does not exist or has no address."),
    OPTION(dns, failure_ttl_s, NUMBER, .fallback = "1", .min = 0, .max = DAY_S,
        .help = "How long it is kept that the name servers failed or did not answer; never longer "
                "than half of retry_base_ms, so that another try asks them again."),
    OPTION(dns, max_names, NUMBER, .fallback = "20000", .min = 1, .max = 10000000,
        .help = "Names whose addresses are kept, at about 400 bytes each; beyond, the one that "
                "was used longest ago is looked up again when it is needed."),
    OPTION(dns, max_lookups, NUMBER, .fallback = "64", .min = 1, .max = 10000,
        .help = "Names that are being looked up at one time; others wait their turn."),

    OPTION(politeness, host_delay_ms, NUMBER, .fallback = "1000", .min = 0, .max = DAY_MS,
        .help = "Pause between two requests to a host; a longer Crawl-delay in robots.txt wins."),
    OPTION(politeness, host_connections, NUMBER, .fallback = "1", .min = 1, .max = 64,
        .help = "Requests to one host at one time, over all jobs."),
    OPTION(politeness, max_crawl_delay_ms, NUMBER, .fallback = "60000", .min = 0, .max = DAY_MS,
        .help = "A longer Crawl-delay is taken as this one, so that a crawl ends; the job then has "
                "a note that says so."),
    OPTION(politeness, adaptive, CHOICE, .fallback = "yes", .choices = "no yes",
        .help = "Whether the pause grows with the host's time to answer: adaptive_factor times "
                "that time (smoothed), from host_delay_ms up to adaptive_max_delay_ms. Not where "
                "host_delay_ms is 0. In any case a host that answers three times slower than it "
                "usually does gets longer pauses until it has recovered."),
    OPTION(politeness, adaptive_factor, NUMBER, .fallback = "2", .min = 1, .max = 100,
        .help = "See adaptive."),
    OPTION(politeness, adaptive_max_delay_ms, NUMBER, .fallback = "30000", .min = 0, .max = DAY_MS,
        .help = "See adaptive."),
    OPTION(politeness, address_connections, NUMBER, .fallback = "4", .min = 0, .max = 1024,
        .help = "Requests to one IP address at one time, however many hosts live there. Not for "
                "own hosts and loopback addresses. 0: no limit."),
    OPTION(politeness, unproven_percent, NUMBER, .fallback = "50", .min = 0, .max = 100,
        .help = "The share of pages_in_flight that hosts may hold of which nothing is known yet, "
                "so that tarpits, however many, take nothing from hosts that answer. 0: no shares, "
                "and no use of slow_lane."),
    OPTION(politeness, slow_lane, NUMBER, .fallback = "1024", .min = 1, .max = 65536,
        .help = "Connections beside pages_in_flight for what is slow: requests to slow hosts, and "
                "those under way that take a few times as long as usual while others wait for "
                "their slots. When all are used, those that bring nothing for longest end as "
                "too_slow and are tried again later. Each takes a file descriptor and about 50 kB; "
                "bodies never take more than those of pages_in_flight could."),
    OPTION(politeness, slow_after_ms, NUMBER, .fallback = "3000", .min = 1, .max = DAY_MS,
        .help = "A host is slow when its requests take so long, or one under way has taken so long "
                "already. Only such a request can be ended where slow_lane is full."),
    OPTION(politeness, robots_tries, NUMBER, .fallback = "8", .min = 1, .max = 100,
        .help = "How often a robots.txt that is answered 5xx or 429, or breaks off, is asked for; "
                "after retry_base_ms first, and each later pause doubles it. Meanwhile the URLs "
                "of its host wait; then they are skipped as robots_unreachable."),
    OPTION(politeness, robots_max_wait_ms, NUMBER, .fallback = "600000", .min = 0, .max = DAY_MS,
        .help = "The longest time from the first of these tries to the last; where Retry-After "
                "asks for more, the URLs are skipped at once. A robots.txt that came is kept for a "
                "day, or as Cache-Control says, but for ten minutes at least."),
    OPTION(politeness, robots_patience_ms, NUMBER, .fallback = "3000", .min = 100, .max = DAY_MS,
        .help = "How long the first of these tries may take; each later one may take twice as "
                "long as the one before. Not shorter than slow_after_ms, so that who uses it up is "
                "known as slow."),
    OPTION(politeness, own_hosts, LIST, .fallback = "",
        .help = "Host names of your own, which are crawled as fast as they answer, as loopback "
                "addresses always are."),
    OPTION(politeness, own_host_connections, NUMBER, .fallback = "16", .min = 1, .max = 1024,
        .help = "Requests to an own host at one time."),
    OPTION(politeness, allow_networks, NETWORKS, .fallback = "auto",
        .help = "Networks (10.1.0.0/16 fd00::/8 192.168.1.7) that crawls may reach although they "
                "are loopback, private or otherwise special; all other special addresses are "
                "refused at the socket. auto: 127.0.0.0/8 and ::1 for jobs that have a seed "
                "there, and only where listen is a loopback address, so that only people on "
                "this machine can ask for it; else none. With imgcrawl crawl, auto is what the "
                "command line itself names."),

    OPTION(parse, processes, NUMBER, .fallback = "0", .min = 0, .max = 1024,
        .help = "Parse processes; 0: one for each core."),
    OPTION(parse, timeout_ms, NUMBER, .fallback = "10000", .min = 100, .max = 600000,
        .help = "A page that takes longer is given up; its process is killed and replaced."),
    OPTION(parse, memory_bytes, BYTES, .fallback = "1 GiB", .min = 64 * MIB, .max = 64 * GIB,
        .help = "Virtual memory that a parse process may take beyond what it starts with."),

    OPTION(jobs, max_running, NUMBER, .fallback = "8", .min = 1, .max = 1000,
        .help = "Jobs that crawl at one time; others wait as queued."),
    OPTION(jobs, max_queued, NUMBER, .fallback = "1000", .min = 0, .max = 1000000,
        .help = "Jobs that may wait; beyond, a new one is answered 503 with Retry-After."),
};
/* clang-format on */
const size_t config_option_count = sizeof config_options / sizeof config_options[0];

const char *config_section_help(const char *section)
{
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (strcmp(sections[i].name, section) == 0)
            return sections[i].help;
    }
    return NULL;
}

const struct config_option *config_option_find(const char *section, const char *key)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (strcmp(option->section, section) == 0 && strcmp(option->key, key) == 0)
            return option;
    }
    return NULL;
}

static const char *next_section(void *arg)
{
    size_t *at = arg;
    return *at < sizeof sections / sizeof sections[0] ? sections[(*at)++].name : NULL;
}

const char *config_nearest_section(const char *section)
{
    size_t at = 0;
    return nearest_word(section, next_section, &at);
}

struct key_cursor {
    const char *section;
    size_t at;
};

static const char *next_key(void *arg)
{
    struct key_cursor *cursor = arg;
    while (cursor->at < config_option_count) {
        const struct config_option *option = &config_options[cursor->at++];
        if (strcmp(option->section, cursor->section) == 0)
            return option->key;
    }
    return NULL;
}

const char *config_nearest_key(const char *section, const char *key)
{
    struct key_cursor cursor = {.section = section};
    return nearest_word(key, next_key, &cursor);
}
