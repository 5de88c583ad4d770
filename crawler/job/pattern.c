/* See pattern.h.
 *
 * Regular expressions are interpreted, not compiled to machine code: a service that may not map
 * writable memory as executable (configs/imgcrawl.service) cannot do that, and the compiled ones
 * know no limit of depth. They are anchored at both ends because PCRE2 counts steps anew for each
 * place where a match may begin: here there is one, and the limit is one of the whole match. */
#include "crawler/job/pattern.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "crawler/base/memory.h"
#include "crawler/extract/wildcard.h"

enum {
    MAX_PATTERN_BYTES = 2000,
    MAX_NESTING = 50,      /* of parentheses */
    MATCH_STEPS = 200000,  /* of one match: some milliseconds */
    LIST_STEPS = 1000000,  /* of all the expressions of a list on one URL */
    CUT_OFFS_MOST = 3,     /* on one URL; then no further expression is tried on it */
    MATCH_DEPTH = 20000,   /* of backtracking */
    MATCH_HEAP_KIB = 4096, /* for the places to go back to */
    PROBE_BYTES = 28,      /* short enough that only what is exponential takes long */
};

struct pattern {
    const char *text; /* a glob */
    size_t bytes;     /* of text */
    pcre2_code *code; /* a regular expression; NULL: a glob, or one with a problem */
    bool is_regex;
};

struct patterns {
    struct pattern *items;
    size_t count, regex_count;
    pcre2_match_context *context;
    pcre2_match_data *data;
};

static const char prefix[] = "re:";

bool pattern_is_regex(const char *text)
{
    return strncmp(text, prefix, sizeof prefix - 1) == 0;
}

/* Reading */

static pcre2_match_context *new_match_context(uint32_t steps)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!context)
        abort();
    pcre2_set_match_limit(context, steps);
    pcre2_set_depth_limit(context, MATCH_DEPTH);
    pcre2_set_heap_limit(context, MATCH_HEAP_KIB);
    return context;
}

/* Canonical URLs are ASCII: bytes are characters, and the expression cannot ask for another mode.
 */
static pcre2_code *compile(const char *text, int *ret_error, size_t *ret_offset)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        abort();
    pcre2_set_max_pattern_length(context, MAX_PATTERN_BYTES);
    pcre2_set_parens_nest_limit(context, MAX_NESTING);
    const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_DOTALL | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                             PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, ret_error,
                                     ret_offset, context);
    pcre2_compile_context_free(context);
    return code;
}

static enum pattern_result run(const pcre2_code *code, const char *text, size_t bytes,
                               pcre2_match_data *data, pcre2_match_context *context)
{
    int rc = pcre2_match(code, (PCRE2_SPTR)text, bytes, 0, 0, data, context);
    if (rc >= 0)
        return PATTERN_MATCH;
    return rc == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_CUT_OFF;
}

/* A text that begins as a URL may, repeats a unit, and ends so that no match is likely, but with
 * all the expression's own characters: what PCRE2 finds missing it does not try. */
static size_t make_probe(const char *start, const char *unit, const char *own, char *probe)
{
    size_t used = strlen(start), unit_bytes = strlen(unit), own_bytes = strlen(own);
    memcpy(probe, start, used);
    for (size_t i = 0; used < PROBE_BYTES; i++)
        probe[used++] = unit[i % unit_bytes];
    probe[used++] = '!';
    memcpy(probe + used, own, own_bytes);
    used += own_bytes;
    probe[used++] = '!';
    return used;
}

/* Each character of a text once. */
static void distinct_characters(const char *text, char *ret_characters)
{
    bool seen[256] = {false};
    size_t count = 0;
    for (; *text; text++) {
        if (!seen[(unsigned char)*text])
            ret_characters[count++] = *text;
        seen[(unsigned char)*text] = true;
    }
    ret_characters[count] = '\0';
}

/* The runs that a nested repetition can be made to divide in too many ways: those of usual URLs,
 * and the expression's own letters and digits. */
static bool takes_too_long(const pcre2_code *code, const char *text)
{
    static const char *const starts[] = {"", "http://a.b/", "https://a.b/?"};
    static const char *const units[] = {"a", "0", "/", "a/", "-a", "%20", "a=0&", "ab", "."};
    enum { STARTS = sizeof starts / sizeof starts[0], UNITS = sizeof units / sizeof units[0] };
    char probe[PROBE_BYTES + 260], own[256], unit[2] = "";
    distinct_characters(text, own);
    pcre2_match_context *context = new_match_context(MATCH_STEPS);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    bool cut_off = false;
    for (size_t i = 0; i < STARTS * (UNITS + strlen(own)) && !cut_off; i++) {
        size_t u = i / STARTS;
        unit[0] = own[u < UNITS ? 0 : u - UNITS];
        size_t bytes = make_probe(starts[i % STARTS], u < UNITS ? units[u] : unit, own, probe);
        cut_off = run(code, probe, bytes, data, context) == PATTERN_CUT_OFF;
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return cut_off;
}

static const char *regex_problem(const char *text, char *detail, size_t detail_bytes)
{
    int error = 0;
    size_t offset = 0;
    pcre2_code *code = compile(text, &error, &offset);
    if (!code) {
        char message[160] = "";
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
        snprintf(detail, detail_bytes,
                 "not a regular expression: %s, at character %zu of \"%.80s\"", message, offset + 1,
                 text);
        return detail;
    }
    bool slow = takes_too_long(code, text);
    pcre2_code_free(code);
    if (!slow)
        return NULL;
    snprintf(detail, detail_bytes,
             "takes too long already on URLs of %d characters: \"%.60s\"; avoid repetitions within "
             "repetitions, and use [^/]* or [^-]* in place of .*",
             PROBE_BYTES, text);
    return detail;
}

const char *pattern_problem(const char *text, char *detail, size_t detail_bytes)
{
    const char *expression = pattern_is_regex(text) ? text + sizeof prefix - 1 : text;
    if (!*expression)
        snprintf(detail, detail_bytes, "is empty: it would match no URL");
    else if (pattern_is_regex(text))
        return regex_problem(expression, detail, detail_bytes);
    else
        return NULL;
    return detail;
}

/* The list */

static void read_pattern(struct pattern *pattern, const char *text)
{
    int error;
    size_t offset;
    *pattern =
        (struct pattern){.text = text, .bytes = strlen(text), .is_regex = pattern_is_regex(text)};
    if (pattern->is_regex)
        pattern->code = compile(text + sizeof prefix - 1, &error, &offset);
}

/* The more expressions, the fewer steps for each: what one URL costs has a bound. */
static uint32_t steps_of_each(size_t regex_count)
{
    size_t share = LIST_STEPS / regex_count;
    return share < MATCH_STEPS ? (uint32_t)share : MATCH_STEPS;
}

struct patterns *patterns_new(const struct text_list *texts)
{
    struct patterns *patterns = memory_new(sizeof *patterns);
    patterns->items = memory_new((texts->count + 1) * sizeof *patterns->items);
    patterns->count = texts->count;
    for (size_t i = 0; i < texts->count; i++) {
        read_pattern(&patterns->items[i], texts->items[i]);
        patterns->regex_count += patterns->items[i].is_regex;
    }
    if (patterns->regex_count > 0) {
        patterns->context = new_match_context(steps_of_each(patterns->regex_count));
        patterns->data = pcre2_match_data_create(1, NULL);
    }
    return patterns;
}

struct patterns *patterns_free(struct patterns *patterns)
{
    if (!patterns)
        return NULL;
    for (size_t i = 0; i < patterns->count; i++)
        pcre2_code_free(patterns->items[i].code);
    pcre2_match_data_free(patterns->data);
    pcre2_match_context_free(patterns->context);
    free(patterns->items);
    free(patterns);
    return NULL;
}

static enum pattern_result match_one(const struct patterns *patterns, const struct pattern *pattern,
                                     const char *url, size_t bytes)
{
    if (!pattern->is_regex)
        return wildcard_match(pattern->text, pattern->bytes, url, bytes) ? PATTERN_MATCH
                                                                         : PATTERN_NO_MATCH;
    if (!pattern->code)
        return PATTERN_NO_MATCH;
    return run(pattern->code, url, bytes, patterns->data, patterns->context);
}

enum pattern_result patterns_match(struct patterns *patterns, const char *url, size_t bytes,
                                   size_t *ret_index)
{
    size_t cut_offs = 0;
    for (size_t i = 0; i < patterns->count; i++) {
        const struct pattern *pattern = &patterns->items[i];
        if (pattern->is_regex && cut_offs == CUT_OFFS_MOST)
            continue;
        enum pattern_result result = match_one(patterns, pattern, url, bytes);
        if (result == PATTERN_MATCH || (result == PATTERN_CUT_OFF && cut_offs++ == 0))
            *ret_index = i;
        if (result == PATTERN_MATCH)
            return result;
    }
    return cut_offs > 0 ? PATTERN_CUT_OFF : PATTERN_NO_MATCH;
}
