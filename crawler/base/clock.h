/* The time of day, for what is stored and shown; what waits uses the loop's own clock. */
#ifndef IMGCRAWL_CLOCK_H
#define IMGCRAWL_CLOCK_H

#include <stdint.h>

/* Milliseconds since the epoch. */
int64_t clock_epoch_ms(void);

#endif
