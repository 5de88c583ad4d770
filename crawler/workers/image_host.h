/* The host of an image, for its row in the job's file. Pure function. */
#ifndef IMGCRAWL_IMAGE_HOST_H
#define IMGCRAWL_IMAGE_HOST_H

#include "crawler/extract/record_text.h"
#include "storage/job_store.h"

/* Of a resolved URL: between "//" and what follows it, without credentials or port. Absent for a
 * data: URL. */
struct store_text image_host(struct record_text url);

#endif
