/* What the fetch_*.c files share: the fetcher, and an exchange, which is one request and its
 * answer. Private to them; the face is fetch.h. Loop thread.
 *
 *   fetch.c            starts, ends and reuses exchanges
 *   fetch_resolve.c    names judged and resolved, before curl sees the transfer
 *   fetch_pins.c       what the names resolved to, in curl's host cache
 *   fetch_drive.c      curl multi's sockets and timer on the loop
 *   fetch_connect.c    address policy at the socket and at the request
 *   fetch_headers.c    header lines → facts, and whether the body is wanted
 *   fetch_body.c       body bytes → slot
 *   fetch_proxy.c      the way through a proxy
 *   fetch_session.c    what a job adds to its requests: cookies, headers, credentials
 *   fetch_deadlines.c  look-up, first byte, low speed, total
 *   fetch_outcome.c    how it ended → outcome, detail, result
 *
 * curl's handles are void here (as curl's own CURL is), so that its header stays in the .c files.
 */
#ifndef IMGCRAWL_FETCH_EXCHANGE_H
#define IMGCRAWL_FETCH_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "crawler/fetch/fetch.h"
#include "crawler/fetch/resolver_names.h"
#include "crawler/job/proxy_url.h"

enum {
    FETCH_ERROR_TEXT_BYTES = 256, /* what curl may write as an error */
    FETCH_SMALL_BODY_BYTES =
        64 * 1024, /* an unwanted body up to this is read to keep the connection */
    FETCH_MOST_HEADER_BYTES = 256 * 1024, /* curl gives up by itself a little later, less clearly */
    FETCH_MOST_RETRY_AFTER_S = 24 * 60 * 60,
    FETCH_MOST_CACHE_AGE_S = 366 * 24 * 60 * 60,
    FETCH_MOST_SMALL_HEADER_BYTES = 512,
    FETCH_FAIR_BYTES_PER_S = 4096 /* who brings so much is not ended for others */
};

/* What an exchange can wait for, each with one period for all: so each queue is in order of time.
 */
enum fetch_wait {
    FETCH_WAIT_RESOLVE,
    FETCH_WAIT_FIRST_BYTE,
    FETCH_WAIT_SPEED,
    FETCH_WAIT_TOTAL,
    FETCH_WAIT_COUNT
};

struct deadline {
    TAILQ_ENTRY(deadline) link;
    struct exchange *exchange;
    enum fetch_wait wait;
    bool running;
    int64_t at_ms;
};

TAILQ_HEAD(deadline_queue, deadline);

struct deadlines {
    struct deadline_queue queues[FETCH_WAIT_COUNT];
    int64_t period_ms[FETCH_WAIT_COUNT]; /* 0: none */
    struct loop_timer *timer;
    int64_t armed_ms; /* when the timer goes off; INT64_MAX: it does not run */
};

/* A growing string that is kept from one exchange to the next. */
struct fetch_text {
    char *data; /* NUL-ended once anything was written */
    size_t bytes;
    size_t capacity;
};

/* Header values that are kept as sent. */
enum answer_text {
    ANSWER_LOCATION,
    ANSWER_CONTENT_TYPE,
    ANSWER_ROBOTS_TAG,
    ANSWER_ETAG,
    ANSWER_LAST_MODIFIED,
    ANSWER_TDM_RESERVATION,
    ANSWER_TDM_POLICY,
    ANSWER_TEXT_COUNT
};

enum answer_encoding {
    ENCODING_OTHER, /* none, several, or one that is not asked for */
    ENCODING_BR,
    ENCODING_DEFLATE,
    ENCODING_GZIP,
    ENCODING_ZSTD,
    ENCODING_COUNT
};

/* What the final answer's headers said, so far. */
struct answer {
    int status;
    int http_version;
    int64_t content_length; /* -1: not told */
    int64_t range_total;    /* that Content-Range tells; -1: none */
    bool is_encoded;        /* by Content-Encoding */
    enum answer_encoding encoding;
    int64_t retry_after_ms;  /* -1: not told */
    int64_t cache_max_age_s; /* -1: not told */
    unsigned cookies;        /* Set-Cookie lines */
    const char *challenge;   /* the header by which a bot protection says so; NULL: none */
    struct fetch_text texts[ANSWER_TEXT_COUNT];
};

/* A name that an exchange must know the addresses of. */
struct exchange_name {
    struct fetch_text host;
    unsigned port;
    bool is_literal; /* an address, which curl reads by itself */
};

enum { EXCHANGE_MOST_NAMES = 2 }; /* of the host and of the proxy */

struct exchange {
    TAILQ_ENTRY(exchange) link; /* among the active, or among the idle */
    struct fetcher *fetcher;
    void *easy;
    struct promise *promise; /* a reference; NULL while idle */
    char error_text[FETCH_ERROR_TEXT_BYTES];

    /* the request */
    struct body_slot *slot;
    const struct address_policy *policy;
    const struct host *host;
    size_t max_body_bytes;
    enum fetch_accept accept;
    bool cut_body;
    bool has_referer;         /* the easy handle still holds one */
    bool waits_for_handshake; /* is set on the easy handle */
    bool conditional;
    bool has_range;                /* is set on the easy handle */
    bool was_cut;                  /* the body, where it was as long as it may be */
    struct fetch_session *session; /* a reference; NULL: none */
    bool is_personal;              /* all of the session counts, not its proxy alone */
    bool has_headers, has_login;   /* on the easy handle */
    void *headers;                 /* struct curl_slist of this request alone; NULL: none */
    bool via_proxy, target_is_loopback;
    void *connect_to; /* struct curl_slist: the address that a proxy is told; NULL: no proxy */

    /* the names, the URL's first */
    struct exchange_name names[EXCHANGE_MOST_NAMES];
    unsigned name_count, names_done; /* done: resolved and pinned */
    struct promise *look_up;         /* of the next one; NULL: it is not waited for */
    struct fetch_pin *pins[EXCHANGE_MOST_NAMES];
    unsigned pin_count;
    void *pin_list;             /* struct curl_slist of this request alone; NULL: none */
    int64_t connect_timeout_ms; /* on the easy handle; 0: the fetcher's */
    bool handed_over;           /* curl has the transfer */
    bool closes_after;          /* on the easy handle: its connection is not kept */

    /* the way there */
    struct sockaddr_storage peer; /* last address that was tried or found connected */
    const char *blocked_reason;   /* of the last address that the policy forbade */
    bool socket_opened;           /* some address was allowed */
    bool connected;               /* the request was about to be sent */

    /* the answer */
    struct answer answer;
    bool headers_done;
    bool body_unwanted;
    size_t header_bytes;
    size_t unwanted_bytes;

    /* the end: the first decision stands, whatever befalls the transfer later */
    bool decided;
    enum outcome outcome;

    int64_t started_ms;
    int64_t stalled_ms; /* loop_stalled_ms() at the start */
    int64_t first_byte_ms;
    size_t window_bytes; /* wire bytes at the start of the low-speed window */
    struct deadline total;
    struct deadline progress; /* look-up, then first byte, then speed */
};

TAILQ_HEAD(exchange_list, exchange);

/* A descriptor that curl uses, by its number. */
struct fetch_socket {
    struct loop_watch *watch;
    unsigned events; /* what the watch waits for */
    bool idle;       /* curl does not look at it now */
};

TAILQ_HEAD(fetch_pin_list, fetch_pin);

/* What curl's host cache holds; fetch_pins.c. */
struct fetch_pins {
    struct name_table table;    /* "host:port" → struct fetch_pin */
    struct fetch_pin_list idle; /* that no exchange needs, the one idle longest first */
    size_t idle_count;
};

struct fetcher {
    struct loop *loop;
    struct fetch_config config; /* its texts are the two copies below */
    char *user_agent;
    char *ca_file;
    struct proxy_url proxy; /* the operator's; port 0: none */
    void *multi;
    struct loop_timer *curl_timer;
    struct fetch_socket *sockets; /* by descriptor */
    size_t socket_count;
    unsigned open_connections;
    uint64_t turns; /* of curl */
    int64_t cpu_ns; /* spent in them, estimated from a sample */
    struct fetch_pins pins;
    struct deadlines deadlines;
    struct exchange_list active;
    struct exchange_list idle; /* with their easy handles set up */
    unsigned active_count;
};

/* Options that hold for the life of an easy handle, set by the file whose callbacks they name. */
void fetch_connect_attach(struct exchange *exchange);
void fetch_headers_attach(struct exchange *exchange);
void fetch_body_attach(struct exchange *exchange);

/* fetch.c */
void exchange_decide(struct exchange *exchange, enum outcome outcome);
/* Milliseconds since it was started, without those in which the loop itself stood still: they say
 * nothing of the host. */
int64_t exchange_age_ms(const struct exchange *exchange);
/* Ends it with a curl code and settles its promise. Not from inside a curl callback. */
void exchange_finish(struct exchange *exchange, int curl_code);

/* fetch_resolve.c */
/* Resolves the names of the URL and hands the transfer to curl, now or later; or ends it. */
void fetch_resolve_start(struct exchange *exchange, const char *url);
void fetch_resolve_expired(struct exchange *exchange);
/* Ends what is under way; the transfer is no longer curl's. */
void fetch_resolve_end(struct exchange *exchange);

/* fetch_pins.c */
struct resolved;
union resolved_address;
void fetch_pins_init(struct fetcher *fetcher);
void fetch_pins_done(struct fetcher *fetcher);
/* For this exchange, host:port is at these addresses. */
void fetch_pin(struct exchange *exchange, const char *host, unsigned port,
               const struct resolved *resolved);
/* The transfer is about to be given to curl. */
void fetch_pins_hand_over(struct exchange *exchange);
/* The transfer was taken off curl, or never given. */
void fetch_pins_release(struct exchange *exchange);

/* fetch_drive.c */
void fetch_drive_init(struct fetcher *fetcher);
void fetch_drive_done(struct fetcher *fetcher);
void fetch_drive_opened(struct fetcher *fetcher, int fd);
void fetch_drive_closing(struct fetcher *fetcher, int fd);

/* fetch_deadlines.c */
void deadlines_init(struct fetcher *fetcher);
void deadlines_done(struct fetcher *fetcher);
void deadline_start(struct deadline *deadline, enum fetch_wait wait);
void deadline_stop(struct deadline *deadline);

/* fetch_headers.c */
void fetch_text_set(struct fetch_text *text, const char *data, size_t bytes);
void answer_clear(struct answer *answer);
void answer_done(struct answer *answer);

/* fetch_proxy.c */
/* NULL: the connection is direct. */
const struct proxy_url *fetch_proxy_of(const struct exchange *exchange);
/* The target's address, which is allowed; then, what the proxy's name has resolved to. */
void fetch_proxy_target(struct exchange *exchange, const union resolved_address *address);
void fetch_proxy_resolved(struct exchange *exchange, const struct resolved *resolved);
/* Whether a connection goes to the operator's own proxy. */
bool fetch_proxy_is_trusted(const struct exchange *exchange, const struct sockaddr *address);
void fetch_proxy_release(struct exchange *exchange);

/* fetch_session.c */
/* Puts what the request's session adds on the easy handle; detach takes it off again. */
void fetch_session_attach(struct exchange *exchange, const struct fetch_request *request);
void fetch_session_detach(struct exchange *exchange);

/* fetch_outcome.c */
enum outcome fetch_outcome_of_status(int status);
/* What a curl code means for an exchange that nothing decided before. */
enum outcome fetch_outcome_of_code(const struct exchange *exchange, int curl_code);
size_t fetch_wire_bytes(const struct exchange *exchange);
/* One block with its texts behind it: free() frees all. */
struct fetch_result *fetch_result_new(const struct exchange *exchange);

#endif
