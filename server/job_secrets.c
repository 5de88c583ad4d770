/* See job_secrets.h. */
#include "server/job_secrets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "crawler/job/job_settings.h"
#include "crawler/job/proxy_url.h"

static void hide(json_t *object, const char *name)
{
    if (json_object_get(object, name))
        json_object_set_new(object, name, json_string(SETTINGS_REDACTED));
}

/* Headers whose values are known to be no secret. */
static bool is_plain_header(const char *name)
{
    static const char *const names[] = {"Accept", "Accept-Language", "Cache-Control", "DNT",
                                        "From",   "Pragma",          "Referer",       "Sec-GPC"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void hide_headers(json_t *headers)
{
    const char *name;
    json_t *value;
    json_object_foreach(headers, name, value)
    {
        if (!is_plain_header(name))
            json_object_set_new(headers, name, json_string(SETTINGS_REDACTED));
    }
}

static void hide_proxy_password(json_t *settings)
{
    const char *proxy = json_string_value(json_object_get(settings, "proxy"));
    if (!proxy)
        return;
    char *redacted = proxy_url_redacted(proxy);
    json_object_set_new(settings, "proxy", json_string(redacted));
    free(redacted);
}

void job_secrets_hide(json_t *settings)
{
    size_t i;
    json_t *login;
    json_array_foreach(json_object_get(settings, "credentials"), i, login)
    {
        hide(login, "password");
        hide(login, "token");
    }
    hide_headers(json_object_get(settings, "headers"));
    hide_proxy_password(settings);
}
