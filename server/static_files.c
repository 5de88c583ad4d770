/* See static_files.h. A file is asked for again each time and answered with 304 as long as its
 * fingerprint is the same, so that a new binary shows its own UI at once.
 */
#include "server/static_files.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>
#include <xxhash.h>

#include "server/request.h"
#include "server/respond.h"

const struct web_file *static_file_find(const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? "/index.html" : path;

    for (const struct web_file *file = embedded_web; file->path; file++)
        if (strcmp(file->path + strlen("web"), name) == 0)
            return file;
    return NULL;
}

const char *static_file_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".json", "application/json"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".ico", "image/x-icon"},
                 {".woff2", "font/woff2"},
                 {".txt", "text/plain; charset=utf-8"}};
    const char *ending = strrchr(path, '.');

    for (size_t i = 0; ending && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].ending, ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* If-None-Match may list several, each perhaps weak (RFC 9110 §13.1.2). */
static bool client_has(const struct request *request, const char *etag)
{
    const char *known = request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);

    return known && (strcmp(known, "*") == 0 || strstr(known, etag));
}

void static_file_respond(struct request *request, const struct web_file *file)
{
    char etag[24];

    snprintf(etag, sizeof etag, "\"%016" PRIx64 "\"", (uint64_t)XXH64(file->data, file->size, 0));
    if (client_has(request, etag))
        respond_empty(request, MHD_HTTP_NOT_MODIFIED);
    else
        respond_static(request, MHD_HTTP_OK, static_file_type(file->path), file->data, file->size);
    respond_header(request, MHD_HTTP_HEADER_ETAG, etag);
    respond_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}
