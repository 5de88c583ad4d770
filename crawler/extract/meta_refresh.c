/* The target of a meta refresh. Pure functions. The step numbers are those of the standard. */
#include "crawler/extract/meta_refresh.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_text.h"

static const char *skip_spaces(const char *at)
{
    while (html_is_space(*at))
        at++;
    return at;
}

static const char *skip_time(const char *at, bool *ret_found)
{
    const char *start = at;
    while (*at >= '0' && *at <= '9')
        at++;
    *ret_found = at > start || *at == '.';
    while ((*at >= '0' && *at <= '9') || *at == '.')
        at++;
    return at;
}

/* Step 11: what stands between the time and the target; NULL where it is malformed. */
static const char *skip_separator(const char *at)
{
    if (*at && *at != ';' && *at != ',' && !html_is_space(*at))
        return NULL;
    at = skip_spaces(at);
    if (*at == ';' || *at == ',')
        at++;
    return skip_spaces(at);
}

/* "url =", which may be left out; where it is not whole, the text as it stands is the target. */
static const char *skip_url_mark(const char *at)
{
    if (strncasecmp(at, "url", 3))
        return at;
    const char *mark = skip_spaces(at + 3);
    return *mark == '=' ? skip_spaces(mark + 1) : at;
}

bool meta_refresh_target(const char *content, const char **ret_target, size_t *ret_bytes)
{
    bool has_time;
    const char *at = skip_time(skip_spaces(content), &has_time);
    if (!has_time || !(at = skip_separator(at)) || !*at)
        return false;
    const char *target = skip_url_mark(at);
    size_t bytes = strlen(target);
    if (*target == '"' || *target == '\'') {
        const char *close = strchr(target + 1, *target);
        target++;
        bytes = close ? (size_t)(close - target) : bytes - 1;
    }
    *ret_target = target;
    *ret_bytes = bytes;
    return true;
}
