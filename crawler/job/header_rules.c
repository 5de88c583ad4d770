/* See header_rules.h. */
#include "crawler/job/header_rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "crawler/job/job_settings.h"

enum { MAX_NAME_BYTES = 128, MAX_VALUE_BYTES = 8192 };

#define FRAMING   "is set by the connection itself (RFC 9110 section 7.6.1) and cannot be given"
#define CONDITION "is set by the crawler; unchanged pages are asked for by \"repeat_of\""

static const struct {
    const char *name;
    const char *problem;
} refused[] = {
    {"Authorization",
     "would be sent to every host of the crawl; use \"credentials\", which stay with their host"},
    {"Cookie", "would be sent to every host of the crawl; with \"cookies\" on, what a host sets is "
               "sent back to it alone"},
    {"User-Agent", "is the operator's: set user_agent in section [fetch] of the configuration, "
                   "robots.txt is read for that name"},
    {"Host", "is taken from each URL and cannot be given"},
    {"Accept-Encoding", "is set by what can be decoded and cannot be given"},
    {"Content-Length", FRAMING},
    {"Content-Encoding", FRAMING},
    {"Transfer-Encoding", FRAMING},
    {"Connection", FRAMING},
    {"Keep-Alive", FRAMING},
    {"Upgrade", FRAMING},
    {"HTTP2-Settings", FRAMING},
    {"TE", FRAMING},
    {"Trailer", FRAMING},
    {"Expect", FRAMING},
    {"Range", CONDITION},
    {"If-Match", CONDITION},
    {"If-None-Match", CONDITION},
    {"If-Modified-Since", CONDITION},
    {"If-Unmodified-Since", CONDITION},
    {"If-Range", CONDITION},
};

/* A token of RFC 9110 section 5.6.2. */
static bool is_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *text && text[strspn(text, allowed)] == '\0';
}

/* Visible ASCII, spaces and tabs: what every server takes. */
static bool is_field_value(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c != '\t' && (*c < 0x20 || *c > 0x7e))
            return false;
    }
    return true;
}

const char *header_problem(const char *name, const char *value)
{
    if (!is_token(name) || strlen(name) > MAX_NAME_BYTES)
        return "is no header name: letters, digits and !#$%&'*+-.^_`|~, 128 of them at most";
    if (!is_field_value(value) || strlen(value) > MAX_VALUE_BYTES)
        return "must have a value of one line of ASCII, 8192 bytes at most";
    if (strcmp(value, SETTINGS_REDACTED) == 0)
        return "has \"" SETTINGS_REDACTED
               "\", which stands for a value that is not shown; give the "
               "real one";
    if (value[strspn(value, " \t")] == '\0')
        return "has an empty value; leave it out to send none";
    if (strncasecmp(name, "Proxy-", 6) == 0)
        return "is for a proxy; give its user and password in the URL of \"proxy\"";
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (strcasecmp(name, refused[i].name) == 0)
            return refused[i].problem;
    }
    return NULL;
}
