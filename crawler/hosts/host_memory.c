/* What is remembered of hosts over restarts. See host.h, host_private.h.
 *
 * Two queues of hosts are to be saved, each with a timer that starts with its first host, so that
 * whatever comes until then goes in one write. What was learned of a host's speed may be lost with
 * the process, and can wait. A long wait may not: a process that was killed and started again would
 * ask too early. A short one is over before the next process asks. */
#include <stdlib.h>
#include <string.h>

#include "crawler/async/loop.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/hosts/host_private.h"

enum { LONG_WAIT_MS = 4000 };

static const int64_t save_after_ms[SAVE_KIND_COUNT] = {
    [SAVE_LEARNED] = 30 * 1000, [SAVE_WAIT] = 1000};

static struct host_memory memory_of(const struct host *host)
{
    int64_t wait_ms = host->next_at_ms - loop_now_ms(host->hosts->loop);
    return (struct host_memory){.name = host->name,
                                .next_at_ms = clock_epoch_ms() + (wait_ms > 0 ? wait_ms : 0),
                                .backoff_ms = host->pace.backoff_ms,
                                .latency_ms = host->pace.latency_ms,
                                .baseline_ms = host->pace.baseline_ms,
                                .brake_ms = host->pace.brake_ms};
}

static void save_queue(struct hosts *hosts, enum save_kind kind)
{
    size_t count = 0;
    for (const struct host *host = hosts->saves[kind].first; host; host = host->saves[kind].next)
        count++;
    if (count == 0)
        return;
    struct host_memory *rows = memory_resize(NULL, count * sizeof *rows);
    struct host *host = hosts->saves[kind].first;
    for (size_t i = 0; i < count; i++, host = host->saves[kind].next) {
        rows[i] = memory_of(host);
        host->saves[kind].is_queued = false;
    }
    hosts->saves[kind].first = NULL;
    hosts->config.save(rows, count, false, hosts->config.arg);
    free(rows);
}

void hosts_save(struct hosts *hosts)
{
    for (enum save_kind kind = 0; kind < SAVE_KIND_COUNT; kind++)
        save_queue(hosts, kind);
}

static void on_learned_timer(void *arg)
{
    save_queue(arg, SAVE_LEARNED);
}

static void on_wait_timer(void *arg)
{
    save_queue(arg, SAVE_WAIT);
}

void hosts_init_saves(struct hosts *hosts)
{
    hosts->saves[SAVE_LEARNED].timer = loop_timer_new(hosts->loop, on_learned_timer, hosts);
    hosts->saves[SAVE_WAIT].timer = loop_timer_new(hosts->loop, on_wait_timer, hosts);
}

void hosts_free_saves(struct hosts *hosts)
{
    for (enum save_kind kind = 0; kind < SAVE_KIND_COUNT; kind++)
        loop_timer_free(hosts->saves[kind].timer);
}

static void queue_save(struct host *host, enum save_kind kind)
{
    struct hosts *hosts = host->hosts;
    if (host->saves[kind].is_queued || host->pace.is_own)
        return;
    if (!hosts->saves[kind].first)
        loop_timer_start_in(hosts->saves[kind].timer, save_after_ms[kind]);
    host->saves[kind].is_queued = true;
    host->saves[kind].next = hosts->saves[kind].first;
    hosts->saves[kind].first = host;
}

void host_mark_dirty(struct host *host)
{
    queue_save(host, SAVE_LEARNED);
}

void host_mark_wait(struct host *host)
{
    if (host->next_at_ms - loop_now_ms(host->hosts->loop) >= LONG_WAIT_MS)
        queue_save(host, SAVE_WAIT);
}

void host_save_pause(const struct host *host)
{
    struct host_memory memory = memory_of(host);
    host->hosts->config.save(&memory, 1, true, host->hosts->config.arg);
}

void hosts_restore(struct hosts *hosts, const struct host_memory *memory)
{
    struct host *host = hosts_get(hosts, memory->name, strlen(memory->name));
    int64_t wait_ms = memory->next_at_ms - clock_epoch_ms();
    int64_t next_at_ms = loop_now_ms(hosts->loop) + (wait_ms > 0 ? wait_ms : 0);
    host->pace.backoff_ms = memory->backoff_ms;
    host->pace.backoff_until_ms = memory->backoff_ms > 0 ? next_at_ms : 0;
    host->pace.latency_ms = memory->latency_ms;
    host->pace.baseline_ms = memory->baseline_ms;
    host->pace.brake_ms = memory->brake_ms;
    if (next_at_ms > host->next_at_ms)
        host->next_at_ms = next_at_ms;
    host_refresh_pace(host);
    host_update(host);
}
