/* The resolver against name servers that answer, fail, lie and keep silent. Time passes on the
 * loop's own clock; where a test waits for an expiry, it waits for the clock, not for a guess. */
#include "tests/unit/crawler/crawler_test.h"

#include <errno.h>
#include <stdio.h>

#include "crawler/fetch/resolver.h"
#include "tests/unit/crawler/dns_server.h"

/* What the server says of each name; how often it was asked counts in server->questions. */
static void answer(struct dns_server *server, const char *name, unsigned type,
                   struct dns_answer *ret)
{
    static const char many[] = "127.0.1.1 127.0.1.2 127.0.1.3 127.0.1.4 127.0.1.5 127.0.1.6 "
                               "127.0.1.7 127.0.1.8 127.0.1.9 ::1 ::2";
    (void)server;
    ret->addresses = "127.0.0.1 ::1";
    if (strcmp(name, "v4.test") == 0)
        ret->addresses = "127.0.0.1";
    else if (strcmp(name, "many.test") == 0)
        ret->addresses = many;
    else if (strcmp(name, "missing.test") == 0)
        ret->rcode = DNS_NXDOMAIN;
    else if (strcmp(name, "empty.test") == 0)
        ret->addresses = "";
    else if (strcmp(name, "failing.test") == 0)
        ret->rcode = DNS_SERVFAIL;
    else if (strcmp(name, "refused.test") == 0)
        ret->rcode = DNS_REFUSED;
    else if (strcmp(name, "silent.test") == 0)
        ret->silent = true;
    else if (strcmp(name, "garbage.test") == 0)
        ret->garbage = true;
    else if (strcmp(name, "half.test") == 0)
        ret->rcode = type == DNS_AAAA ? DNS_SERVFAIL : 0;
    else if (strcmp(name, "large.test") == 0)
        ret->truncated = true;
    else if (strcmp(name, "alias.test") == 0) {
        ret->cname = "v4.test";
        ret->cname_ttl_s = 7;
    } else if (strcmp(name, "short.test") == 0)
        ret->ttl_s = 0;
    else if (strcmp(name, "long.test") == 0)
        ret->ttl_s = 100000;
}

struct setting {
    struct loop *loop;
    struct dns_server *server;
    struct resolver_config config;
    struct resolver *resolver;
};

static void begin(struct setting *s)
{
    *s = (struct setting){.loop = new_loop(), .server = dns_server_start(answer)};
    s->config = (struct resolver_config){.servers = s->server->address,
                                         .hosts_file = "/dev/null",
                                         .timeout_ms = 60000,
                                         .tries = 1,
                                         .min_ttl_ms = 5000,
                                         .max_ttl_ms = 3600000,
                                         .negative_ttl_ms = 50000,
                                         .failure_ttl_ms = 20000,
                                         .max_names = 100,
                                         .max_lookups = 10};
}

static void open_resolver(struct setting *s)
{
    assert_int_equal(resolver_new(s->loop, &s->config, &s->resolver), 0);
}

static void end(struct setting *s)
{
    resolver_free(s->resolver);
    loop_free(s->loop);
    dns_server_free(s->server);
}

static struct promise *look_up(struct setting *s, const char *name)
{
    return resolver_lookup(s->resolver, name, strlen(name));
}

static const struct resolved *known(struct setting *s, const char *name)
{
    return resolver_known(s->resolver, name, strlen(name));
}

static struct resolved resolve(struct setting *s, const char *name)
{
    struct promise *promise = look_up(s, name);
    assert_int_equal(wait_for(promise), PROMISE_RESOLVED);
    struct resolved resolved = *(const struct resolved *)promise_value(promise);
    promise_unref(promise);
    return resolved;
}

static unsigned questions(const struct setting *s)
{
    return s->server->questions[DNS_A] + s->server->questions[DNS_AAAA];
}

static struct resolver_stats stats_of(const struct setting *s)
{
    struct resolver_stats stats;
    resolver_stats(s->resolver, &stats);
    return stats;
}

static bool has_address(const struct resolved *resolved, const char *text)
{
    for (unsigned i = 0; i < resolved->count; i++) {
        char ip[INET6_ADDRSTRLEN];
        const union resolved_address *address = &resolved->addresses[i];
        const void *bytes = address->any.sa_family == AF_INET
                                ? (const void *)&address->v4.sin_addr
                                : (const void *)&address->v6.sin6_addr;
        inet_ntop(address->any.sa_family, bytes, ip, sizeof ip);
        if (strcmp(ip, text) == 0)
            return true;
    }
    return false;
}

/* ---- answers ---- */

static void both_families_are_asked_for_once(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    assert_null(known(&s, "h1.test"));
    for (int i = 0; i < 3; i++) {
        struct resolved resolved = resolve(&s, "h1.test");
        assert_int_equal(resolved.error, 0);
        assert_string_equal(resolved.detail, "");
        assert_int_equal(resolved.count, 2);
        assert_true(has_address(&resolved, "127.0.0.1") && has_address(&resolved, "::1"));
    }
    assert_non_null(known(&s, "h1.test"));
    assert_non_null(known(&s, "h1.test."));
    assert_int_equal(questions(&s), 2);
    assert_int_equal(stats_of(&s).lookups, 1);
    end(&s);
}

static void one_family_is_enough(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    struct resolved v4 = resolve(&s, "v4.test");
    struct resolved half = resolve(&s, "half.test");
    assert_int_equal(v4.error, 0);
    assert_int_equal(v4.count, 1);
    assert_int_equal(half.error, 0);
    assert_int_equal(half.count, 1);
    end(&s);
}

static void many_addresses_leave_room_for_both_families(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    struct resolved resolved = resolve(&s, "many.test");
    assert_int_equal(resolved.count, RESOLVED_MAX_ADDRESSES);
    assert_true(has_address(&resolved, "::1") && has_address(&resolved, "::2"));
    end(&s);
}

static void alias_is_followed_and_its_ttl_counts(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    struct resolved resolved = resolve(&s, "alias.test");
    assert_true(has_address(&resolved, "127.0.0.1"));
    int64_t left_ms = resolved.expires_ms - loop_now_ms(s.loop);
    assert_true(left_ms <= 7000 && left_ms > 0);
    end(&s);
}

static void truncated_answer_is_asked_for_over_tcp(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    struct resolved resolved = resolve(&s, "large.test");
    assert_int_equal(resolved.count, 2);
    assert_int_equal(s.server->tcp_questions, 2);
    end(&s);
}

/* ---- with nobody asked ---- */

static void literals_and_own_names_are_known_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *name, *address;
    } rows[] = {{"127.0.0.1", "127.0.0.1"}, {"[::1]", "::1"},
                {"localhost", "127.0.0.1"}, {"localhost", "::1"},
                {"a.b.localhost", "::1"},   {"[2001:db8::5]", "2001:db8::5"},
                {"LOCALHOST.", "127.0.0.1"}};
    struct setting s;
    begin(&s);
    open_resolver(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct resolved *resolved = known(&s, rows[i].name);
        assert_non_null(resolved);
        assert_int_equal(resolved->error, 0);
        assert_true(has_address(resolved, rows[i].address));
    }
    assert_int_equal(resolve(&s, "10.0.0.1").count, 1);
    assert_null(known(&s, "notlocalhost"));
    assert_int_equal(questions(&s), 0);
    end(&s);
}

static void names_too_long_are_not_asked_for(void **state)
{
    (void)state;
    char name[300];
    struct setting s;
    begin(&s);
    open_resolver(&s);
    memset(name, 'a', sizeof name);
    assert_int_equal(resolver_known(s.resolver, name, sizeof name)->error, -ENOENT);
    assert_int_equal(resolver_known(s.resolver, name, 0)->error, -ENOENT);
    assert_int_equal(questions(&s), 0);
    end(&s);
}

static void hosts_file_comes_first(void **state)
{
    (void)state;
    char path[] = "/tmp/hosts-XXXXXX";
    int fd = mkstemp(path);
    dprintf(fd, "# names\n127.0.0.7 One.test two.test # the first\n  ::7\tone.test.\n\nnonsense x\n"
                "127.0.0.8 v4.test");
    close(fd);
    struct setting s;
    begin(&s);
    s.config.hosts_file = path;
    open_resolver(&s);
    struct resolved one = resolve(&s, "one.test");
    assert_int_equal(one.count, 2);
    assert_true(has_address(&one, "127.0.0.7") && has_address(&one, "::7"));
    assert_true(has_address(known(&s, "two.test"), "127.0.0.7"));
    assert_true(has_address(known(&s, "v4.test"), "127.0.0.8"));
    assert_null(known(&s, "x"));
    assert_int_equal(questions(&s), 0);
    end(&s);
    unlink(path);
}

/* ---- failures ---- */

static void failures_tell_why_and_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int error;
        const char *detail;
        int64_t kept_ms;
    } rows[] = {
        {"missing.test", -ENOENT, "there is no such name", 50000},
        {"empty.test", -ENOENT, "the name has no address", 50000},
        {"failing.test", -EIO, "the name servers failed or cannot be reached", 20000},
        {"refused.test", -EIO, "the name servers failed or cannot be reached", 20000},
    };
    struct setting s;
    begin(&s);
    open_resolver(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct resolved resolved = resolve(&s, rows[i].name);
        assert_int_equal(resolved.error, rows[i].error);
        assert_string_equal(resolved.detail, rows[i].detail);
        assert_int_equal(resolved.count, 0);
        assert_true(resolved.expires_ms <= loop_now_ms(s.loop) + rows[i].kept_ms);
        assert_true(resolved.expires_ms > loop_now_ms(s.loop));
        unsigned before = questions(&s);
        assert_int_equal(resolve(&s, rows[i].name).error, rows[i].error);
        assert_int_equal(questions(&s), before);
    }
    assert_int_equal(stats_of(&s).failures, 4);
    end(&s);
}

static void silence_and_garbage_time_out(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.timeout_ms = 20;
    s.config.tries = 2;
    open_resolver(&s);
    assert_int_equal(resolve(&s, "silent.test").error, -ETIMEDOUT);
    assert_int_equal(s.server->questions[DNS_A], 2);
    struct resolved garbage = resolve(&s, "garbage.test");
    assert_true(garbage.error == -ETIMEDOUT || garbage.error == -EIO);
    end(&s);
}

static void servers_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.servers = "not an address";
    assert_int_equal(resolver_new(s.loop, &s.config, &s.resolver), -EINVAL);
    s.resolver = NULL;
    end(&s);
}

/* ---- time ---- */

static void wait_until_expired(struct setting *s, int64_t expires_ms)
{
    while (loop_now_ms(s->loop) < expires_ms)
        run_loop_for(s->loop, 1);
}

static void records_are_kept_for_their_time_within_bounds(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    open_resolver(&s);
    int64_t start_ms = loop_now_ms(s.loop);
    int64_t at_least_ms = resolve(&s, "short.test").expires_ms - start_ms;
    int64_t at_most_ms = resolve(&s, "long.test").expires_ms - loop_now_ms(s.loop);
    assert_true(at_least_ms >= s.config.min_ttl_ms);
    assert_true(at_most_ms <= s.config.max_ttl_ms);
    assert_true(resolve(&s, "v4.test").expires_ms - start_ms >= 60000);
    end(&s);
}

static void expired_name_is_asked_for_again(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.min_ttl_ms = 1;
    s.config.negative_ttl_ms = 1;
    open_resolver(&s);
    wait_until_expired(&s, resolve(&s, "short.test").expires_ms);
    wait_until_expired(&s, resolve(&s, "missing.test").expires_ms);
    assert_null(known(&s, "short.test"));
    assert_null(known(&s, "missing.test"));
    resolve(&s, "short.test");
    resolve(&s, "missing.test");
    assert_int_equal(stats_of(&s).lookups, 4);
    end(&s);
}

/* ---- many ---- */

static void those_who_ask_together_share_one_look_up(void **state)
{
    (void)state;
    struct promise *promises[20];
    struct setting s;
    begin(&s);
    open_resolver(&s);
    pthread_mutex_lock(&s.server->gate);
    for (int i = 0; i < 20; i++)
        promises[i] = look_up(&s, i % 2 ? "h1.test" : "h1.test.");
    pthread_mutex_unlock(&s.server->gate);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(wait_for(promises[i]), PROMISE_RESOLVED);
        promise_unref(promises[i]);
    }
    assert_int_equal(questions(&s), 2);
    end(&s);
}

static void so_many_are_under_way_and_all_are_answered(void **state)
{
    (void)state;
    struct promise *promises[50];
    struct setting s;
    begin(&s);
    s.config.max_lookups = 3;
    open_resolver(&s);
    pthread_mutex_lock(&s.server->gate);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "h%d.test", i);
        promises[i] = look_up(&s, name);
    }
    assert_int_equal(stats_of(&s).lookups, 3);
    pthread_mutex_unlock(&s.server->gate);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(wait_for(promises[i]), PROMISE_RESOLVED);
        promise_unref(promises[i]);
    }
    assert_int_equal(stats_of(&s).lookups, 50);
    assert_int_equal(questions(&s), 100);
    end(&s);
}

static void names_are_bounded_and_the_least_used_goes(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.max_names = 3;
    open_resolver(&s);
    resolve(&s, "h1.test");
    resolve(&s, "h2.test");
    resolve(&s, "h3.test");
    assert_non_null(known(&s, "h1.test"));
    resolve(&s, "h4.test");
    assert_int_equal(stats_of(&s).names, 3);
    assert_null(known(&s, "h2.test"));
    assert_non_null(known(&s, "h1.test"));
    assert_non_null(known(&s, "h4.test"));
    end(&s);
}

/* ---- the end ---- */

static void cancelling_ends_one_waiting_alone(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.max_lookups = 1;
    open_resolver(&s);
    pthread_mutex_lock(&s.server->gate);
    struct promise *first = look_up(&s, "h1.test");
    struct promise *second = look_up(&s, "h1.test");
    struct promise *queued = look_up(&s, "h2.test");
    promise_cancel(first);
    promise_cancel(queued);
    run_queue(s.loop);
    pthread_mutex_unlock(&s.server->gate);
    assert_int_equal(wait_for(second), PROMISE_RESOLVED);
    assert_int_equal(promise_error(first)->code, ECANCELED);
    assert_int_equal(promise_error(queued)->code, ECANCELED);
    assert_int_equal(stats_of(&s).lookups, 1);
    promise_unref(first);
    promise_unref(second);
    promise_unref(queued);
    end(&s);
}

static void closing_rejects_who_waits(void **state)
{
    (void)state;
    struct setting s;
    begin(&s);
    s.config.max_lookups = 1;
    open_resolver(&s);
    pthread_mutex_lock(&s.server->gate);
    struct promise *asked = look_up(&s, "h1.test");
    struct promise *queued = look_up(&s, "h2.test");
    s.resolver = resolver_free(s.resolver);
    assert_int_equal(promise_error(asked)->code, ECANCELED);
    assert_int_equal(promise_error(queued)->code, ECANCELED);
    promise_unref(asked);
    promise_unref(queued);
    pthread_mutex_unlock(&s.server->gate);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_families_are_asked_for_once),
        cmocka_unit_test(one_family_is_enough),
        cmocka_unit_test(many_addresses_leave_room_for_both_families),
        cmocka_unit_test(alias_is_followed_and_its_ttl_counts),
        cmocka_unit_test(truncated_answer_is_asked_for_over_tcp),
        cmocka_unit_test(literals_and_own_names_are_known_at_once),
        cmocka_unit_test(names_too_long_are_not_asked_for),
        cmocka_unit_test(hosts_file_comes_first),
        cmocka_unit_test(failures_tell_why_and_are_kept),
        cmocka_unit_test(silence_and_garbage_time_out),
        cmocka_unit_test(servers_that_cannot_be_read_are_refused),
        cmocka_unit_test(records_are_kept_for_their_time_within_bounds),
        cmocka_unit_test(expired_name_is_asked_for_again),
        cmocka_unit_test(those_who_ask_together_share_one_look_up),
        cmocka_unit_test(so_many_are_under_way_and_all_are_answered),
        cmocka_unit_test(names_are_bounded_and_the_least_used_goes),
        cmocka_unit_test(cancelling_ends_one_waiting_alone),
        cmocka_unit_test(closing_rejects_who_waits),
    };
    return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
