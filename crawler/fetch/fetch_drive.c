/* Drives curl multi from the loop: its sockets become watches, its one timer a loop timer. Loop
 * thread.
 *
 * Between two requests on a kept connection curl says that it no longer looks at the socket, and
 * soon after that it does again. The watch stays as it is in between, which saves two changes of
 * the kernel's set for each request; only when something happens on an idle socket (mostly the
 * server closing it, which curl finds out when it wants to use it again) the watch is paused.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "crawler/async/loop.h"
#include "crawler/fetch/fetch_exchange.h"

static void collect_finished(struct fetcher *fetcher)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(fetcher->multi, &left))) {
        struct exchange *exchange = NULL;
        int code = (int)message->data.result; /* the message dies with the handle's removal */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
        exchange_finish(exchange, code);
    }
}

/* ---- curl's turns ---- */

/* Asking for the thread's CPU time is a system call, so only one turn in so many is measured. */
enum { MEASURED_TURNS = 16 };

static int64_t thread_cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * 1000000000 + used.tv_nsec;
}

static void give_turn(struct fetcher *fetcher, curl_socket_t fd, int what)
{
    bool measured = fetcher->turns++ % MEASURED_TURNS == 0;
    int64_t start_ns = measured ? thread_cpu_ns() : 0;
    int running;
    curl_multi_socket_action(fetcher->multi, fd, what, &running);
    collect_finished(fetcher);
    if (measured)
        fetcher->cpu_ns += (thread_cpu_ns() - start_ns) * MEASURED_TURNS;
}

/* ---- the timer ---- */

static void on_timer(void *arg)
{
    give_turn(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* Called by curl; it must not be called back from here, so 0 too goes over the loop. */
static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    struct fetcher *fetcher = arg;
    if (timeout_ms < 0)
        loop_timer_stop(fetcher->curl_timer);
    else
        loop_timer_start_in(fetcher->curl_timer, timeout_ms);
    return 0;
}

/* ---- the sockets ---- */

static struct fetch_socket *socket_at(struct fetcher *fetcher, int fd)
{
    size_t index = (size_t)fd;
    if (index >= fetcher->socket_count) {
        size_t count = index + 64;
        fetcher->sockets = reallocarray(fetcher->sockets, count, sizeof *fetcher->sockets);
        if (!fetcher->sockets)
            abort();
        memset(fetcher->sockets + fetcher->socket_count, 0,
               (count - fetcher->socket_count) * sizeof *fetcher->sockets);
        fetcher->socket_count = count;
    }
    return &fetcher->sockets[index];
}

static void set_events(struct fetch_socket *entry, unsigned events)
{
    if (entry->events != events)
        loop_watch_set(entry->watch, events);
    entry->events = events;
}

static void on_ready(int fd, unsigned events, void *arg)
{
    struct fetcher *fetcher = arg;
    struct fetch_socket *entry = socket_at(fetcher, fd);
    if (entry->idle) {
        set_events(entry, 0);
        return;
    }
    give_turn(fetcher, fd,
              (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
                  (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void drop_watch(struct fetch_socket *entry)
{
    entry->watch = loop_watch_free(entry->watch);
    entry->events = 0;
    entry->idle = false;
}

static void look_at(struct fetcher *fetcher, int fd, unsigned events)
{
    struct fetch_socket *entry = socket_at(fetcher, fd);
    entry->idle = false;
    if (entry->watch) {
        set_events(entry, events);
        return;
    }
    entry->watch = loop_watch_new(fetcher->loop, fd, events, on_ready, fetcher);
    entry->events = events;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *entry_arg)
{
    (void)easy;
    (void)entry_arg;
    struct fetcher *fetcher = arg;
    if (what != CURL_POLL_REMOVE) {
        look_at(fetcher, fd,
                (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0));
        return 0;
    }
    struct fetch_socket *entry = socket_at(fetcher, fd);
    if (entry->events != LOOP_WRITE)
        entry->idle = true;
    else /* a connect that was given up */
        drop_watch(entry);
    return 0;
}

void fetch_drive_opened(struct fetcher *fetcher, int fd)
{
    drop_watch(socket_at(fetcher, fd));
    fetcher->open_connections++;
}

void fetch_drive_closing(struct fetcher *fetcher, int fd)
{
    drop_watch(socket_at(fetcher, fd));
    fetcher->open_connections--;
}

void fetch_drive_init(struct fetcher *fetcher)
{
    fetcher->curl_timer = loop_timer_new(fetcher->loop, on_timer, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
}

void fetch_drive_done(struct fetcher *fetcher)
{
    for (size_t i = 0; i < fetcher->socket_count; i++)
        drop_watch(&fetcher->sockets[i]);
    free(fetcher->sockets);
    loop_timer_free(fetcher->curl_timer);
}
