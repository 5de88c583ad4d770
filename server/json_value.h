/* JSON values from C ones as the API shows them: absent is null, times are ISO 8601 in UTC.
 * Plain functions, any thread. The caller owns what they return.
 */
#ifndef IMGCRAWL_SERVER_JSON_VALUE_H
#define IMGCRAWL_SERVER_JSON_VALUE_H

#include <jansson.h>
#include <stdint.h>

/* NULL becomes null; a byte that is not UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);
/* The same, and "" becomes null too. */
json_t *json_text_or_null(const char *text);
/* Milliseconds since the epoch as "2026-01-31T23:59:59.123Z"; 0 becomes null. */
json_t *json_time(int64_t epoch_ms);
/* 0 becomes null. */
json_t *json_id(int64_t id);

#endif
