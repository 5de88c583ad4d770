/* See job_settings_read.h: the values by which servers let a job in: headers, credentials, proxy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/job/header_rules.h"
#include "crawler/job/job_settings_read.h"
#include "crawler/job/proxy_url.h"

enum { MAX_SECRET_BYTES = 8192, MAX_PROXY_BYTES = 2048 };

/* Headers: an object of names and values */

static void done_headers(void *field)
{
    struct job_headers *headers = field;
    for (size_t i = 0; i < headers->count; i++) {
        free(headers->items[i].name);
        free(headers->items[i].value);
    }
    free(headers->items);
    *headers = (struct job_headers){0};
}

static void add_header(struct job_headers *headers, const char *name, const char *value)
{
    headers->items = memory_resize(headers->items, (headers->count + 1) * sizeof *headers->items);
    headers->items[headers->count++] = (struct job_header){
        .name = memory_strndup(name, strlen(name)), .value = memory_strndup(value, strlen(value))};
}

static int read_header(const struct member *member, const char *name, const json_t *value,
                       struct job_headers *headers, struct settings_error *error)
{
    char pointer[48];
    snprintf(pointer, sizeof pointer, "%s/%s", member->name, name);
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return settings_refuse(error, pointer, -1, "must be a string, but it is %s",
                               settings_type_name(value));
    const char *problem = header_problem(name, json_string_value(value));
    if (problem)
        return settings_refuse(error, pointer, -1, "%s", problem);
    add_header(headers, name, json_string_value(value));
    return 0;
}

static int read_headers(const struct member *member, const json_t *value, void *field,
                        struct settings_error *error)
{
    const char *name;
    json_t *item;
    if (!json_is_object(value))
        return settings_refuse(error, member->name, -1,
                               "must be an object of header names and values, but it is %s",
                               settings_type_name(value));
    if (json_object_size(value) > (size_t)member->max)
        return settings_refuse(error, member->name, -1, "must have at most %lld members",
                               (long long)member->max);
    json_object_foreach((json_t *)(uintptr_t)value, name, item)
    {
        int rc = read_header(member, name, item, field, error);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *write_headers(const struct member *member, const void *field)
{
    (void)member;
    const struct job_headers *headers = field;
    json_t *object = json_object();
    for (size_t i = 0; i < headers->count; i++)
        json_object_set_new(object, headers->items[i].name, json_string(headers->items[i].value));
    return object;
}

const struct member_type member_headers = {read_headers, write_headers, NULL, done_headers};

/* Credentials: an array of {"host", "user", "password"} or {"host", "token"} */

static void free_login(struct job_credentials *login)
{
    free(login->host);
    free(login->user);
    free(login->password);
    free(login->token);
}

static void done_logins(void *field)
{
    struct job_logins *logins = field;
    for (size_t i = 0; i < logins->count; i++)
        free_login(&logins->items[i]);
    free(logins->items);
    *logins = (struct job_logins){0};
}

static bool is_line(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) <= MAX_SECRET_BYTES &&
           strlen(json_string_value(value)) == json_string_length(value) &&
           !strpbrk(json_string_value(value), "\r\n");
}

/* "WWW.Example.com:8443" as it stands in a canonical URL; NULL where it is no host. */
static char *canonical_authority(const char *text)
{
    char candidate[512];
    struct url url;
    int bytes = snprintf(candidate, sizeof candidate, "https://%s/", text);
    if (bytes >= (int)sizeof candidate || strpbrk(text, "/?#@\\*") ||
        url_parse(candidate, (size_t)bytes, NULL, &url) != URL_OK)
        return NULL;
    struct url_slice origin = url_origin(&url);
    return memory_strndup(origin.data + strlen("https://"), origin.bytes - strlen("https://"));
}

static int refuse_login(const struct member *member, int index, const char *detail,
                        struct settings_error *error)
{
    return settings_refuse(error, member->name, index, "%s", detail);
}

static int read_secret(const struct member *member, const json_t *item, int index,
                       struct job_credentials *login, struct settings_error *error)
{
    const json_t *user = json_object_get(item, "user");
    const json_t *password = json_object_get(item, "password");
    const json_t *token = json_object_get(item, "token");
    if (token && !user && !password && is_line(token)) {
        login->token = memory_strndup(json_string_value(token), json_string_length(token));
    } else if (user && password && !token && is_line(user) && is_line(password) &&
               !strchr(json_string_value(user), ':')) {
        login->user = memory_strndup(json_string_value(user), json_string_length(user));
        login->password = memory_strndup(json_string_value(password), json_string_length(password));
    } else {
        return refuse_login(member, index,
                            "must have \"user\" (without a colon) and \"password\" for Basic, or "
                            "\"token\" for Bearer, each a string without line ends",
                            error);
    }
    if (strcmp(json_string_value(token ? token : password), SETTINGS_REDACTED) == 0)
        return refuse_login(member, index,
                            "has \"" SETTINGS_REDACTED
                            "\", which stands for a secret that is not shown; give the real one",
                            error);
    return 0;
}

static int check_login_members(const struct member *member, const json_t *item, int index,
                               struct settings_error *error)
{
    size_t known = 0;
    static const char *const names[] = {"host", "user", "password", "token"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        known += json_object_get(item, names[i]) != NULL;
    if (!json_is_object(item) || known != json_object_size(item))
        return refuse_login(member, index,
                            "must be an object with \"host\", and \"user\" and \"password\" or "
                            "\"token\"",
                            error);
    return 0;
}

static int read_login(const struct member *member, const json_t *item, int index,
                      struct job_logins *logins, struct settings_error *error)
{
    int rc = check_login_members(member, item, index, error);
    if (rc < 0)
        return rc;
    const char *host = json_string_value(json_object_get(item, "host"));
    struct job_credentials login = {.host = host ? canonical_authority(host) : NULL};
    if (!login.host)
        return refuse_login(member, index,
                            "must have a \"host\" such as \"www.example.com\" or "
                            "\"www.example.com:8443\"",
                            error);
    rc = read_secret(member, item, index, &login, error);
    if (rc < 0) {
        free_login(&login);
        return rc;
    }
    logins->items = memory_resize(logins->items, (logins->count + 1) * sizeof *logins->items);
    logins->items[logins->count++] = login;
    return 0;
}

static int read_logins(const struct member *member, const json_t *value, void *field,
                       struct settings_error *error)
{
    int rc = settings_check_array(member, value, error);
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
        rc = read_login(member, json_array_get(value, i), (int)i, field, error);
    return rc;
}

static json_t *write_logins(const struct member *member, const void *field)
{
    (void)member;
    const struct job_logins *logins = field;
    json_t *array = json_array();
    for (size_t i = 0; i < logins->count; i++) {
        const struct job_credentials *login = &logins->items[i];
        json_array_append_new(
            array, login->token
                       ? json_pack("{s:s, s:s}", "host", login->host, "token", login->token)
                       : json_pack("{s:s, s:s, s:s}", "host", login->host, "user", login->user,
                                   "password", login->password));
    }
    return array;
}

const struct member_type member_credentials = {read_logins, write_logins, NULL, done_logins};

/* Proxy: a URL, or "" */

static int read_proxy(const struct member *member, const json_t *value, void *field,
                      struct settings_error *error)
{
    if (!json_is_string(value) || json_string_length(value) > MAX_PROXY_BYTES)
        return settings_refuse(error, member->name, -1, "must be a string of at most %d bytes",
                               MAX_PROXY_BYTES);
    const char *text = json_string_value(value);
    const char *problem = *text ? proxy_problem(text) : NULL;
    if (problem)
        return settings_refuse(error, member->name, -1, "%s", problem);
    settings_text_set(field, text, strlen(text));
    return 0;
}

static json_t *write_proxy(const struct member *member, const void *field)
{
    (void)member;
    return json_string(*(char *const *)field);
}

static void init_proxy(const struct member *member, void *field)
{
    (void)member;
    settings_text_set(field, "", 0);
}

static void done_proxy(void *field)
{
    free(*(char **)field);
}

const struct member_type member_proxy = {read_proxy, write_proxy, init_proxy, done_proxy};
