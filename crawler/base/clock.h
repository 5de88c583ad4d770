/* The time of day, for what is stored and shown; what waits uses the loop's own clock. */
#ifndef IMGCRAWL_CLOCK_H
#define IMGCRAWL_CLOCK_H

#include <stdint.h>

/* Milliseconds since the epoch. */
int64_t clock_epoch_ms(void);
/* Microseconds that never go back, for how long something takes. */
int64_t clock_running_us(void);

#endif
