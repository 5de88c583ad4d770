/* Mailbox: how any thread hands something to a loop. Letters are delivered on the loop in the order
 * of posting, a whole batch with one wake (eventfd).
 */
#ifndef IMGCRAWL_ASYNC_MAILBOX_H
#define IMGCRAWL_ASYNC_MAILBOX_H

struct loop;
struct mailbox;

/* The sender's memory: embed it in what is sent; it belongs to the mailbox until fn is called. */
struct letter {
    struct letter *next; /* the mailbox's */
    void (*fn)(struct letter *letter);
};

int mailbox_new(struct loop *loop, struct mailbox **ret_mailbox); /* loop thread */
/* Loop thread, when no thread can post any more, and not from a letter's fn. Letters still inside
 * are delivered first. */
struct mailbox *mailbox_free(struct mailbox *mailbox);
/* Any thread, also from a letter's fn; takes no lock, never fails. */
void mailbox_post(struct mailbox *mailbox, struct letter *letter);

#endif
