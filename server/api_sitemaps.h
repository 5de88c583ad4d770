/* GET /v1/jobs/{id}/sitemaps: the sitemaps of a job and what came of each. Thread of the API. */
#ifndef IMGCRAWL_SERVER_API_SITEMAPS_H
#define IMGCRAWL_SERVER_API_SITEMAPS_H

#include <jansson.h>
#include <stdint.h>

struct job_reader;
struct request;

void api_list_sitemaps(struct request *request);
/* The flags of a sitemap by their names. */
json_t *sitemap_flags_view(uint32_t flags);
/* What sitemaps say of a page, as an array; NULL with a negative *ret_rc. */
json_t *sitemap_mentions_view(struct job_reader *reader, int64_t page_id, int *ret_rc);

#endif
