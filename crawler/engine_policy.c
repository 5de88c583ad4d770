/* Which special addresses a job may reach: who names a seed on loopback means it. Loop thread. */
#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/engine_private.h"
#include "crawler/extract/url.h"
#include "crawler/hosts/host.h"

static bool has_loopback_seed(const struct job_settings *settings)
{
    for (size_t i = 0; i < settings->seeds.count; i++) {
        struct url url;
        const char *seed = settings->seeds.items[i];
        if (url_parse(seed, strlen(seed), NULL, &url) != URL_OK)
            continue;
        struct url_slice host = url_host(&url);
        char *name = memory_strndup(host.data, host.bytes);
        bool is_loopback = host_name_is_loopback(name);
        free(name);
        if (is_loopback)
            return true;
    }
    return false;
}

const struct address_policy *engine_policy_of(const struct engine *engine,
                                              const struct job_settings *settings)
{
    return has_loopback_seed(settings) ? &engine->seed_policy : &engine->policy;
}
