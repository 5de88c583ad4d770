/* Scope: which URLs belong to a job by its settings alone, and if not, by which rule. Plain data:
 * any thread can make one of its own, and it is used by one thread at a time. */
#ifndef IMGCRAWL_SCOPE_H
#define IMGCRAWL_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

struct scope;

/* settings: borrowed for the life of the scope. Its seeds are taken in. */
struct scope *scope_new(const struct job_settings *settings);
struct scope *scope_free(struct scope *scope);

/* A seed widens the scope by its host, domain or directory; where a seed redirects to counts as a
 * seed too, so that http://example.com leading to https://www.example.com is crawled. */
void scope_add_seed(struct scope *scope, const struct url *url);

/* What the rules of the settings say of a URL, and which of them. */
struct scope_verdict {
    enum outcome outcome; /* OK: it may be fetched; else OUT_OF_SCOPE, EXCLUDED, NOT_INCLUDED,
                             PATTERN_LIMIT, MAX_DEPTH, MAX_PATH_DEPTH or REPEATED_SEGMENTS */
    bool by_include;      /* the include patterns were asked last */
    size_t pattern;       /* the one that excluded it, or was cut off: its index */
    uint32_t depth;       /* links from a seed */
};
/* Ports count for scope host and prefix, but 80 and 443 are one site. Not const: matching
 * needs memory of the scope's. */
struct scope_verdict scope_judge(struct scope *scope, const struct url *url, uint32_t depth);
/* The same as a sentence for people, naming the rule: "exclude pattern 2 matches: re:…". url: the
 * one that was judged. */
void scope_explain(const struct scope *scope, const struct scope_verdict *verdict,
                   const struct url *url, char *detail, size_t detail_bytes);
/* True where the URL may be fetched; else *ret_reason. */
bool scope_allows(struct scope *scope, const struct url *url, uint32_t depth,
                  enum outcome *ret_reason);

#endif
