/* Scope: which URLs belong to a job, and if not, by which rule. One thread. */
#ifndef IMGCRAWL_SCOPE_H
#define IMGCRAWL_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/extract/url.h"
#include "crawler/job_settings.h"
#include "crawler/outcome.h"

struct scope;

/* settings: borrowed for the life of the scope. Its seeds are taken in. */
struct scope *scope_new(const struct job_settings *settings);
struct scope *scope_free(struct scope *scope);

/* A seed widens the scope by its host, domain or directory; where a seed redirects to counts as a
 * seed too, so that http://example.com leading to https://www.example.com is crawled. */
void scope_add_seed(struct scope *scope, const struct url *url);

/* True where the URL may be fetched; else *ret_reason is OUT_OF_SCOPE, NOT_INCLUDED, EXCLUDED or
 * MAX_DEPTH. Ports count for scope host and prefix, but 80 and 443 are one site. */
bool scope_allows(const struct scope *scope, const struct url *url, uint32_t depth,
                  enum outcome *ret_reason);

#endif
