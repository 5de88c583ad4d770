/* Result view: rows of a job's file as the API shows them. Plain functions, any thread; the caller
 * owns what they return.
 */
#ifndef IMGCRAWL_SERVER_RESULT_VIEW_H
#define IMGCRAWL_SERVER_RESULT_VIEW_H

#include <jansson.h>
#include <stdint.h>

#include "storage/job_query.h"

json_t *page_view(const struct page_result *row);
json_t *page_links_view(int64_t job_id, const struct page_result *row);
json_t *redirect_view(const struct page_result *row);
json_t *image_view(const struct image_result *row);
json_t *occurrence_view(const struct occurrence_result *row);

#endif
