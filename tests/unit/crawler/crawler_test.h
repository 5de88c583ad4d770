/* What the tests of this folder share: cmocka, waiting on a loop (tests/unit/async), URLs that must
 * parse, and settings from JSON. */
#ifndef IMGCRAWL_TESTS_CRAWLER_TEST_H
#define IMGCRAWL_TESTS_CRAWLER_TEST_H

#include "tests/unit/async/async_test.h"

#include <string.h>

#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

static inline struct url url_of(const char *text)
{
    struct url url;
    assert_int_equal(url_parse(text, strlen(text), NULL, &url), URL_OK);
    return url;
}

static inline int settings_try(const char *text, struct job_settings **ret_settings,
                               struct settings_error *ret_error)
{
    json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(object);
    int rc = job_settings_from_json(object, ret_settings, ret_error);
    json_decref(object);
    return rc;
}

static inline struct job_settings *settings_of(const char *text)
{
    struct job_settings *settings = NULL;
    struct settings_error error;
    if (settings_try(text, &settings, &error) < 0)
        fail_msg("%s: %s %s", text, error.pointer, error.detail);
    return settings;
}

/* Runs the loop for some time; for what must not happen, and for what another thread does. */
static inline void run_loop_for(struct loop *loop, int64_t ms)
{
    struct promise *sleep = promise_sleep(loop, ms);
    while (promise_state_of(sleep) == PROMISE_PENDING) /* others may stop the loop, too */
        wait_for(sleep);
    promise_unref(sleep);
}

#endif
