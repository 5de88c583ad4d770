/* The ledger's own structures, shared by host.c (lanes, turns, starting), host_ledger.c (what is
 * known of hosts), host_memory.c (what is saved of that), host_requests.c, host_address.c and
 * host_guests.c. Nobody else includes this. */
#ifndef IMGCRAWL_HOST_PRIVATE_H
#define IMGCRAWL_HOST_PRIVATE_H

#include "crawler/hosts/host.h"
#include "crawler/hosts/host_heap.h"

/* An address and its hosts; NULL stands for one that has no limit. */
struct host_address {
    const char *text;
    unsigned active, claims;                   /* over all its hosts */
    struct host *waiting_first, *waiting_last; /* for room */
};

/* A job that keeps a delay of its own at a host. */
struct host_guest {
    struct host_guest *next;
    const struct lane_group *group;
    unsigned active;
    int64_t next_at_ms;
};

/* What a robots.txt of the host asks for. */
struct host_crawl_delay {
    struct host_crawl_delay *next;
    const void *robots;
    int64_t delay_ms;
};

/* What is to be saved of a host, by how soon. */
enum save_kind {
    SAVE_LEARNED,
    SAVE_WAIT, /* a next time that is far away */
    SAVE_KIND_COUNT
};

struct host {
    struct heap_node wait; /* first: for its time. HEAP_OUT unless it waits for that */
    struct hosts *hosts;
    const char *name; /* the map's */
    struct pace pace;
    struct pace_rule rule; /* pace.rule points here where there is one */

    unsigned connections; /* allowed at once */
    unsigned active;      /* requests under way */
    unsigned claims;      /* lanes that are READY */
    int64_t delay_ms;     /* what pace_delay_ms() says */
    int64_t next_at_ms;   /* loop time */
    struct lane_list parked;
    struct host_guest *guests;
    struct host_crawl_delay *crawl_delays; /* of its origins that ask for one */

    enum host_class class;
    unsigned answered_pages;
    unsigned overdue;   /* of its requests */
    unsigned set_aside; /* of its requests */
    int64_t elapsed_ms; /* host_haste_learn() */

    struct host_address *address;
    int64_t located_until_ms; /* 0: never asked */
    bool is_locating;
    bool waits_for_address;
    struct host *next_waiting, *prev_waiting; /* for its address */

    struct {
        bool is_queued;
        struct host *next;
    } saves[SAVE_KIND_COUNT];
};

TAILQ_HEAD(request_list, host_request);

struct hosts {
    struct loop *loop;
    struct hosts_config config;
    struct text_map *by_name, *by_address;
    struct host_rules *rules;
    struct host_share share;
    struct host_heap waiting;
    struct request_list young; /* requests that are not overdue, in order of their beginning */
    struct request_list in_slots[HOST_CLASS_COUNT]; /* in that order, too */
    struct request_list set_aside;                  /* in the order in which they were */
    struct host *taken_from;        /* a request of it is being ended; NULL: none is */
    struct loop_timer *timer;       /* for the first that waits and the first that is young */
    struct loop_timer *aside_timer; /* for the first in a slot that others wait for */
    bool is_waited;                 /* somebody waits for a slot */
    struct lane_queue *turn[HOST_CLASS_COUNT]; /* whose turn it is, of a ring; NULL: none READY */
    int class_turn;
    struct {
        struct host *first;
        struct loop_timer *timer;
    } saves[SAVE_KIND_COUNT]; /* to be remembered */
    bool pump_queued;
    bool closing;
};

/* Brings the host's place in line with its facts: lets parked lanes become READY while there is
 * room, or waits for what is missing. */
void host_update(struct host *host);
/* What is known of its pace has changed. */
void host_refresh_pace(struct host *host);
/* The same for its haste: its class follows. */
void host_refresh_class(struct host *host);
/* The ledger's timer: what waited for its time, and what has become old. */
void hosts_on_timer(void *arg);
/* host_memory.c: something was learned of it; its next time has moved; it asked for a pause. */
void host_mark_dirty(struct host *host);
void host_mark_wait(struct host *host);
void host_save_pause(const struct host *host);
void hosts_init_saves(struct hosts *hosts);
void hosts_free_saves(struct hosts *hosts);

/* A request that the host counts begins, and has ended. */
void host_request_begin(struct host_request *request, struct lane *lane);
void host_request_leave(struct host_request *request);
/* Loop time at which the next request will be overdue; INT64_MAX: none. */
int64_t hosts_next_overdue_ms(const struct hosts *hosts);
void hosts_mark_overdue(struct hosts *hosts, int64_t now_ms);
/* Sets one aside that takes long, for somebody who waits for a slot of that class; makes room in a
 * full slow lane. When nothing can be done yet, a timer says when to try again. */
void hosts_make_room(struct hosts *hosts, enum host_class class_);
void hosts_init_requests(struct hosts *hosts);

bool host_address_has_room(const struct host *host);
/* Requests or claims begin (+1) or end (-1). */
void host_address_count(struct host *host, int active, int claims);
void host_address_wait(struct host *host);
void host_address_leave(struct host *host);
/* Whether its address must be asked for first; asks. */
bool host_address_is_missing(struct host *host);
void host_addresses_free(struct hosts *hosts);

/* Loop time from which a group may ask this host; INT64_MAX: when its request there has ended. */
int64_t host_guest_time(const struct host *host, const struct lane_group *group);
void host_guest_started(struct host *host, const struct lane_group *group);
void host_guest_finished(struct host *host, const struct lane_group *group);
void host_guest_forget(struct host *host, const struct lane_group *group);
void host_guests_free(struct host *host);

void host_crawl_delays_free(struct host *host);

#endif
