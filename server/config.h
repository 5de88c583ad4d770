/* Configuration: every option of the program, from defaults, then a file, then the command line.
 *
 * One table (config_table.c) drives the defaults, the reading, `--set`, `imgcrawl help config`, the
 * commented configs/imgcrawl.ini and its manual page. Filled by the main thread before anything
 * starts, constant afterwards. The engine's and the server's configuration borrow from it.
 */
#ifndef IMGCRAWL_CONFIG_H
#define IMGCRAWL_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/job/job_settings.h"

/* Members carry the names of the file: config.fetch.max_body_bytes is max_body_bytes in [fetch].
 * Numbers are int64_t, choices the index of their name; texts are owned, never NULL. */
struct config {
    struct {
        char *listen;
        int64_t threads;
        int64_t max_request_bytes;
        struct text_list allowed_hosts;
        int64_t shutdown_seconds;
        int64_t log_level; /* enum log_level */
    } server;
    struct {
        char *dir;
        int64_t export_cache_bytes;
    } data;
    struct {
        int64_t backend; /* enum loop_backend */
    } loop;
    struct {
        char *user_agent;
        int64_t connect_timeout_ms, first_byte_timeout_ms, total_timeout_ms;
        int64_t low_speed_bytes, low_speed_ms;
        int64_t max_body_bytes, max_header_bytes;
        int64_t max_redirects, max_attempts;
        int64_t retry_base_ms, retry_max_ms;
        int64_t pages_in_flight;
        char *ca_file; /* "": the system's */
        char *proxy;   /* "": none */
    } fetch;
    struct {
        char *servers; /* "": the system's */
        int64_t timeout_ms, tries;
        int64_t min_ttl_s, max_ttl_s, negative_ttl_s, failure_ttl_s;
        int64_t max_names, max_lookups;
    } dns;
    struct {
        int64_t host_delay_ms, host_connections;
        int64_t max_crawl_delay_ms;
        int64_t adaptive; /* 0: no, 1: yes */
        int64_t adaptive_factor, adaptive_max_delay_ms;
        int64_t address_connections;
        int64_t unproven_percent, slow_lane, slow_after_ms;
        int64_t robots_tries, robots_max_wait_ms, robots_patience_ms;
        struct text_list own_hosts;
        int64_t own_host_connections;
        struct text_list allow_networks; /* networks, or the one word "auto" or "none" */
    } politeness;
    struct {
        int64_t processes, timeout_ms, memory_bytes;
    } parse;
    struct {
        int64_t max_running, max_queued;
    } jobs;
};

/* What is wrong, in one line for people: where, which option, what is allowed. */
struct config_error {
    char text[512];
};

void config_init(struct config *config); /* all defaults */
void config_done(struct config *config);

/* Reads an ini file over what is there. 0, or -EINVAL or -errno of the file, with the first error.
 */
int config_load(struct config *config, const char *path, struct config_error *ret_error);
/* "section.key=value", as after --set. 0 or -EINVAL. */
int config_set(struct config *config, const char *assignment, struct config_error *ret_error);
/* One option that the command line has under a name of its own: from says "--data". 0 or -EINVAL.
 */
int config_override(struct config *config, const char *from, const char *section, const char *key,
                    const char *value, struct config_error *ret_error);
/* What no option can say alone (limits that contradict each other); call it after all is set. */
int config_check(const struct config *config, struct config_error *ret_error);

/* How many bytes at the start of a User-Agent are the name to look for in robots.txt
 * (RFC 9309 section 2.2.1: letters, - and _). */
size_t config_robots_token(const char *user_agent);

#endif
