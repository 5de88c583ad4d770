/* See robots_directives.h. */
#include "crawler/extract/robots_directives.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/html_text.h"

static const struct {
    const char *name;
    uint32_t directives;
} known[] = {
    {"noindex", DIRECTIVE_NOINDEX},
    {"nofollow", DIRECTIVE_NOFOLLOW},
    {"none", DIRECTIVE_NOINDEX | DIRECTIVE_NOFOLLOW},
    {"noimageindex", DIRECTIVE_NOIMAGEINDEX},
    {"noai", DIRECTIVE_NOAI},
    {"noimageai", DIRECTIVE_NOIMAGEAI},
};

/* Directives that have a value, which look as if they were for an agent of that name. */
static const char *const valued[] = {"unavailable_after", "max-snippet", "max-image-preview",
                                     "max-video-preview"};

const char *robots_directive_name(uint32_t directive)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].directives == directive)
            return known[i].name;
    return "tdm_reserved";
}

struct slice {
    const char *text;
    size_t bytes;
};

static bool is_name(struct slice slice, const char *name)
{
    return strlen(name) == slice.bytes && strncasecmp(slice.text, name, slice.bytes) == 0;
}

static struct slice trimmed(const char *text, size_t bytes)
{
    struct slice slice;
    slice.text = html_trim(text, bytes, &slice.bytes);
    return slice;
}

static uint32_t directives_named(struct slice name)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_name(name, known[i].name))
            return known[i].directives;
    return 0;
}

static bool separates(char c)
{
    return c == ',' || html_is_space(c);
}

uint32_t robots_directives_of_meta(const char *content, size_t bytes)
{
    uint32_t directives = 0;
    for (size_t i = 0; i < bytes;) {
        size_t start = i;
        while (i < bytes && !separates(content[i]))
            i++;
        directives |= directives_named((struct slice){content + start, i - start});
        i++;
    }
    return directives;
}

static bool has_value(struct slice name)
{
    for (size_t i = 0; i < sizeof valued / sizeof *valued; i++)
        if (is_name(name, valued[i]))
            return true;
    return false;
}

static bool is_for_us(struct slice name, const char *agent)
{
    return is_name(name, agent) || is_name(name, "*") || is_name(name, "robots");
}

/* One piece between commas. What stands before its colon tells for whom the line goes on. */
static uint32_t of_piece(struct slice piece, const char *agent, bool *for_us)
{
    const char *colon = memchr(piece.text, ':', piece.bytes);
    if (colon) {
        struct slice name = trimmed(piece.text, (size_t)(colon - piece.text));
        if (has_value(name))
            return 0;
        *for_us = is_for_us(name, agent);
        piece = trimmed(colon + 1, piece.bytes - (size_t)(colon + 1 - piece.text));
    }
    return *for_us ? directives_named(piece) : 0;
}

static uint32_t of_line(const char *line, size_t bytes, const char *agent)
{
    uint32_t directives = 0;
    bool for_us = true;
    for (size_t i = 0; i < bytes;) {
        const char *comma = memchr(line + i, ',', bytes - i);
        size_t end = comma ? (size_t)(comma - line) : bytes;
        directives |= of_piece(trimmed(line + i, end - i), agent, &for_us);
        i = end + 1;
    }
    return directives;
}

uint32_t robots_directives_of_header(const char *lines, size_t bytes, const char *agent)
{
    uint32_t directives = 0;
    for (size_t i = 0; i < bytes;) {
        const char *newline = memchr(lines + i, '\n', bytes - i);
        size_t end = newline ? (size_t)(newline - lines) : bytes;
        directives |= of_line(lines + i, end - i, agent);
        i = end + 1;
    }
    return directives;
}

uint32_t robots_directives_of_tdm(const char *value, size_t bytes)
{
    return is_name(trimmed(value, bytes), "1") ? DIRECTIVE_TDM_RESERVED : 0;
}
