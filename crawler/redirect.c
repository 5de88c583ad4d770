/* See redirect.h. */
#include "crawler/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/frontier/frontier.h"
#include "crawler/workers/store_writer.h"

enum outcome redirect_judge(const struct frontier_url *from, const char *location,
                            unsigned max_redirects, char **ret_target)
{
    struct url base, target;
    *ret_target = NULL;
    if (*location == '\0' || url_parse(from->url, from->bytes, NULL, &base) != URL_OK ||
        url_parse(location, strlen(location), &base, &target) != URL_OK)
        return OUTCOME_REDIRECT_INVALID;
    url_canonicalise(&target);
    *ret_target = memory_strndup(target.href, target.length);
    if (target.length == from->bytes && memcmp(target.href, from->url, from->bytes) == 0)
        return OUTCOME_REDIRECT_LOOP;
    return from->hops >= max_redirects ? OUTCOME_TOO_MANY_REDIRECTS : OUTCOME_REDIRECTED;
}

static void check_free(void *value)
{
    struct redirect_check *check = value;
    free(check->target);
    free(check);
}

/* Writer thread. */
static int check_on_thread(void *arg)
{
    struct redirect_check *check = arg;
    return job_store_is_redirect_source(check->store, check->url_id, check->target,
                                        &check->is_loop);
}

struct promise *redirect_find_loop(struct store_writer *writer, struct job_store *store,
                                   int64_t url_id, const char *target)
{
    struct redirect_check *check = memory_new(sizeof *check);
    check->store = store;
    check->url_id = url_id;
    check->target = memory_strndup(target, strlen(target));
    return store_writer_call_owned(writer, check_on_thread, check, check_free);
}
