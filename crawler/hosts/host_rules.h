/* Host rules: what the operator says of hosts by pattern: "www.example.com", or "*.example.com" for
 * all that is below it. Of several that match, the most specific counts: the name itself, then the
 * longest pattern. Loop thread.
 */
#ifndef IMGCRAWL_HOST_RULES_H
#define IMGCRAWL_HOST_RULES_H

#include <jansson.h>
#include <stddef.h>

#include "crawler/hosts/host_pace.h"
#include "crawler/job/job_settings.h"

struct host_rules;

struct host_rule {
    char pattern[256];
    struct pace_rule pace;
};

struct host_rules *host_rules_new(void);
struct host_rules *host_rules_free(struct host_rules *rules);
/* Adds it, or takes the place of the one for the same pattern. What host_rules_find() gave before
 * may be gone. */
void host_rules_put(struct host_rules *rules, const struct host_rule *rule);
/* 0 or -ENOENT. */
int host_rules_remove(struct host_rules *rules, const char *pattern);
/* NULL where none matches; valid until the rules change. */
const struct pace_rule *host_rules_find(const struct host_rules *rules, const char *host);
size_t host_rules_count(const struct host_rules *rules);
const struct host_rule *host_rules_at(const struct host_rules *rules, size_t index);

/* {"pattern": …, "delay_ms": …, "connections": …, "adaptive": …}, all but the pattern optional, one
 * of them at least. 0, or -EINVAL with *ret_error filled. Any thread. */
int host_rule_from_json(const json_t *object, struct host_rule *ret_rule,
                        struct settings_error *ret_error);
json_t *host_rule_to_json(const struct host_rule *rule);

#endif
