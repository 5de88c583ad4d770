/* See fetch_session.h. What is put on an easy handle for one exchange is taken off at its end, so
 * an idle handle holds nothing of any job.
 */
#include "crawler/fetch/fetch_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch_exchange.h"
#include "crawler/fetch/fetch_session_private.h"
#include "crawler/job/job_settings.h"

/* ---- beginning and end ---- */

static char *copy(const char *text)
{
    return text ? memory_strndup(text, strlen(text)) : NULL;
}

static struct curl_slist *add_line(struct curl_slist *list, const char *name, const char *value)
{
    char *line = NULL;
    if (asprintf(&line, "%s: %s", name, value) < 0)
        abort();
    list = curl_slist_append(list, line);
    if (!list)
        abort();
    free(line);
    return list;
}

static void copy_headers(struct fetch_session *session, const struct job_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        session->headers =
            add_line(session->headers, headers->items[i].name, headers->items[i].value);
}

/* "www.example.com" and "www.example.com:8443": the port is that of the scheme where none is given.
 */
static void copy_login(struct fetch_login *login, const struct job_credentials *credentials)
{
    const char *host = credentials->host;
    const char *bracket = strrchr(host, ']');
    const char *colon = strrchr(bracket ? bracket : host, ':');
    *login = (struct fetch_login){
        .host = memory_strndup(host, colon ? (size_t)(colon - host) : strlen(host)),
        .port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0,
        .user = copy(credentials->user),
        .password = copy(credentials->password),
        .token = copy(credentials->token),
    };
}

static void copy_logins(struct fetch_session *session, const struct job_logins *logins)
{
    session->login_count = logins->count;
    session->logins = memory_new((logins->count + 1) * sizeof *session->logins);
    for (size_t i = 0; i < logins->count; i++)
        copy_login(&session->logins[i], &logins->items[i]);
}

struct fetch_session *fetch_session_new(const struct job_settings *settings)
{
    struct fetch_session *session = memory_new(sizeof *session);
    session->references = 1;
    if (settings->cookies)
        session->jar = cookie_jar_new();
    copy_headers(session, &settings->headers);
    copy_logins(session, &settings->credentials);
    session->has_proxy = settings->proxy && *settings->proxy;
    if (session->has_proxy && proxy_url_parse(settings->proxy, &session->proxy))
        abort();
    return session;
}

struct fetch_session *fetch_session_ref(struct fetch_session *session)
{
    session->references++;
    return session;
}

static void free_login(struct fetch_login *login)
{
    free(login->host);
    free(login->user);
    free(login->password);
    free(login->token);
}

struct fetch_session *fetch_session_unref(struct fetch_session *session)
{
    if (!session || --session->references > 0)
        return NULL;
    cookie_jar_free(session->jar);
    curl_slist_free_all(session->headers);
    for (size_t i = 0; i < session->login_count; i++)
        free_login(&session->logins[i]);
    free(session->logins);
    free(session);
    return NULL;
}

/* ---- credentials ---- */

static bool is_for(const struct fetch_login *login, const struct url *url)
{
    struct url_slice host = url_host(url);
    uint16_t port = login->port ? login->port : url->is_https ? 443 : 80;
    return port == url->port && strlen(login->host) == host.bytes &&
           memcmp(login->host, host.data, host.bytes) == 0;
}

static const struct fetch_login *login_for(const struct fetch_session *session, const char *text)
{
    struct url url;
    if (session->login_count == 0 || url_parse(text, strlen(text), NULL, &url) != URL_OK)
        return NULL;
    for (size_t i = 0; i < session->login_count; i++) {
        if (is_for(&session->logins[i], &url))
            return &session->logins[i];
    }
    return NULL;
}

/* At once, without a question (401) before: one request a page is enough. */
static void set_login(CURL *easy, const struct fetch_login *login)
{
    if (login->token) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, login->token);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, login->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, login->password);
    }
}

static void clear_login(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
    curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
}

/* ---- headers ---- */

/* What is sent back came from a file that others may have written. */
static bool is_validator(const char *text)
{
    size_t bytes = text ? strlen(text) : 0;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return bytes > 0 && bytes <= FETCH_MOST_SMALL_HEADER_BYTES;
}

static struct curl_slist *condition_lines(const struct fetch_request *request)
{
    struct curl_slist *lines = NULL;
    if (is_validator(request->if_none_match))
        lines = add_line(lines, "If-None-Match", request->if_none_match);
    if (is_validator(request->if_modified_since))
        lines = add_line(lines, "If-Modified-Since", request->if_modified_since);
    return lines;
}

static struct curl_slist *add_all(struct curl_slist *lines, const struct curl_slist *more)
{
    for (; more; more = more->next) {
        lines = curl_slist_append(lines, more->data);
        if (!lines)
            abort();
    }
    return lines;
}

/* The session's own list where nothing is to be added to it. */
static void set_headers(struct exchange *exchange, const struct fetch_request *request,
                        struct curl_slist *session_headers)
{
    struct curl_slist *lines = condition_lines(request);
    exchange->conditional = lines;
    exchange->headers = lines ? add_all(lines, session_headers) : NULL;
    struct curl_slist *all = lines ? exchange->headers : session_headers;
    if (all)
        curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, all);
    exchange->has_headers = all;
}

/* ---- an exchange ---- */

static void set_identity(struct exchange *exchange, const struct fetch_request *request)
{
    const struct fetch_session *session = exchange->session;
    const struct fetch_login *login = login_for(session, request->url);
    if (session->jar) {
        curl_easy_setopt(exchange->easy, CURLOPT_SHARE, session->jar);
        curl_easy_setopt(exchange->easy, CURLOPT_COOKIEFILE, ""); /* reads none, but begins */
    }
    if (login)
        set_login(exchange->easy, login);
    exchange->has_login = login;
}

void fetch_session_attach(struct exchange *exchange, const struct fetch_request *request)
{
    struct fetch_session *session = request->session;
    bool personal = session && !request->impersonal;
    exchange->session = session ? fetch_session_ref(session) : NULL;
    exchange->is_personal = personal;
    if (personal)
        set_identity(exchange, request);
    set_headers(exchange, request, personal ? session->headers : NULL);
}

void fetch_session_detach(struct exchange *exchange)
{
    struct fetch_session *session = exchange->session;
    if (exchange->has_headers)
        curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, NULL);
    if (exchange->has_login)
        clear_login(exchange->easy);
    if (exchange->is_personal && session->jar) {
        /* In this order: the jar stays as it is, and the handle is left with none. */
        curl_easy_setopt(exchange->easy, CURLOPT_COOKIEFILE, NULL);
        curl_easy_setopt(exchange->easy, CURLOPT_SHARE, NULL);
        cookie_jar_taken(session, exchange->answer.cookies);
    }
    curl_slist_free_all(exchange->headers);
    exchange->headers = NULL;
    exchange->has_headers = exchange->has_login = exchange->is_personal = false;
    exchange->session = fetch_session_unref(session);
}
