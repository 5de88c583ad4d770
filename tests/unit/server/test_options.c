/* Command line: options, operands, suggestions, listen addresses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/listen_address.h"
#include "server/nearest.h"
#include "server/options.h"

static const struct command_option options[] = {
    {1, "max-pages", 'n', "N", ""}, {2, "quiet", 'q', NULL, ""}, {0, NULL, 0, NULL, NULL}};

/* What was taken, as "1=5 2 0=URL ". */
static char taken[256];

static int take(int id, const char *value, void *arg)
{
    (void)arg;
    size_t used = strlen(taken);
    snprintf(taken + used, sizeof taken - used, value != NULL ? "%d=%s " : "%d ", id, value);
    return 0;
}

/* Standard error goes to a file meanwhile, so that what people are told can be looked at. */
static char told[512];

static int parse(const char *const *words, int count)
{
    char *argv[8] = {0};
    for (int i = 0; i < count; i++)
        argv[i] = strdup(words[i]);
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    taken[0] = '\0';
    int r = options_parse(options, count, argv, take, NULL);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    told[fread(told, 1, sizeof told - 1, file)] = '\0';
    fclose(file);
    for (int i = 0; i < count; i++)
        free(argv[i]);
    return r;
}

#define PARSE(...)                                                                                 \
    parse((const char *const[]){"crawl", __VA_ARGS__},                                             \
          (int)(sizeof((const char *const[]){"crawl", __VA_ARGS__}) / sizeof(char *)))

static void options_and_operands_come_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(PARSE("http://a/", "--max-pages", "5", "-q", "http://b/"), 0);
    assert_string_equal(taken, "0=http://a/ 1=5 2 0=http://b/ ");
    assert_int_equal(PARSE("--max-pages=7", "-n8", "-n", "9"), 0);
    assert_string_equal(taken, "1=7 1=8 1=9 ");
    assert_string_equal(told, "");
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-q", "--", "--quiet", "-"), 0);
    assert_string_equal(taken, "2 0=--quiet 0=- ");
}

static void unknown_options_are_named_with_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--max-page", "5"), -EINVAL);
    assert_string_equal(told,
                        "imgcrawl crawl: unknown option --max-page; did you mean --max-pages?\n"
                        "'imgcrawl help crawl' tells what there is.\n");
    assert_int_equal(PARSE("--zzz"), -EINVAL);
    assert_non_null(strstr(told, "unknown option --zzz\n"));
    assert_int_equal(PARSE("-x"), -EINVAL);
    assert_non_null(strstr(told, "unknown option -x\n"));
}

static void values_are_where_they_belong(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--max-pages"), -EINVAL);
    assert_non_null(strstr(told, "--max-pages needs a value: --max-pages N"));
    assert_int_equal(PARSE("--quiet=yes"), -EINVAL);
    assert_non_null(strstr(told, "--quiet takes no value"));
}

static void distance_counts_slips(void **state)
{
    (void)state;
    assert_int_equal(nearest_distance("serve", "serve", 9), 0);
    assert_int_equal(nearest_distance("sevre", "serve", 9), 1); /* exchanged */
    assert_int_equal(nearest_distance("crwal", "crawl", 9), 1);
    assert_int_equal(nearest_distance("srve", "serve", 9), 1);
    assert_int_equal(nearest_distance("", "serve", 9), 5);
    assert_int_equal(nearest_distance("kitten", "sitting", 9), 3);
}

static void listen_addresses_are_numeric_with_a_port(void **state)
{
    (void)state;
    struct listen_address address;
    assert_int_equal(listen_address_parse("127.0.0.1:8080", &address), 0);
    assert_string_equal(address.host, "127.0.0.1");
    assert_int_equal(address.port, 8080);
    assert_true(address.is_loopback);
    assert_int_equal(listen_address_parse("[::1]:0", &address), 0);
    assert_true(address.is_loopback && address.is_ipv6);
    assert_int_equal(listen_address_parse("0.0.0.0:80", &address), 0);
    assert_false(address.is_loopback);
    assert_int_equal(listen_address_parse("localhost:80", &address), 0);
    assert_string_equal(address.host, "127.0.0.1");
    static const char *const wrong[] = {"",
                                        "8080",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "1.2.3:80",
                                        "::1:80",
                                        "[::1]",
                                        "[::1]80",
                                        "1.2.3.4:x",
                                        "1.2.3.4:-1",
                                        "1.2.3.4:65536",
                                        "example.com:80",
                                        "[1.2.3.4]:80"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(listen_address_parse(wrong[i], &address), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_come_in_any_order),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(unknown_options_are_named_with_the_nearest),
        cmocka_unit_test(values_are_where_they_belong),
        cmocka_unit_test(distance_counts_slips),
        cmocka_unit_test(listen_addresses_are_numeric_with_a_port),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
