/* Requests to the modules of extraction and their answers; see inspect_parts.h. */
#include "server/inspect_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/charset.h"
#include "crawler/extract/robots_txt.h"
#include "crawler/extract/sitemap.h"
#include "crawler/extract/sitemap_record.h"
#include "crawler/extract/srcset.h"
#include "crawler/extract/url.h"
#include "server/base64.h"

enum { AGENTS_MAX = 32, AGENT_BYTES = 64, SITEMAP_RECORD_CAPACITY = 64 << 20 };

struct bytes {
    const char *data;
    size_t bytes;
    void *owned;
};

static json_t *error_answer(const char *text)
{
    return json_pack("{s:s}", "error", text);
}

static json_t *missing(const char *key)
{
    return json_pack("{s:o}", "error",
                     json_sprintf("no \"%s\" in the request; give it as a string", key));
}

/* A string of the request; data is NULL where it has none. */
static struct bytes get_text(const json_t *request, const char *key)
{
    const json_t *value = json_object_get(request, key);
    return (struct bytes){.data = json_string_value(value), .bytes = json_string_length(value)};
}

/* The same, also as base64 under key_b64. The caller frees owned. */
static struct bytes get_bytes(const json_t *request, const char *key, const char *key_b64)
{
    struct bytes encoded = get_text(request, key_b64);
    if (!encoded.data)
        return get_text(request, key);
    struct bytes decoded = {0};
    decoded.owned = base64_decode(encoded.data, encoded.bytes, &decoded.bytes);
    decoded.data = decoded.owned;
    return decoded;
}

/* Why get_bytes() gave none. */
static json_t *missing_bytes(const json_t *request, const char *key, const char *key_b64)
{
    if (!get_text(request, key_b64).data)
        return missing(key);
    return json_pack("{s:o}", "error", json_sprintf("\"%s\" is no base64", key_b64));
}

/* --- url --- */

/* Another scheme than http or https is no base for us, but then does no harm to an absolute input.
 */
static enum url_error resolve(struct bytes input, struct bytes base, struct url *ret_url)
{
    struct url base_url;
    if (!base.data)
        return url_parse(input.data, input.bytes, NULL, ret_url);
    enum url_error error = url_parse(base.data, base.bytes, NULL, &base_url);
    if (error == URL_OK)
        return url_parse(input.data, input.bytes, &base_url, ret_url);
    if (error != URL_OTHER_SCHEME)
        return error;
    error = url_parse(input.data, input.bytes, NULL, ret_url);
    return error == URL_INVALID ? URL_OTHER_SCHEME : error;
}

json_t *inspect_url(const json_t *request)
{
    struct url url;
    struct bytes input = get_text(request, "input");
    if (!input.data)
        return missing("input");
    enum url_error error = resolve(input, get_text(request, "base"), &url);
    if (error != URL_OK)
        return error_answer(url_error_name(error));
    return json_pack("{s:s#}", "href", url.href, (int)url.length);
}

/* --- srcset --- */

static void append_candidate(const struct srcset_candidate *candidate, void *arg)
{
    char descriptor[SRCSET_DESCRIPTOR_MAX_BYTES];
    srcset_descriptor(candidate, descriptor);
    json_t *item =
        json_pack("{s:o, s:s}", "url", json_stringn(candidate->url, candidate->url_bytes),
                  "descriptor", descriptor);
    json_array_append_new(arg, item);
}

json_t *inspect_srcset(const json_t *request)
{
    struct bytes value = get_text(request, "srcset");
    if (!value.data)
        return missing("srcset");
    json_t *candidates = json_array();
    srcset_parse(value.data, value.bytes, append_candidate, candidates);
    return json_pack("{s:o}", "candidates", candidates);
}

/* --- charset --- */

json_t *inspect_charset(const json_t *request)
{
    struct bytes data = get_bytes(request, "data", "data_b64");
    enum charset_source source;
    if (!data.data && get_text(request, "data_b64").data)
        return missing_bytes(request, "data", "data_b64");
    const char *encoding = charset_sniff((const unsigned char *)data.data, data.bytes,
                                         get_text(request, "content_type").data,
                                         get_text(request, "default_charset").data, &source);
    free(data.owned);
    return json_pack("{s:s, s:s}", "encoding", encoding, "source", charset_source_name(source));
}

/* --- robots --- */

struct agents {
    char names[AGENTS_MAX][AGENT_BYTES];
    const char *list[AGENTS_MAX];
    size_t count;
};

/* The product's name alone, as a crawl takes it from its User-Agent; digits, which other crawlers
 * have in theirs, count. */
static void add_agent(struct agents *agents, const json_t *value)
{
    const char *name = json_string_value(value);
    if (!name || agents->count == AGENTS_MAX)
        return;
    char *copy = agents->names[agents->count];
    size_t bytes = strcspn(name, "/ \t");
    snprintf(copy, AGENT_BYTES, "%.*s", bytes > 0 && bytes < AGENT_BYTES ? (int)bytes : AGENT_BYTES,
             name);
    agents->list[agents->count++] = copy;
}

/* One name or several. */
static void get_agents(const json_t *request, struct agents *ret_agents)
{
    const json_t *value = json_object_get(request, "agent");
    ret_agents->count = 0;
    add_agent(ret_agents, value);
    for (size_t i = 0; i < json_array_size(value); i++)
        add_agent(ret_agents, json_array_get(value, i));
}

/* Rules are about paths: there need not be a host, and FTP has a robots.txt, too (RFC 9309 §2.3).
 */
static enum url_error parse_target(struct bytes text, struct url *ret_url)
{
    static const char host[] = "http://host/";
    struct url base;
    enum url_error error = url_parse(host, sizeof host - 1, NULL, &base);
    if (error == URL_OK)
        error = url_parse(text.data, text.bytes, &base, ret_url);
    if (error != URL_OTHER_SCHEME || text.bytes < 6 || strncasecmp(text.data, "ftp://", 6) != 0)
        return error;
    return url_parse(text.data + 4, text.bytes - 4, &base, ret_url);
}

static json_t *match(struct bytes robots, const char *const *agents, size_t agent_count,
                     const struct url *url)
{
    char *rules = malloc(ROBOTS_RULES_MAX_BYTES);
    if (!rules)
        return error_answer("out of memory");
    struct robots_decision decision;
    struct url_slice path = url_path_and_query(url);
    robots_txt_parse(robots.data, robots.bytes, agents, agent_count, rules, ROBOTS_RULES_MAX_BYTES);
    robots_rules_match(rules, path.data, path.bytes, &decision);
    free(rules);
    return json_pack("{s:b, s:i, s:s}", "allowed", decision.allowed, "line", (int)decision.line,
                     "rule", decision.rule);
}

json_t *inspect_robots(const json_t *request)
{
    struct agents agents;
    struct url url;
    struct bytes target = get_text(request, "url");
    if (!target.data)
        return missing("url");
    get_agents(request, &agents);
    if (agents.count == 0)
        return missing("agent");
    enum url_error error = parse_target(target, &url);
    if (error != URL_OK)
        return json_pack("{s:o}", "error",
                         json_sprintf("the URL is refused: %s", url_error_name(error)));
    struct bytes robots = get_bytes(request, "robots", "robots_b64");
    if (!robots.data)
        return missing_bytes(request, "robots", "robots_b64");
    json_t *answer = match(robots, agents.list, agents.count, &url);
    free(robots.owned);
    return answer;
}

/* --- sitemap --- */

/* NULL where absent. */
static json_t *record_string(const struct record_text *text)
{
    return text->data ? json_stringn(text->data, text->bytes) : NULL;
}

static json_t *entry_answer(const struct sitemap_entry *entry)
{
    bool is_sitemap = (entry->flags & SITEMAP_ENTRY_NESTED) != 0;
    return json_pack("{s:o, s:o?, s:o*, s:o*, s:o*}", "loc", record_string(&entry->loc), "lastmod",
                     record_string(&entry->lastmod), "changefreq",
                     record_string(&entry->changefreq), "priority", record_string(&entry->priority),
                     "is_sitemap", is_sitemap ? json_true() : NULL);
}

static json_t *sitemap_image_answer(const struct sitemap_record *record,
                                    const struct sitemap_image *image)
{
    return json_pack("{s:o, s:o, s:o?, s:o?}", "loc", record_string(&image->loc), "page",
                     record_string(&record->entries[image->entry].loc), "title",
                     record_string(&image->title), "caption", record_string(&image->caption));
}

static json_t *sitemap_flags_answer(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {SITEMAP_TRUNCATED, "truncated"}, {SITEMAP_BROKEN, "broken"}, {SITEMAP_REFUSED, "refused"}};
    json_t *answer = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (flags & names[i].flag)
            json_array_append_new(answer, json_string(names[i].name));
    return answer;
}

static json_t *sitemap_answer(const struct sitemap_record *record)
{
    json_t *urls = json_array();
    json_t *images = json_array();
    for (uint32_t i = 0; i < record->entry_count; i++)
        json_array_append_new(urls, entry_answer(&record->entries[i]));
    for (uint32_t i = 0; i < record->image_count; i++)
        json_array_append_new(images, sitemap_image_answer(record, &record->images[i]));
    return json_pack("{s:s, s:o, s:o, s:I, s:o, s:I}", "kind", sitemap_kind_name(record->kind),
                     "urls", urls, "images", images, "unusable", (json_int_t)record->unusable,
                     "flags", sitemap_flags_answer(record->flags), "fault_line",
                     (json_int_t)record->fault_line);
}

/* Through the flat record, as a crawl reads it; large only where it is written to. */
static json_t *read_sitemap(const struct sitemap_input *input)
{
    struct sitemap_reader *reader = sitemap_reader_new();
    void *out = malloc(SITEMAP_RECORD_CAPACITY);
    int64_t bytes = out ? sitemap_read(reader, input, out, SITEMAP_RECORD_CAPACITY) : -ENOMEM;
    struct sitemap_record record;
    json_t *answer;
    if (bytes < 0) {
        answer =
            error_answer(bytes == -EINVAL ? "the sitemap's URL is no absolute http or https URL"
                                          : "the sitemap needs more memory than it may have");
    } else if (sitemap_record_open(out, (size_t)bytes, &record) < 0) {
        answer = error_answer("the reading contradicts itself: please report this sitemap");
    } else {
        answer = sitemap_answer(&record);
        sitemap_record_close(&record);
    }
    free(out);
    sitemap_reader_free(reader);
    return answer;
}

json_t *inspect_sitemap(const json_t *request)
{
    struct bytes data = get_bytes(request, "data", "data_b64");
    if (!data.data)
        return missing_bytes(request, "data_b64", "data_b64");
    const struct sitemap_input input = {
        .data = (const unsigned char *)data.data,
        .bytes = data.bytes,
        .url = get_text(request, "url").data,
        .content_type = get_text(request, "content_type").data,
    };
    json_t *answer = read_sitemap(&input);
    free(data.owned);
    return answer;
}
