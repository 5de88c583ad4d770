/* Matching a URL's path against the rules that robots_txt_parse() wrote. Runs in the crawler for
 * each URL of a host, straight on the text form: a typical file is a few dozen lines, and most are
 * told apart by their first bytes. The rules come from a parse process and so are not trusted: a
 * line that is not well-formed is passed over. */
#include "crawler/extract/robots_txt.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/robots_path.h"
#include "crawler/extract/url.h"
#include "crawler/extract/wildcard.h"

enum rule_kind { RULE_NONE, RULE_ALLOW, RULE_DISALLOW, RULE_DELAY, RULE_SITEMAP };

struct rule {
    enum rule_kind kind; /* RULE_NONE: the line is not well-formed */
    unsigned line;
    const char *value;
    size_t value_bytes;
};

static enum rule_kind find_kind(const char *word, size_t bytes)
{
    static const struct {
        const char *name;
        enum rule_kind kind;
    } kinds[] = {{"allow", RULE_ALLOW},
                 {"disallow", RULE_DISALLOW},
                 {"delay", RULE_DELAY},
                 {"sitemap", RULE_SITEMAP}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i].name) == bytes && memcmp(kinds[i].name, word, bytes) == 0)
            return kinds[i].kind;
    return RULE_NONE;
}

static unsigned read_number(const char **at)
{
    unsigned value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        value = value < UINT32_MAX / 10 ? value * 10 + (unsigned)(**at - '0') : UINT32_MAX;
    return value;
}

/* Reads the line at *at and moves past it; false at the end. */
static bool next_rule(const char **at, struct rule *ret_rule)
{
    if (!**at)
        return false;
    const char *start = *at;
    const char *end = strchrnul(start, '\n');
    *at = *end ? end + 1 : end;
    *ret_rule = (struct rule){0};
    const char *space = memchr(start, ' ', (size_t)(end - start));
    if (!space)
        return true;
    const char *value = space + 1;
    ret_rule->line = read_number(&value);
    if (*value != ' ')
        return true;
    ret_rule->value = value + 1;
    ret_rule->value_bytes = (size_t)(end - ret_rule->value);
    ret_rule->kind = find_kind(start, (size_t)(space - start));
    return true;
}

static bool rule_matches(const struct rule *rule, const char *path, size_t path_bytes)
{
    size_t bytes = rule->value_bytes;
    if (bytes && rule->value[bytes - 1] == '$')
        return wildcard_match(rule->value, bytes - 1, path, path_bytes);
    return wildcard_match_start(rule->value, bytes, path, path_bytes);
}

/* The most specific rule is the one with the most octets; among equals Allow wins. */
static bool outranks(const struct rule *rule, const struct rule *best)
{
    if (best->kind == RULE_NONE || rule->value_bytes > best->value_bytes)
        return true;
    return rule->value_bytes == best->value_bytes && rule->kind == RULE_ALLOW &&
           best->kind == RULE_DISALLOW;
}

static struct rule find_best(const char *rules, const char *path, size_t path_bytes)
{
    struct rule best = {0};
    struct rule rule;
    while (next_rule(&rules, &rule)) {
        bool has_path = rule.kind == RULE_ALLOW || rule.kind == RULE_DISALLOW;
        if (has_path && outranks(&rule, &best) && rule_matches(&rule, path, path_bytes))
            best = rule;
    }
    return best;
}

static bool is_robots_txt(const char *path, size_t path_bytes)
{
    static const char own[] = "/robots.txt";
    size_t bytes = sizeof own - 1;
    return path_bytes >= bytes && memcmp(path, own, bytes) == 0 &&
           (path_bytes == bytes || path[bytes] == '?');
}

void robots_rules_match(const char *rules, const char *path, size_t path_bytes,
                        struct robots_decision *ret_decision)
{
    *ret_decision = (struct robots_decision){.allowed = true};
    if (is_robots_txt(path, path_bytes))
        return;
    char text[3 * URL_MAX_BYTES];
    struct url_writer normal = {.data = text, .capacity = sizeof text};
    robots_write_path(&normal, path, path_bytes < URL_MAX_BYTES ? path_bytes : URL_MAX_BYTES);
    struct rule best = find_best(rules, normal.data, normal.bytes);
    if (best.kind == RULE_NONE)
        return;
    ret_decision->allowed = best.kind == RULE_ALLOW;
    ret_decision->line = best.line;
    size_t most = sizeof ret_decision->rule;
    snprintf(ret_decision->rule, most, "%s: %.*s", best.kind == RULE_ALLOW ? "Allow" : "Disallow",
             (int)(best.value_bytes < most ? best.value_bytes : most), best.value);
}

long robots_rules_delay_ms(const char *rules)
{
    long longest = -1;
    struct rule rule;
    while (next_rule(&rules, &rule)) {
        if (rule.kind != RULE_DELAY)
            continue;
        const char *at = rule.value;
        long delay = (long)read_number(&at);
        if (at > rule.value && delay > longest)
            longest = delay;
    }
    return longest;
}
