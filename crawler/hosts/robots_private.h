/* The inside of robots, shared by robots.c (the task that fetches one) and robots_entries.c (what
 * is known). Nobody else includes this. */
#ifndef IMGCRAWL_ROBOTS_PRIVATE_H
#define IMGCRAWL_ROBOTS_PRIVATE_H

#include "crawler/hosts/robots.h"

struct text_map;

TAILQ_HEAD(robots_list, robots_entry);

struct robots {
    struct robots_config config;
    struct text_map *by_origin;
    struct robots_list in_memory; /* entries with rules; first: asked for longest ago */
    size_t rules_bytes;           /* theirs */
    unsigned fetches;             /* under way */
};

/* The entry of an origin, made when it is new. */
struct robots_entry *robots_entry_of(struct robots *robots, const char *origin);
bool robots_is_pausing(const struct robots *robots, const struct robots_entry *entry);
/* In place of what it had; others leave memory for it where there is no room. */
void robots_keep_rules(struct robots *robots, struct robots_entry *entry, const char *rules,
                       size_t bytes);
/* Tells the host the Crawl-delay of rules that were read. */
void robots_obey_delay(struct robots *robots, struct robots_entry *entry);

#endif
