/* What `imgcrawl inspect` answers about the small parts of extraction, each from a request as JSON.
 * All give a new reference: the answer, or {"error": ...}. Main thread. */
#ifndef IMGCRAWL_SERVER_INSPECT_PARTS_H
#define IMGCRAWL_SERVER_INSPECT_PARTS_H

#include <jansson.h>

/* {"input", "base"} → {"href"}; the error is a url_error_name(). */
json_t *inspect_url(const json_t *request);
/* {"srcset"} → {"candidates": [{"url", "descriptor"}]} */
json_t *inspect_srcset(const json_t *request);
/* {"data" or "data_b64", "content_type"} → {"encoding", "source"} */
json_t *inspect_charset(const json_t *request);
/* {"robots" or "robots_b64", "agent": a name or a list, "url"} → {"allowed", "line", "rule"} */
json_t *inspect_robots(const json_t *request);
/* {"data" or "data_b64", "url", "content_type"} → {"kind", "urls": [{"loc", "lastmod",
 * "changefreq", "priority", "is_sitemap"}], "images": [{"loc", "page", "title", "caption"}],
 * "unusable", "flags", "fault_line"}; lastmod is null, the others of a URL are left out, where the
 * file does not say. */
json_t *inspect_sitemap(const json_t *request);

#endif
