/* See host_rules.h. The rules are few: they are looked through from the first to the last, and only
 * when a host is met for the first time or the rules change. */
#include "crawler/hosts/host_rules.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/base/memory.h"
#include "crawler/extract/url.h"

enum { MAX_DELAY_MS = 24 * 3600 * 1000, MAX_CONNECTIONS = 64 };

struct host_rules {
    struct host_rule *rules;
    size_t count;
};

struct host_rules *host_rules_new(void)
{
    return memory_new(sizeof(struct host_rules));
}

struct host_rules *host_rules_free(struct host_rules *rules)
{
    if (rules)
        free(rules->rules);
    free(rules);
    return NULL;
}

static struct host_rule *find_pattern(const struct host_rules *rules, const char *pattern)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (strcasecmp(rules->rules[i].pattern, pattern) == 0)
            return &rules->rules[i];
    }
    return NULL;
}

void host_rules_put(struct host_rules *rules, const struct host_rule *rule)
{
    struct host_rule *place = find_pattern(rules, rule->pattern);
    if (!place) {
        rules->rules = memory_resize(rules->rules, (rules->count + 1) * sizeof *rules->rules);
        place = &rules->rules[rules->count++];
    }
    *place = *rule;
}

int host_rules_remove(struct host_rules *rules, const char *pattern)
{
    struct host_rule *rule = find_pattern(rules, pattern);
    if (!rule)
        return -ENOENT;
    size_t after = rules->count - (size_t)(rule - rules->rules) - 1;
    memmove(rule, rule + 1, after * sizeof *rule);
    rules->count--;
    return 0;
}

/* How much of the host a pattern says: 0, it does not match. */
static size_t specificity(const char *pattern, const char *host)
{
    size_t host_bytes = strlen(host), bytes = strlen(pattern);
    if (strcasecmp(pattern, host) == 0)
        return host_bytes + 1;
    if (pattern[0] != '*' || bytes - 1 >= host_bytes)
        return 0;
    return strcasecmp(host + host_bytes - (bytes - 1), pattern + 1) == 0 ? bytes - 1 : 0;
}

const struct pace_rule *host_rules_find(const struct host_rules *rules, const char *host)
{
    const struct pace_rule *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < rules->count; i++) {
        size_t specific = specificity(rules->rules[i].pattern, host);
        if (specific > most) {
            most = specific;
            best = &rules->rules[i].pace;
        }
    }
    return best;
}

size_t host_rules_count(const struct host_rules *rules)
{
    return rules->count;
}

const struct host_rule *host_rules_at(const struct host_rules *rules, size_t index)
{
    return &rules->rules[index];
}

/* JSON */

static int refuse(struct settings_error *error, const char *member, const char *detail)
{
    snprintf(error->pointer, sizeof error->pointer, "/%s", member);
    snprintf(error->detail, sizeof error->detail, "%s", detail);
    return -EINVAL;
}

/* A host as URLs have it after reading, which is what patterns are compared with; without a port,
 * for a rule is for all of them. */
static bool is_host(const char *text)
{
    char href[300];
    struct url url;
    if (!*text || strlen(text) > 255 || strpbrk(text, "/?#@*\\"))
        return false;
    int bytes = snprintf(href, sizeof href, "http://%s/", text);
    if (url_parse(href, (size_t)bytes, NULL, &url) != URL_OK)
        return false;
    struct url_slice host = url_host(&url);
    return host.bytes == strlen(text) && memcmp(host.data, text, host.bytes) == 0;
}

/* A host, or "*." and one that something can be below. */
static bool is_pattern(const char *text)
{
    char host[256];
    snprintf(host, sizeof host, "%s", text);
    if (strncmp(host, "*.", 2) == 0)
        host[0] = 'x';
    return text[strspn(text, "*.-_")] && is_host(host);
}

static int read_pattern(const json_t *value, struct host_rule *rule, struct settings_error *error)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) >= sizeof rule->pattern)
        return refuse(error, "pattern", "must be a host name, or \"*.\" and one");
    for (size_t i = 0; i <= strlen(text); i++)
        rule->pattern[i] = (char)tolower((unsigned char)text[i]);
    if (!is_pattern(rule->pattern))
        return refuse(error, "pattern",
                      "must be a host as it stands in a URL, without a port (www.example.com, its "
                      "xn-- form, 192.0.2.1 or [2001:db8::1]), or \"*.\" and a host name for all "
                      "that is below it");
    return 0;
}

static int read_number(const json_t *value, const char *name, int64_t least, int64_t most,
                       int64_t *ret_number, struct settings_error *error)
{
    int64_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= least && number <= most) {
        *ret_number = number;
        return 0;
    }
    char detail[100];
    snprintf(detail, sizeof detail, "must be a whole number from %lld to %lld", (long long)least,
             (long long)most);
    return refuse(error, name, detail);
}

static int read_member(const char *name, const json_t *value, struct host_rule *rule,
                       struct settings_error *error)
{
    int64_t number = 0;
    int rc = 0;
    if (strcmp(name, "pattern") == 0)
        return read_pattern(value, rule, error);
    if (strcmp(name, "delay_ms") == 0)
        return read_number(value, name, 0, MAX_DELAY_MS, &rule->pace.delay_ms, error);
    if (strcmp(name, "connections") == 0) {
        rc = read_number(value, name, 1, MAX_CONNECTIONS, &number, error);
        rule->pace.connections = (unsigned)number;
        return rc;
    }
    if (strcmp(name, "adaptive") != 0)
        return refuse(error, name,
                      "is not known; a rule has pattern, delay_ms, connections and adaptive");
    if (!json_is_boolean(value))
        return refuse(error, name, "must be true or false");
    rule->pace.adaptive = json_is_true(value);
    return 0;
}

int host_rule_from_json(const json_t *object, struct host_rule *ret_rule,
                        struct settings_error *ret_error)
{
    struct host_rule rule = {.pace = {.delay_ms = -1, .adaptive = -1}};
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    for (; at; at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        int rc =
            read_member(json_object_iter_key(at), json_object_iter_value(at), &rule, ret_error);
        if (rc < 0)
            return rc;
    }
    if (!*rule.pattern)
        return refuse(ret_error, "pattern", "is missing: which hosts is this rule for?");
    if (rule.pace.delay_ms < 0 && rule.pace.connections == 0 && rule.pace.adaptive < 0)
        return refuse(ret_error, "delay_ms",
                      "is missing: a rule says delay_ms, connections or adaptive");
    *ret_rule = rule;
    return 0;
}

json_t *host_rule_to_json(const struct host_rule *rule)
{
    json_t *object = json_pack("{s:s}", "pattern", rule->pattern);
    if (rule->pace.delay_ms >= 0)
        json_object_set_new(object, "delay_ms", json_integer(rule->pace.delay_ms));
    if (rule->pace.connections > 0)
        json_object_set_new(object, "connections", json_integer(rule->pace.connections));
    if (rule->pace.adaptive >= 0)
        json_object_set_new(object, "adaptive", json_boolean(rule->pace.adaptive));
    return object;
}
