/* Fills struct engine_config; see engine_setup.h. */
#include "server/engine_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_limits(struct engine_config *engine, const struct config *config)
{
    engine->parse_processes = (unsigned)config->parse.processes;
    engine->parse_timeout_ms = config->parse.timeout_ms;
    engine->parse_memory_bytes = (size_t)config->parse.memory_bytes;
    engine->pages_in_flight = (unsigned)config->fetch.pages_in_flight;
    engine->max_running_jobs = (unsigned)config->jobs.max_running;
    engine->max_queued_jobs = (unsigned)config->jobs.max_queued;
}

static void set_fetch(struct engine_config *engine, const struct config *config)
{
    engine->user_agent = config->fetch.user_agent;
    engine->max_body_bytes = (size_t)config->fetch.max_body_bytes;
    engine->max_header_bytes = (size_t)config->fetch.max_header_bytes;
    engine->connect_timeout_ms = config->fetch.connect_timeout_ms;
    engine->first_byte_timeout_ms = config->fetch.first_byte_timeout_ms;
    engine->total_timeout_ms = config->fetch.total_timeout_ms;
    engine->low_speed_ms = config->fetch.low_speed_ms;
    engine->low_speed_bytes = (size_t)config->fetch.low_speed_bytes;
    engine->max_redirects = (unsigned)config->fetch.max_redirects;
    engine->max_attempts = (unsigned)config->fetch.max_attempts;
    engine->retry_base_ms = config->fetch.retry_base_ms;
    engine->retry_max_ms = config->fetch.retry_max_ms;
    engine->proxy = config->fetch.proxy;
    engine->ca_file = *config->fetch.ca_file != '\0' ? config->fetch.ca_file : NULL;
}

static void set_dns(struct engine_config *engine, const struct config *config)
{
    engine->dns = (struct resolver_config){
        .servers = config->dns.servers,
        .timeout_ms = config->dns.timeout_ms,
        .tries = (unsigned)config->dns.tries,
        .min_ttl_ms = config->dns.min_ttl_s * 1000,
        .max_ttl_ms = config->dns.max_ttl_s * 1000,
        .negative_ttl_ms = config->dns.negative_ttl_s * 1000,
        .failure_ttl_ms = config->dns.failure_ttl_s * 1000,
        .max_names = (size_t)config->dns.max_names,
        .max_lookups = (unsigned)config->dns.max_lookups,
    };
}

static void set_politeness(struct engine_config *engine, const struct config *config)
{
    engine->host_delay_ms = config->politeness.host_delay_ms;
    engine->host_connections = (unsigned)config->politeness.host_connections;
    engine->max_crawl_delay_ms = config->politeness.max_crawl_delay_ms;
    engine->adaptive_delay = config->politeness.adaptive;
    engine->adaptive_factor = config->politeness.adaptive_factor;
    engine->adaptive_max_delay_ms = config->politeness.adaptive_max_delay_ms;
    engine->address_connections = (unsigned)config->politeness.address_connections;
    engine->unproven_percent = (unsigned)config->politeness.unproven_percent;
    engine->slow_lane = (unsigned)config->politeness.slow_lane;
    engine->slow_after_ms = config->politeness.slow_after_ms;
    engine->robots_tries = (unsigned)config->politeness.robots_tries;
    engine->robots_max_wait_ms = config->politeness.robots_max_wait_ms;
    engine->robots_patience_ms = config->politeness.robots_patience_ms;
    engine->own_host_connections = (unsigned)config->politeness.own_host_connections;
    engine->own_hosts = &config->politeness.own_hosts;
}

static void allow_configured(struct engine_setup *setup, const struct text_list *networks,
                             bool auto_loopback)
{
    const char *first = networks->count > 0 ? networks->items[0] : "none";
    if (strcmp(first, "none") == 0)
        return;
    if (strcmp(first, "auto") != 0) {
        for (size_t i = 0; i < networks->count; i++)
            engine_setup_allow(setup, networks->items[i]);
    } else {
        setup->engine.loopback_for_seeds = auto_loopback;
    }
}

void engine_setup_init(struct engine_setup *ret_setup, const struct config *config,
                       bool auto_loopback)
{
    *ret_setup = (struct engine_setup){.engine.data_dir = config->data.dir};
    set_limits(&ret_setup->engine, config);
    set_fetch(&ret_setup->engine, config);
    set_dns(&ret_setup->engine, config);
    set_politeness(&ret_setup->engine, config);
    snprintf(ret_setup->robots_agent, sizeof ret_setup->robots_agent, "%.*s",
             (int)config_robots_token(config->fetch.user_agent), config->fetch.user_agent);
    ret_setup->engine.robots_agent = ret_setup->robots_agent;
    allow_configured(ret_setup, &config->politeness.allow_networks, auto_loopback);
}

void engine_setup_allow(struct engine_setup *setup, const char *network)
{
    setup->networks =
        reallocarray(setup->networks, setup->network_count + 1, sizeof *setup->networks);
    if (setup->networks == NULL ||
        address_network_parse(network, &setup->networks[setup->network_count]) < 0)
        abort(); /* the configuration has checked it */
    setup->engine.allowed_networks = setup->networks;
    setup->engine.allowed_network_count = ++setup->network_count;
}

void engine_setup_done(struct engine_setup *setup)
{
    free(setup->networks);
    *setup = (struct engine_setup){0};
}
