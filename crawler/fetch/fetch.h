/* Fetcher: one HTTP exchange after another on curl multi, driven by the loop through
 * curl_multi_socket_action. Loop thread only. curl's header is seen only in fetch*.c.
 *
 * No redirect is followed here: a 3xx is an answer whose target the caller treats as a URL of its
 * own. No retry either. Whatever the remote does is an outcome of struct fetch_result, never a
 * rejection; the promise is rejected only when it was cancelled (the transfer is then taken off at
 * once).
 *
 * The first thing that decides stands: a 404 whose body then hangs or breaks is a 404. The body of
 * an answer that is not wanted (not 2xx, not HTML) is never in the slot; a small one is read to its
 * end to keep the connection, a big one ends the transfer.
 */
#ifndef IMGCRAWL_FETCH_H
#define IMGCRAWL_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/fetch/address_guard.h"
#include "crawler/workers/body_slots.h"

struct fetch_session;
struct fetcher;
struct host;
struct loop;
struct promise;
struct resolver;

struct fetch_config {
    struct resolver *resolver; /* must outlive the fetcher */
    const char *user_agent;
    unsigned max_connections;      /* kept open in all */
    unsigned max_host_connections; /* to one host, above what politeness lets through */
    /* From the start to the connection, looking names up included; from the request to the answer's
     * first line; in all. */
    int64_t connect_timeout_ms, first_byte_timeout_ms, total_timeout_ms; /* the last two: 0, none */
    int64_t low_speed_ms; /* slower than low_speed_bytes a second for so long: too_slow; 0: off */
    size_t low_speed_bytes;
    size_t max_header_bytes; /* interim answers included; 256 KiB at most */
    const char *ca_file;     /* NULL: the system's */
    const char *proxy;       /* of requests whose job has none of its own; NULL or "": none */
};

enum fetch_accept {
    FETCH_ACCEPT_HTML, /* the body is read only for text/html, application/xhtml+xml or no
                          Content-Type */
    FETCH_ACCEPT_ANY
};

struct fetch_request {
    const char *url;        /* canonical; copied */
    const char *referer;    /* or NULL; copied */
    struct body_slot *slot; /* the body goes here; the caller's, until the promise settles */
    size_t max_body_bytes;  /* after decompression; at most slot->capacity */
    bool cut_body;          /* a longer body is cut there and is still ok (robots.txt) */
    enum fetch_accept accept;
    const struct address_policy *policy; /* must outlive the fetch */
    struct fetch_session *session;       /* the job's, or NULL; referenced while it lasts */
    const struct host *host;             /* that is made to wait; only compared; NULL: none */
    bool impersonal; /* of the session the proxy counts alone: the answer is not only for its job */
    /* With either it is a conditional request, and 304 is OUTCOME_NOT_MODIFIED. Each NULL, or an
     * ETag and a Last-Modified as once received; copied. */
    const char *if_none_match, *if_modified_since;
    /* Only the first so many bytes are asked for, as they are (no Content-Encoding); 0: all. Who
     * answers with more is cut off where cut_body is set. */
    size_t first_bytes;
};

/* Value of the promise. Texts belong to it; "" where absent. */
struct fetch_result {
    enum outcome outcome;               /* OK, REDIRECTED, HTTP_*, NOT_HTML, or a failure */
    int status;                         /* HTTP status, 0 where none came */
    char *location;                     /* of a 3xx, as sent */
    char *content_type;                 /* as sent */
    char *robots_tag;                   /* X-Robots-Tag values, each on a line */
    char *etag;                         /* as sent, with its quotes and W/ */
    char *last_modified;                /* as sent */
    char *tdm_reservation, *tdm_policy; /* as sent */
    char *detail; /* a sentence for people: "Connection refused by 127.0.0.1 port 81" */
    char remote_ip[46];
    int http_version;        /* 10, 11, 20; 0 where none */
    int64_t retry_after_ms;  /* Retry-After in ms from now (seconds or HTTP date), -1 where none;
                                capped at a day */
    int64_t cache_max_age_s; /* Cache-Control: 0 for no-store and no-cache, -1 where it tells none;
                                capped at a year */
    int64_t elapsed_ms;
    int64_t first_byte_ms; /* from the start to the first line of an answer, 0 where none came */
    int64_t total_bytes;   /* of the whole file, by Content-Range or Content-Length, -1: not told */
    bool body_is_cut;      /* there is more than what is in the slot */
    size_t body_bytes;     /* decompressed, in the slot */
    size_t wire_bytes;     /* received, headers included */
};

int fetcher_new(struct loop *loop, const struct fetch_config *config, struct fetcher **ret_fetcher);
/* Cancels what is under way. */
struct fetcher *fetcher_free(struct fetcher *fetcher);
struct promise *fetch_start(struct fetcher *fetcher, const struct fetch_request *request);
/* Ends one of that host's that began at this loop time or before and has brought next to nothing,
 * as too slow. False: there is none. */
bool fetch_end_slow(struct fetcher *fetcher, const struct host *host, int64_t begun_ms);
unsigned fetcher_active(const struct fetcher *fetcher);
/* CPU time that curl has taken of the loop's so far, estimated from a sample of its turns. */
int64_t fetcher_cpu_us(const struct fetcher *fetcher);

#endif
