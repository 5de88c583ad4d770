/* Services: what all crawls of an engine share. Borrowed by everyone; owned by the engine. */
#ifndef IMGCRAWL_SERVICES_H
#define IMGCRAWL_SERVICES_H

struct body_slots;
struct engine_config;
struct fetcher;
struct hosts;
struct indexer;
struct loop;
struct parser;
struct probe_cache;
struct probe_shared;
struct resolver;
struct retry_policy;
struct robots;
struct store_writer;

struct services {
    struct loop *loop;
    const struct engine_config *config;
    const struct retry_policy *retry;
    struct body_slots *slots;
    struct resolver *resolver;
    struct fetcher *fetcher;
    struct parser *parser;
    struct store_writer *writer;
    struct hosts *hosts;
    struct robots *robots;
    struct indexer *indexer;
    struct probe_cache *probe_cache; /* the writer thread's; NULL: nothing is kept */
    struct probe_shared *probe_shared;
};

#endif
