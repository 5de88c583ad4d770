/* An estimate as the JSON that the API answers. Any thread. */
#ifndef IMGCRAWL_SERVER_ESTIMATE_VIEW_H
#define IMGCRAWL_SERVER_ESTIMATE_VIEW_H

#include <jansson.h>

struct estimate;

json_t *estimate_view(const struct estimate *estimate);

#endif
