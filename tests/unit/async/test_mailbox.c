/* Mailbox: letters from many threads arrive on the loop, all of them, each sender's in order. */
#include "tests/unit/async/async_test.h"

#include <pthread.h>

#include "crawler/async/mailbox.h"

enum { SENDERS = 4, LETTERS = 2000 };

struct post_office {
    struct loop *loop;
    struct mailbox *mailbox;
    pthread_t loop_thread;
    int received;
    int expected;
};

struct numbered {
    struct letter letter;
    struct post_office *office;
    int *last; /* of its sender */
    int number;
};

struct sender {
    pthread_t thread;
    int last;
    struct numbered letters[LETTERS];
};

static void on_letter(struct letter *letter)
{
    struct numbered *numbered = (struct numbered *)letter;
    struct post_office *office = numbered->office;
    assert_true(pthread_equal(pthread_self(), office->loop_thread));
    assert_int_equal(numbered->number, *numbered->last + 1);
    *numbered->last = numbered->number;
    if (++office->received == office->expected)
        loop_stop(office->loop);
}

static void open_office(struct post_office *office, int expected)
{
    *office = (struct post_office){.loop = new_loop(), .expected = expected};
    office->loop_thread = pthread_self();
    assert_int_equal(mailbox_new(office->loop, &office->mailbox), 0);
}

static void write_letters(struct post_office *office, struct sender *sender)
{
    sender->last = -1;
    for (int i = 0; i < LETTERS; i++) {
        sender->letters[i] = (struct numbered){{NULL, on_letter}, office, &sender->last, i};
    }
}

static void *post_all(void *arg)
{
    struct sender *sender = arg;
    for (int i = 0; i < LETTERS; i++)
        mailbox_post(sender->letters[i].office->mailbox, &sender->letters[i].letter);
    return NULL;
}

static struct sender senders[SENDERS];

static void mailbox_delivers_all_letters_on_the_loop_each_senders_in_order(void **state)
{
    (void)state;
    struct post_office office;
    open_office(&office, SENDERS * LETTERS);
    for (int i = 0; i < SENDERS; i++)
        write_letters(&office, &senders[i]);
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&senders[i].thread, NULL, post_all, &senders[i]), 0);
    loop_run(office.loop);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i].thread, NULL);
    assert_int_equal(office.received, SENDERS * LETTERS);
    mailbox_free(office.mailbox);
    loop_free(office.loop);
}

static void mailbox_freed_delivers_what_is_inside(void **state)
{
    (void)state;
    struct post_office office;
    open_office(&office, -1);
    write_letters(&office, &senders[0]);
    post_all(&senders[0]);
    assert_int_equal(office.received, 0);
    mailbox_free(office.mailbox);
    assert_int_equal(office.received, LETTERS);
    loop_free(office.loop);
}

/* The letter in the middle of a batch is used for an answer at once. */
static void repost(struct letter *letter)
{
    struct numbered *numbered = (struct numbered *)letter;
    letter->fn = on_letter;
    mailbox_post(numbered->office->mailbox, letter);
}

static void mailbox_letter_may_be_posted_again_by_its_own_delivery(void **state)
{
    (void)state;
    struct post_office office;
    open_office(&office, 1);
    int last = -1;
    struct numbered numbered = {{NULL, repost}, &office, &last, 0};
    mailbox_post(office.mailbox, &numbered.letter);
    loop_run(office.loop);
    assert_int_equal(office.received, 1);
    mailbox_free(office.mailbox);
    loop_free(office.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mailbox_delivers_all_letters_on_the_loop_each_senders_in_order),
        cmocka_unit_test(mailbox_freed_delivers_what_is_inside),
        cmocka_unit_test(mailbox_letter_may_be_posted_again_by_its_own_delivery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
