/* Guests: jobs that keep a delay of their own at a host, besides the host's. See host_private.h.
 * There is one only while such a job knows the host, so that most hosts have none. Loop thread. */
#include <stdlib.h>

#include "crawler/async/loop.h"
#include "crawler/base/memory.h"
#include "crawler/hosts/host_private.h"

/* The one under which a job is known. */
static const struct lane_group *job_of(const struct lane_group *group)
{
    return group->delay_of ? group->delay_of : group;
}

static struct host_guest *find(const struct host *host, const struct lane_group *group)
{
    struct host_guest *guest = host->guests;
    while (guest && guest->group != group)
        guest = guest->next;
    return guest;
}

int64_t host_guest_time(const struct host *host, const struct lane_group *group)
{
    group = job_of(group);
    const struct host_guest *guest = group->delay_ms > 0 ? find(host, group) : NULL;
    if (!guest)
        return 0;
    return guest->active > 0 ? INT64_MAX : guest->next_at_ms;
}

void host_guest_started(struct host *host, const struct lane_group *group)
{
    group = job_of(group);
    if (group->delay_ms == 0)
        return;
    struct host_guest *guest = find(host, group);
    if (!guest) {
        guest = memory_new(sizeof *guest);
        guest->group = group;
        guest->next = host->guests;
        host->guests = guest;
    }
    guest->active++;
}

/* A request from before the job had a delay was not counted. */
void host_guest_finished(struct host *host, const struct lane_group *group)
{
    group = job_of(group);
    struct host_guest *guest = host->guests ? find(host, group) : NULL;
    if (!guest)
        return;
    if (guest->active > 0)
        guest->active--;
    guest->next_at_ms = loop_now_ms(host->hosts->loop) + group->delay_ms;
}

void host_guest_forget(struct host *host, const struct lane_group *group)
{
    for (struct host_guest **place = &host->guests; *place; place = &(*place)->next) {
        struct host_guest *guest = *place;
        if (guest->group != group)
            continue;
        *place = guest->next;
        free(guest);
        return;
    }
}

void host_guests_free(struct host *host)
{
    while (host->guests)
        host_guest_forget(host, host->guests->group);
}
