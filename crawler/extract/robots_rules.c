/* Matching a URL's path against the rules that robots_txt_parse() wrote. Runs in the crawler for
 * each URL of a host, straight on the text form: a typical file is a few dozen lines, and most are
 * told apart by their first bytes. The rules come from a parse process and so are not trusted: a
 * line that is not well-formed is passed over. What is left to search behind wildcards has a
 * budget, for a file may be made of thousands of patterns that each go through the whole URL. */
#include "crawler/extract/robots_txt.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/robots_path.h"
#include "crawler/extract/url.h"
#include "crawler/extract/wildcard.h"

/* Bytes of paths and patterns that are searched for one URL: about a millisecond at worst. */
enum { SEARCH_MOST_BYTES = 256 * 1024 };

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

/* A path on its way through the rules. */
struct search {
    const char *path;
    size_t path_bytes;
    size_t bytes_left; /* of the budget */
    bool is_spent;     /* there was not enough left for a rule */
};

/* Whether the path begins as the rule does, up to its first wildcard. */
static bool begins_alike(const struct rule *rule, size_t literal_bytes, const struct search *search)
{
    return literal_bytes <= search->path_bytes &&
           memcmp(rule->value, search->path, literal_bytes) == 0;
}

/* Both the path and the pattern are gone through once at most, and no further than the path goes.
 */
static bool take_budget(struct search *search, size_t path_bytes, size_t pattern_bytes)
{
    size_t bytes = path_bytes + (pattern_bytes < path_bytes ? pattern_bytes : path_bytes);
    search->is_spent = bytes > search->bytes_left;
    search->bytes_left -= search->is_spent ? 0 : bytes;
    return !search->is_spent;
}

static bool rule_matches(const struct rule *rule, struct search *search)
{
    const char *star = memchr(rule->value, '*', rule->value_bytes);
    size_t bytes = rule->value_bytes, path_bytes = search->path_bytes;
    size_t literal_bytes = star ? (size_t)(star - rule->value) : 0;
    const char *path = search->path;
    if (star && (!begins_alike(rule, literal_bytes, search) ||
                 !take_budget(search, path_bytes - literal_bytes, bytes)))
        return false;
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

/* The best rule; or the one that the budget did not suffice for. */
static struct rule find_best(const char *rules, struct search *search)
{
    struct rule best = {0};
    struct rule rule;
    while (next_rule(&rules, &rule)) {
        bool has_path = rule.kind == RULE_ALLOW || rule.kind == RULE_DISALLOW;
        if (has_path && outranks(&rule, &best) && rule_matches(&rule, search))
            best = rule;
        if (search->is_spent)
            return rule;
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

static void tell(const struct rule *best, bool is_spent, struct robots_decision *ret_decision)
{
    size_t most = sizeof ret_decision->rule;
    ret_decision->allowed = best->kind == RULE_ALLOW && !is_spent;
    ret_decision->line = best->line;
    if (is_spent)
        snprintf(ret_decision->rule, most,
                 "from here on it has too many wildcards to be matched with this URL, which "
                 "counts as disallowed");
    else
        snprintf(ret_decision->rule, most, "%s: %.*s",
                 best->kind == RULE_ALLOW ? "Allow" : "Disallow",
                 (int)(best->value_bytes < most ? best->value_bytes : most), best->value);
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
    struct search search = {
        .path = text, .path_bytes = normal.bytes, .bytes_left = SEARCH_MOST_BYTES};
    struct rule best = find_best(rules, &search);
    if (best.kind != RULE_NONE)
        tell(&best, search.is_spent, ret_decision);
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
