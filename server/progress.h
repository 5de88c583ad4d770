/* Progress: one line of text that says how far a crawl is. Plain functions; the meter
 * (progress_meter.h) shows it. */
#ifndef IMGCRAWL_PROGRESS_H
#define IMGCRAWL_PROGRESS_H

#include <stddef.h>

#include "crawler/job/board.h"

/* "412 / 1,024 pages   3,210 images   18.2 pages/s   about 34 s left", in at most `width` columns:
 * what does not fit is left out from the right, whole parts only. Returns its columns. */
size_t progress_line(const struct board_entry *entry, size_t width, char *ret_line, size_t bytes);

#endif
