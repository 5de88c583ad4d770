/* Mailbox: a stack of letters that any thread pushes on with one compare-and-swap, and that the
 * loop takes as a whole and turns round. Only the letter that finds the stack empty writes to the
 * eventfd, so a batch costs one wake. Nothing is owned but the eventfd: letters are the senders'
 * memory.
 */
#include "crawler/async/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crawler/async/loop.h"
#include "crawler/async/must_alloc.h"

struct mailbox {
    _Atomic(struct letter *) last; /* posted and not yet taken, newest first */
    int fd;
    bool delivering;
    struct loop_watch *watch;
};

static struct letter *take_in_order(struct mailbox *mailbox)
{
    struct letter *newest = atomic_exchange_explicit(&mailbox->last, NULL, memory_order_acquire);
    struct letter *oldest = NULL;
    while (newest) {
        struct letter *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void deliver(struct mailbox *mailbox)
{
    struct letter *letter = take_in_order(mailbox);
    mailbox->delivering = true;
    while (letter) {
        struct letter *next = letter->next;
        letter->fn(letter);
        letter = next;
    }
    mailbox->delivering = false;
}

static void on_wake(int fd, unsigned events, void *arg)
{
    (void)events;
    uint64_t wakes;
    if (read(fd, &wakes, sizeof(wakes)) < 0)
        assert(errno == EAGAIN || errno == EINTR);
    deliver(arg);
}

int mailbox_new(struct loop *loop, struct mailbox **ret_mailbox)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    struct mailbox *mailbox = must_calloc(1, sizeof(*mailbox));
    mailbox->fd = fd;
    mailbox->watch = loop_watch_new(loop, fd, LOOP_READ, on_wake, mailbox);
    *ret_mailbox = mailbox;
    return 0;
}

struct mailbox *mailbox_free(struct mailbox *mailbox)
{
    if (!mailbox)
        return NULL;
    assert(!mailbox->delivering && "freed by one of its own letters");
    deliver(mailbox);
    assert(!atomic_load(&mailbox->last));
    loop_watch_free(mailbox->watch);
    close(mailbox->fd);
    free(mailbox);
    return NULL;
}

static void wake(const struct mailbox *mailbox)
{
    const uint64_t one = 1;
    while (write(mailbox->fd, &one, sizeof(one)) < 0)
        assert(errno == EINTR);
}

void mailbox_post(struct mailbox *mailbox, struct letter *letter)
{
    struct letter *last = atomic_load_explicit(&mailbox->last, memory_order_relaxed);
    do {
        letter->next = last;
    } while (!atomic_compare_exchange_weak_explicit(&mailbox->last, &last, letter,
                                                    memory_order_release, memory_order_relaxed));
    if (!last)
        wake(mailbox);
}
