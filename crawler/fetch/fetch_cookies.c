/* A job's cookie jar: a share handle of curl that shares nothing but cookies. Loop thread only, so
 * it needs no locks.
 *
 * curl bounds a cookie (4 KiB of name and value), what one answer may set (50) and what one request
 * sends (150, 8 KiB), but not how much the jar holds. So each so many Set-Cookie lines it is
 * measured, and what is above the bounds goes, as RFC 6265 §5.3 and §6.1 have it: of a domain with
 * too many the oldest first. curl lists the cookies of a domain in the order in which they were
 * first set.
 */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"
#include "crawler/fetch/fetch_session_private.h"

enum {
    JAR_COOKIES = 3000,   /* in all */
    DOMAIN_COOKIES = 100, /* of one domain */
    MEASURE_EVERY = 500   /* Set-Cookie lines; the jar can be over by that much */
};

void *cookie_jar_new(void)
{
    CURLSH *jar = curl_share_init();
    if (!jar || curl_share_setopt(jar, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK)
        abort();
    return jar;
}

void cookie_jar_free(void *jar)
{
    if (jar && curl_share_cleanup(jar) != CURLSHE_OK)
        abort(); /* a request still uses it */
}

/* ---- measuring ---- */

/* The first field of a line in Netscape's format, which may have a mark before it. */
static const char *domain_of(const char *line, size_t *ret_bytes)
{
    static const char http_only[] = "#HttpOnly_";
    if (strncmp(line, http_only, sizeof http_only - 1) == 0)
        line += sizeof http_only - 1;
    if (*line == '.')
        line++;
    *ret_bytes = strcspn(line, "\t");
    return line;
}

static struct text_map *count_domains(const struct curl_slist *lines, size_t *ret_total)
{
    struct text_map *counts = text_map_new();
    *ret_total = 0;
    for (; lines; lines = lines->next, ++*ret_total) {
        size_t bytes;
        const char *domain = domain_of(lines->data, &bytes);
        size_t *count = text_map_get(counts, domain, bytes);
        if (!count) {
            count = memory_new(sizeof *count);
            text_map_put(counts, domain, bytes, count);
        }
        ++*count;
    }
    return counts;
}

struct census {
    size_t limit; /* of one domain */
    size_t kept;
    size_t largest;
};

static void count_kept(void *value, void *arg)
{
    const size_t *count = value;
    struct census *census = arg;
    census->kept += *count < census->limit ? *count : census->limit;
    if (*count > census->largest)
        census->largest = *count;
}

/* The most that each domain may keep so that the jar fits. */
static size_t domain_limit(struct text_map *counts)
{
    struct census census = {.limit = DOMAIN_COOKIES};
    text_map_each(counts, count_kept, &census);
    while (census.kept > JAR_COOKIES) {
        census = (struct census){.limit = census.limit / 2};
        text_map_each(counts, count_kept, &census);
    }
    return census.limit;
}

/* ---- trimming ---- */

/* Puts back the last `limit` of each domain: lines come oldest first, and a domain's count is what
 * is still to come of it. */
static void put_back(CURL *easy, const struct curl_slist *lines, struct text_map *counts,
                     size_t limit)
{
    for (; lines; lines = lines->next) {
        size_t bytes;
        const char *domain = domain_of(lines->data, &bytes);
        size_t *left = text_map_get(counts, domain, bytes);
        if ((*left)-- <= limit)
            curl_easy_setopt(easy, CURLOPT_COOKIELIST, lines->data);
    }
}

static void free_count(void *value, void *arg)
{
    (void)arg;
    free(value);
}

static void trim(CURL *easy)
{
    struct curl_slist *lines = NULL;
    size_t total = 0;
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &lines);
    struct text_map *counts = count_domains(lines, &total);
    struct census census = {.limit = SIZE_MAX};
    text_map_each(counts, count_kept, &census);
    if (total > JAR_COOKIES || census.largest > DOMAIN_COOKIES) {
        size_t limit = domain_limit(counts);
        curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL"); /* forget them all */
        put_back(easy, lines, counts, limit);
    }
    text_map_each(counts, free_count, NULL);
    text_map_free(counts);
    curl_slist_free_all(lines);
}

void cookie_jar_taken(struct fetch_session *session, unsigned lines)
{
    session->cookies_taken += lines;
    if (!session->jar || session->cookies_taken < MEASURE_EVERY)
        return;
    session->cookies_taken = 0;
    CURL *easy = curl_easy_init();
    if (!easy)
        abort();
    curl_easy_setopt(easy, CURLOPT_SHARE, session->jar);
    trim(easy);
    curl_easy_cleanup(easy);
}
