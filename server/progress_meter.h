/* Progress meter: shows the progress line of a job on standard error, on a terminal as one line
 * that is drawn again four times a second, otherwise as a plain line every ten seconds. It makes
 * room for the lines of the log. Loop thread; one at a time. */
#ifndef IMGCRAWL_PROGRESS_METER_H
#define IMGCRAWL_PROGRESS_METER_H

#include <stdint.h>

#include "crawler/job/board.h"

struct loop;
struct progress_meter;

struct progress_meter *progress_meter_new(struct loop *loop, struct board *board, int64_t job_id);
/* Wipes the line off a terminal, so that something else can be printed. NULL is allowed. */
void progress_meter_clear(struct progress_meter *meter);
/* Clears and frees; returns NULL. */
struct progress_meter *progress_meter_free(struct progress_meter *meter);

#endif
