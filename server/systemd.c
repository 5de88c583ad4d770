/* sd_notify(3) and sd_watchdog_enabled(3); see systemd.h. */
#include "server/systemd.h"

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-daemon.h>

#include "crawler/async/loop.h"

void systemd_ready(const char *status)
{
    sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void systemd_stopping(const char *status)
{
    sd_notifyf(0, "STOPPING=1\nSTATUS=%s", status);
}

static void say_alive(void *arg)
{
    (void)arg;
    sd_notify(0, "WATCHDOG=1");
}

struct loop_timer *systemd_watchdog_new(struct loop *loop)
{
    uint64_t interval_us = 0;
    if (sd_watchdog_enabled(0, &interval_us) <= 0)
        return NULL;
    struct loop_timer *timer = loop_timer_new(loop, say_alive, NULL);
    int64_t half_ms = (int64_t)(interval_us / 2000);
    loop_timer_repeat(timer, half_ms > 0 ? half_ms : 1);
    return timer;
}
