/* Job settings: what a person asks of one crawl, as given in POST /v1/jobs and on the command line,
 * checked, with defaults filled in. Plain data; any thread.
 */
#ifndef IMGCRAWL_JOB_SETTINGS_H
#define IMGCRAWL_JOB_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scope_kind {
    SCOPE_HOST,   /* the hosts of the seeds */
    SCOPE_DOMAIN, /* the registrable domains of the seeds, by the public suffix list */
    SCOPE_PREFIX, /* below the directories of the seeds */
    SCOPE_HOSTS,  /* the hosts listed in `hosts`, and those of the seeds */
    SCOPE_ANY,    /* every host; only the limits end it */
    SCOPE_KIND_COUNT
};

struct text_list {
    char **items;
    size_t count;
};

enum sitemaps_use {
    SITEMAPS_AUTO,   /* those that robots.txt names, else /sitemap.xml */
    SITEMAPS_ROBOTS, /* only those that robots.txt names */
    SITEMAPS_OFF,
    SITEMAPS_USE_COUNT
};

enum probe_use {
    PROBE_OFF,
    PROBE_FIRST_BYTES, /* type and size in pixels, from the head of each image */
    PROBE_WHOLE,       /* all of it: what is the same, too */
    PROBE_USE_COUNT
};

/* A header that goes with every request of the job. */
struct job_header {
    char *name, *value;
};
struct job_headers {
    struct job_header *items;
    size_t count;
};

/* What stands for a secret where settings are shown. */
#define SETTINGS_REDACTED "***"

/* Credentials for one host; they are sent nowhere else. */
struct job_credentials {
    char *host;            /* "www.example.com", or with a port: "www.example.com:8443" */
    char *user, *password; /* Basic; NULL: token counts */
    char *token;           /* Bearer */
};
struct job_logins {
    struct job_credentials *items;
    size_t count;
};

/* "No limit" where a limit may be 0. A member marked live may be changed while the job runs. */
struct job_settings {
    char *name;             /* live; for people; "" where none was given */
    struct text_list seeds; /* canonical URLs, at least one */
    enum scope_kind scope;
    struct text_list hosts; /* of SCOPE_HOSTS: host names, "*.example.com" for all below */
    struct text_list include, exclude; /* patterns over the whole URL: globs, where '*' is any run
                                          of characters, or "re:" and a regular expression */
    bool respect_nofollow;             /* links marked so are not followed */
    enum sitemaps_use sitemaps;

    int64_t max_pages;             /* live; visits, whatever comes of them; 1 and up */
    int64_t max_urls;              /* known ones, also those that are skipped; 1 and up */
    int64_t max_depth;             /* links from a seed; 0 and up */
    int64_t max_seconds;           /* live; of running time; 1 and up */
    int64_t max_host_pages;        /* live; visits of one host; 0: no limit */
    int64_t max_query_variants;    /* URLs that differ in their query only; 0: no limit */
    int64_t max_path_depth;        /* segments of a path; 0: no limit */
    int64_t max_repeated_segments; /* times that one segment may come again; 0: no limit */
    int64_t max_sitemaps;          /* sitemaps read, indexes included */
    bool detect_traps;

    int64_t delay_ms;      /* live; between two requests of this job to a host, where the host's own
                              is shorter; 0: the host's */
    int64_t max_in_flight; /* live; pages at one time, unless they take long; 0: no limit */

    bool remove_tracking;               /* parameters that only tell where a visitor came from */
    bool remove_session_ids;            /* parameters and path parts that carry a session */
    struct text_list remove_parameters; /* names of query parameters, globs */

    bool cookies; /* kept during the job and sent back */
    struct job_headers headers;
    struct job_logins credentials;
    char *proxy;           /* "http://proxy.example.com:3128", "socks5://…"; "": the operator's */
    char *default_charset; /* of pages that tell none: a WHATWG encoding's name */
    bool detect_soft_404;
    enum probe_use probe;      /* whether it is looked what the images are */
    int64_t probe_first_bytes; /* asked for of each with PROBE_FIRST_BYTES, first */
    int64_t probe_max_bytes; /* of an image, as far as it is read with PROBE_WHOLE; 0: as a page */
    int64_t probe_freshness_s; /* what was learned of an image by any job counts so long */
    bool style_sheets;         /* linked ones are read for the images they name */
    int64_t repeat_of; /* an earlier job's id: what has not changed since is not fetched anew; 0 */
};

/* Why a job's settings were refused: the member (a JSON pointer, "/seeds/0"), and what to do. */
struct settings_error {
    char pointer[64];
    char detail[640];
};

/* Reads a JSON object; unknown members are refused by name. 0, or -EINVAL with *ret_error filled.
 */
int job_settings_from_json(const json_t *object, struct job_settings **ret_settings,
                           struct settings_error *ret_error);
/* All effective settings, as a new object; reading it back gives the same. */
json_t *job_settings_to_json(const struct job_settings *settings);
/* A copy in which the members of object are changed; only those marked live may be there. */
int job_settings_patch(const struct job_settings *settings, const json_t *object,
                       struct job_settings **ret_settings, struct settings_error *ret_error);
struct job_settings *job_settings_free(struct job_settings *settings);

#endif
