/* Reading robots.txt into rules. Runs in a parse process; the text is whatever a site sent.
 *
 * Two passes over the lines: the first finds which of our agents the file knows, the second writes
 * the rules of all its groups. Nothing is allocated.
 *
 * Where files in the wild go beyond RFC 9309, decided so:
 * - A missing colon is forgiven where exactly two words stand on the line ("Disallow /x").
 * - Common misspellings of Disallow count as Disallow: the intent is plain, and obeying is safe.
 * - A byte order mark is skipped, also one that has lost its last bytes.
 * - An agent's name in the file ends at the first byte that is no letter, digit, '-' or '_', so
 * that "foobot/1.2", "foobot*" and "foo bar" name foobot, foobot and foo. Digits belong to the
 * name: "bot42" is not "bot". Names are compared whole and without case.
 * - Only Allow and Disallow end the list of agents that begins a group; Crawl-delay and what is
 *   unknown do not.
 * - Sitemap lines count wherever they stand. Of several crawl delays for us the longest is kept.
 * - Rules without a path, and rules before any group, say nothing.
 */
#include "crawler/extract/robots_txt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/robots_path.h"
#include "crawler/extract/url.h"

enum directive {
    DIRECTIVE_OTHER,
    DIRECTIVE_AGENT,
    DIRECTIVE_ALLOW,
    DIRECTIVE_DISALLOW,
    DIRECTIVE_DELAY,
    DIRECTIVE_SITEMAP
};

static const struct {
    const char *name;
    enum directive directive;
} directives[] = {
    {"user-agent", DIRECTIVE_AGENT},  {"useragent", DIRECTIVE_AGENT},
    {"user agent", DIRECTIVE_AGENT},  {"allow", DIRECTIVE_ALLOW},
    {"disallow", DIRECTIVE_DISALLOW}, {"dissallow", DIRECTIVE_DISALLOW},
    {"dissalow", DIRECTIVE_DISALLOW}, {"disalow", DIRECTIVE_DISALLOW},
    {"diasllow", DIRECTIVE_DISALLOW}, {"disallaw", DIRECTIVE_DISALLOW},
    {"crawl-delay", DIRECTIVE_DELAY}, {"sitemap", DIRECTIVE_SITEMAP},
    {"site-map", DIRECTIVE_SITEMAP},
};

struct text {
    const char *data;
    size_t bytes;
};

struct line {
    unsigned number;
    enum directive directive;
    struct text value;
};

struct reader {
    const char *at;
    const char *end;
    unsigned number; /* of the line that was read last */
};

/* --- lines --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\0';
}

static struct text trim(const char *start, const char *end)
{
    while (start < end && is_blank(*start))
        start++;
    while (start < end && is_blank(end[-1]))
        end--;
    return (struct text){start, (size_t)(end - start)};
}

static bool equals(struct text text, const char *name)
{
    return text.bytes == strlen(name) && strncasecmp(text.data, name, text.bytes) == 0;
}

static enum directive find_directive(struct text name)
{
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
        if (equals(name, directives[i].name))
            return directives[i].directive;
    return DIRECTIVE_OTHER;
}

/* Where name and value part: at the colon, or between the only two words. NULL: nowhere. */
static const char *find_separator(struct text line)
{
    const char *colon = memchr(line.data, ':', line.bytes);
    if (colon)
        return colon;
    const char *at = line.data;
    const char *end = line.data + line.bytes;
    while (at < end && !is_blank(*at))
        at++;
    struct text rest = trim(at, end);
    for (size_t i = 0; i < rest.bytes; i++)
        if (is_blank(rest.data[i]))
            return NULL;
    return rest.bytes ? at : NULL;
}

static void read_line(struct text text, struct line *ret_line)
{
    const char *comment = memchr(text.data, '#', text.bytes);
    struct text line = trim(text.data, comment ? comment : text.data + text.bytes);
    const char *separator = find_separator(line);
    ret_line->directive = DIRECTIVE_OTHER;
    if (!separator)
        return;
    ret_line->directive = find_directive(trim(line.data, separator));
    ret_line->value = trim(separator + 1, line.data + line.bytes);
}

/* Lines end with LF, CR or both. */
static bool next_line(struct reader *in, struct line *ret_line)
{
    if (in->at >= in->end)
        return false;
    const char *start = in->at;
    while (in->at < in->end && *in->at != '\n' && *in->at != '\r')
        in->at++;
    struct text text = {start, (size_t)(in->at - start)};
    if (in->end - in->at >= 2 && in->at[0] == '\r' && in->at[1] == '\n')
        in->at++;
    in->at++;
    ret_line->number = ++in->number;
    read_line(text, ret_line);
    return true;
}

static struct reader reader_init(const char *text, size_t bytes)
{
    static const char bom[] = "\xef\xbb\xbf";
    const char *end = text + (bytes < ROBOTS_TXT_MAX_BYTES ? bytes : ROBOTS_TXT_MAX_BYTES);
    for (int i = 0; i < 3 && text < end && *text == bom[i]; i++)
        text++;
    return (struct reader){.at = text, .end = end};
}

/* --- groups --- */

static bool is_agent_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

static bool names_agent(struct text value, const char *agent)
{
    if (value.bytes && value.data[0] == '*')
        return strcmp(agent, "*") == 0 && (value.bytes == 1 || is_blank(value.data[1]));
    size_t bytes = 0;
    while (bytes < value.bytes && is_agent_character(value.data[bytes]))
        bytes++;
    return equals((struct text){value.data, bytes}, agent);
}

static bool has_group(const char *text, size_t bytes, const char *agent)
{
    struct reader in = reader_init(text, bytes);
    struct line line;
    while (next_line(&in, &line))
        if (line.directive == DIRECTIVE_AGENT && names_agent(line.value, agent))
            return true;
    return false;
}

/* The first of our names that has a group; else everyone's. */
static const char *choose_agent(const char *text, size_t bytes, const char *const *agents,
                                size_t agent_count)
{
    for (size_t i = 0; i < agent_count; i++)
        if (has_group(text, bytes, agents[i]))
            return agents[i];
    return "*";
}

/* --- rules --- */

static void write_start(struct url_writer *out, const char *kind, unsigned line)
{
    char start[32];
    url_write(out, start, (size_t)snprintf(start, sizeof start, "%s %u ", kind, line));
}

static void write_rule(struct url_writer *out, const struct line *line)
{
    if (line->value.bytes == 0 || line->value.bytes > URL_MAX_BYTES)
        return;
    write_start(out, line->directive == DIRECTIVE_ALLOW ? "allow" : "disallow", line->number);
    robots_write_pattern(out, line->value.data, line->value.bytes);
    url_write_char(out, '\n');
}

/* Seconds, perhaps with a fraction; at most a day. */
static void write_delay(struct url_writer *out, const struct line *line)
{
    char number[32];
    if (line->value.bytes == 0 || line->value.bytes >= sizeof number)
        return;
    memcpy(number, line->value.data, line->value.bytes);
    number[line->value.bytes] = '\0';
    char *end;
    double seconds = strtod(number, &end);
    if (end == number || *end || !(seconds >= 0))
        return;
    double most = 24 * 60 * 60;
    write_start(out, "delay", line->number);
    snprintf(number, sizeof number, "%ld\n", (long)((seconds < most ? seconds : most) * 1000));
    url_write(out, number, strlen(number));
}

static void write_sitemap(struct url_writer *out, const struct line *line)
{
    if (line->value.bytes == 0 || line->value.bytes > URL_MAX_BYTES)
        return;
    write_start(out, "sitemap", line->number);
    for (size_t i = 0; i < line->value.bytes; i++) {
        bool is_control = (unsigned char)line->value.data[i] < ' ';
        url_write_char(out, is_control ? ' ' : line->value.data[i]);
    }
    url_write_char(out, '\n');
}

/* Follows the groups and writes what counts for agent. */
struct group {
    const char *agent;
    bool is_open; /* agents are being named; no rule yet */
    bool is_ours;
};

static void handle_line(struct group *group, const struct line *line, struct url_writer *out)
{
    switch (line->directive) {
    case DIRECTIVE_AGENT:
        group->is_ours =
            (group->is_open && group->is_ours) || names_agent(line->value, group->agent);
        group->is_open = true;
        break;
    case DIRECTIVE_ALLOW:
    case DIRECTIVE_DISALLOW:
        group->is_open = false;
        if (group->is_ours)
            write_rule(out, line);
        break;
    case DIRECTIVE_DELAY:
        if (group->is_ours)
            write_delay(out, line);
        break;
    case DIRECTIVE_SITEMAP:
        write_sitemap(out, line);
        break;
    case DIRECTIVE_OTHER:
        break;
    }
}

size_t robots_txt_parse(const char *text, size_t bytes, const char *const *agents,
                        size_t agent_count, char *ret_rules, size_t capacity)
{
    struct url_writer out = {.data = ret_rules, .capacity = capacity - 1};
    struct group group = {.agent = choose_agent(text, bytes, agents, agent_count)};
    struct reader in = reader_init(text, bytes);
    struct line line;
    size_t whole = 0; /* bytes of the rules that fit */
    while (!out.full && next_line(&in, &line)) {
        handle_line(&group, &line, &out);
        if (!out.full)
            whole = out.bytes;
    }
    ret_rules[whole] = '\0';
    return whole;
}
