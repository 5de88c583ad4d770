/* srcset: one pass over the attribute's value, candidates told as they are found; nothing is
 * stored. Pure functions, run in parse processes. Linear in the length of the value. */
#include "crawler/extract/srcset.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    const char *at;
    const char *end;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- numbers --- */

/* A valid non-negative integer above zero; saturates. 0: it is none. */
static uint32_t positive_integer(const char *text, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (!is_digit(text[i]))
            return 0;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > UINT32_MAX)
            value = UINT32_MAX;
    }
    return (uint32_t)value;
}

static size_t skip_digits(struct cursor *in)
{
    const char *start = in->at;
    while (in->at < in->end && is_digit(*in->at))
        in->at++;
    return (size_t)(in->at - start);
}

static bool skip_one_of(struct cursor *in, char a, char b)
{
    if (in->at == in->end || (*in->at != a && *in->at != b))
        return false;
    in->at++;
    return true;
}

/* The grammar of "valid floating-point number" (HTML 2.3.4.3): no plus sign, no bare dot at the
 * end. */
static bool is_valid_float(const char *text, size_t bytes)
{
    struct cursor in = {.at = text, .end = text + bytes};
    skip_one_of(&in, '-', '-');
    size_t digits = skip_digits(&in);
    if (skip_one_of(&in, '.', '.')) {
        digits = skip_digits(&in);
    }
    if (digits == 0)
        return false;
    if (skip_one_of(&in, 'e', 'E')) {
        skip_one_of(&in, '-', '+');
        if (skip_digits(&in) == 0)
            return false;
    }
    return in.at == in.end;
}

/* False for what is no valid number, negative, infinite or of absurd length. */
static bool density_value(const char *text, size_t bytes, double *ret_density)
{
    char number[64];
    if (bytes >= sizeof number || !is_valid_float(text, bytes))
        return false;
    memcpy(number, text, bytes);
    number[bytes] = '\0';
    double value = strtod(number, NULL);
    if (!(value >= 0) || !isfinite(value))
        return false;
    *ret_density = value;
    return true;
}

/* --- descriptors --- */

/* What the descriptors of one candidate have said so far. */
struct descriptors {
    bool error;
    bool has_density;
    uint32_t width, height;
    double density;
};

static bool apply_width(struct descriptors *seen, const char *text, size_t bytes)
{
    if (seen->width || seen->has_density)
        return false;
    seen->width = positive_integer(text, bytes);
    return seen->width > 0;
}

static bool apply_height(struct descriptors *seen, const char *text, size_t bytes)
{
    if (seen->height || seen->has_density)
        return false;
    seen->height = positive_integer(text, bytes);
    return seen->height > 0;
}

static bool apply_density(struct descriptors *seen, const char *text, size_t bytes)
{
    if (seen->width || seen->height || seen->has_density)
        return false;
    seen->has_density = density_value(text, bytes, &seen->density);
    return seen->has_density;
}

static bool apply_descriptor(struct descriptors *seen, const char *text, size_t bytes)
{
    switch (text[bytes - 1]) {
    case 'w':
        return apply_width(seen, text, bytes - 1);
    case 'x':
        return apply_density(seen, text, bytes - 1);
    case 'h':
        return apply_height(seen, text, bytes - 1);
    default:
        return false;
    }
}

/* Moves past one descriptor: up to a space or comma that is not inside parentheses. */
static void skip_descriptor(struct cursor *in)
{
    bool in_parens = false;
    for (; in->at < in->end; in->at++) {
        char c = *in->at;
        if (in_parens)
            in_parens = c != ')';
        else if (c == '(')
            in_parens = true;
        else if (is_space(c) || c == ',')
            return;
    }
}

/* Reads descriptors up to the comma that ends the candidate, or the end. */
static void read_descriptors(struct cursor *in, struct descriptors *ret_seen,
                             struct srcset_candidate *candidate)
{
    *ret_seen = (struct descriptors){0};
    while (in->at < in->end && *in->at != ',') {
        if (is_space(*in->at)) {
            in->at++;
            continue;
        }
        const char *start = in->at;
        skip_descriptor(in);
        if (!candidate->descriptor_bytes)
            candidate->descriptor = start;
        candidate->descriptor_bytes = (size_t)(in->at - candidate->descriptor);
        if (!apply_descriptor(ret_seen, start, (size_t)(in->at - start)))
            ret_seen->error = true;
    }
    /* A height alone says nothing. */
    if (ret_seen->height && !ret_seen->width)
        ret_seen->error = true;
    candidate->width = ret_seen->width;
    candidate->height = ret_seen->height;
    candidate->density = ret_seen->density;
}

/* --- candidates --- */

static void read_url(struct cursor *in, struct srcset_candidate *ret_candidate)
{
    const char *start = in->at;
    while (in->at < in->end && !is_space(*in->at))
        in->at++;
    *ret_candidate = (struct srcset_candidate){
        .url = start, .url_bytes = (size_t)(in->at - start), .descriptor = in->at};
}

/* Drops the commas that end the URL; true where there were some, and so no descriptor follows. */
static bool strip_commas(struct srcset_candidate *candidate)
{
    size_t bytes = candidate->url_bytes;
    while (candidate->url_bytes && candidate->url[candidate->url_bytes - 1] == ',')
        candidate->url_bytes--;
    return candidate->url_bytes < bytes;
}

size_t srcset_parse(const char *value, size_t bytes, srcset_fn fn, void *arg)
{
    struct cursor in = {.at = value, .end = value + bytes};
    size_t count = 0;
    for (;;) {
        while (in.at < in.end && (is_space(*in.at) || *in.at == ','))
            in.at++;
        if (in.at == in.end)
            return count;
        struct srcset_candidate candidate;
        struct descriptors seen = {0};
        read_url(&in, &candidate);
        if (!strip_commas(&candidate))
            read_descriptors(&in, &seen, &candidate);
        if (seen.error)
            continue;
        fn(&candidate, arg);
        count++;
    }
}

size_t srcset_descriptor(const struct srcset_candidate *candidate,
                         char ret_text[SRCSET_DESCRIPTOR_MAX_BYTES])
{
    int bytes = 0;
    ret_text[0] = '\0';
    if (candidate->width && candidate->height)
        bytes = snprintf(ret_text, SRCSET_DESCRIPTOR_MAX_BYTES, "%uw %uh", candidate->width,
                         candidate->height);
    else if (candidate->width)
        bytes = snprintf(ret_text, SRCSET_DESCRIPTOR_MAX_BYTES, "%uw", candidate->width);
    else if (candidate->density > 0)
        bytes = snprintf(ret_text, SRCSET_DESCRIPTOR_MAX_BYTES, "%.15gx", candidate->density);
    return (size_t)bytes;
}
