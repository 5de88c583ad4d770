/* Job settings: what a person asks of one crawl, as given in POST /v1/jobs and on the command line,
 * checked, with defaults filled in. Plain data; any thread.
 */
#ifndef IMGCRAWL_JOB_SETTINGS_H
#define IMGCRAWL_JOB_SETTINGS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum scope_kind {
    SCOPE_HOST,   /* the hosts of the seeds */
    SCOPE_DOMAIN, /* the registrable domains of the seeds, by the public suffix list */
    SCOPE_PREFIX, /* below the directories of the seeds */
    SCOPE_HOSTS,  /* the hosts listed in `hosts`, and those of the seeds */
    SCOPE_KIND_COUNT
};

struct text_list {
    char **items;
    size_t count;
};

struct job_settings {
    char *name;             /* for people; "" where none was given */
    struct text_list seeds; /* canonical URLs, at least one */
    enum scope_kind scope;
    struct text_list hosts; /* of SCOPE_HOSTS: host names, "*.example.com" for all below */
    struct text_list include, exclude; /* globs over the whole URL; '*' is any run of characters */
    int64_t max_pages;                 /* visits, whatever comes of them; 1 and up */
    int64_t max_urls;                  /* known ones, also those that are skipped; 1 and up */
    int64_t max_depth;                 /* links from a seed; 0 and up */
    int64_t max_seconds;               /* of running time; 1 and up */
};

/* Why a job's settings were refused: the member (a JSON pointer, "/seeds/0"), and what to do. */
struct settings_error {
    char pointer[64];
    char detail[256];
};

/* Reads a JSON object; unknown members are refused by name. 0, or -EINVAL with *ret_error filled.
 */
int job_settings_from_json(const json_t *object, struct job_settings **ret_settings,
                           struct settings_error *ret_error);
/* All effective settings, as a new object; reading it back gives the same. */
json_t *job_settings_to_json(const struct job_settings *settings);
struct job_settings *job_settings_free(struct job_settings *settings);

#endif
