/* What systemd is told, where it started us (Type=notify): ready, stopping, alive. Without it all
 * of this does nothing. Loop thread. */
#ifndef IMGCRAWL_SYSTEMD_H
#define IMGCRAWL_SYSTEMD_H

struct loop;
struct loop_timer;

void systemd_ready(const char *status);
void systemd_stopping(const char *status);
/* A timer on the loop that says "alive" at twice the pace asked for: a loop that hangs falls silent
 * and is restarted. NULL where no watchdog is asked for. Ends with loop_timer_free(). */
struct loop_timer *systemd_watchdog_new(struct loop *loop);

#endif
