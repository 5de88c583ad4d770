/* Configuration: what the table, the file and --set promise. */
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

#include "crawler/async/loop.h"
#include "crawler/base/log.h"
#include "server/config.h"
#include "server/config_help.h"
#include "server/config_table.h"
#include "server/engine_setup.h"

/* ---- helpers ---- */

struct file {
    char path[32];
};

static struct file file_of(const char *text)
{
    struct file file = {"/tmp/imgcrawl-ini-XXXXXX"};
    int fd = mkstemp(file.path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return file;
}

static int load(struct config *config, const char *text, struct config_error *error)
{
    struct file file = file_of(text);
    int r = config_load(config, file.path, error);
    unlink(file.path);
    return r;
}

/* Loads text, which must be refused; the message must hold `part` after the file's name. */
static void assert_refused(const char *text, const char *part)
{
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(load(&config, text, &error), -EINVAL);
    if (strstr(error.text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, error.text);
    config_done(&config);
}

static void assert_set_refused(const char *assignment, const char *message)
{
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(config_set(&config, assignment, &error), -EINVAL);
    assert_string_equal(error.text, message);
    config_done(&config);
}

static char *printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    print(out);
    fclose(out);
    return text;
}

static char *contents(const char *path)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s: %s (tests run in the project's root)", path, strerror(errno));
    assert_true(getdelim(&text, &bytes, '\0', file) > 0);
    fclose(file);
    return text;
}

/* ---- defaults ---- */

static void every_default_is_allowed_and_documented(void **state)
{
    (void)state;
    struct config config;
    config_init(&config);
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        assert_non_null(config_section_help(option->section));
        assert_true(strlen(option->help) > 10);
        assert_ptr_equal(config_option_find(option->section, option->key), option);
        assert_int_equal(config_value_set(&config, option, option->fallback), 0);
    }
    struct config_error error;
    assert_int_equal(config_check(&config, &error), 0);
    config_done(&config);
}

static void defaults_are_the_documented_numbers(void **state)
{
    (void)state;
    struct config config;
    config_init(&config);
    assert_string_equal(config.server.listen, "127.0.0.1:8080");
    assert_int_equal(config.server.log_level, LOG_LEVEL_INFO);
    assert_int_equal(config.loop.backend, LOOP_BACKEND_AUTO);
    assert_int_equal(config.fetch.max_body_bytes, 10 * 1024 * 1024);
    assert_int_equal(config.fetch.max_header_bytes, 256 * 1024);
    assert_int_equal(config.fetch.low_speed_bytes, 100);
    assert_int_equal(config.politeness.host_delay_ms, 1000);
    assert_int_equal(config.parse.memory_bytes, 1024 * 1024 * 1024);
    assert_int_equal(config.politeness.own_hosts.count, 0);
    config_done(&config);
}

static void choices_stand_in_the_order_of_their_enums(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    char assignment[64];
    config_init(&config);
    for (int i = 0; i < LOOP_BACKEND_COUNT; i++) {
        snprintf(assignment, sizeof assignment, "loop.backend=%s",
                 loop_backend_name((enum loop_backend)i));
        assert_int_equal(config_set(&config, assignment, &error), 0);
        assert_int_equal(config.loop.backend, i);
    }
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        enum log_level level;
        snprintf(assignment, sizeof assignment, "server.log_level=%s", levels[i]);
        assert_int_equal(log_level_parse(levels[i], &level), 0);
        assert_int_equal(config_set(&config, assignment, &error), 0);
        assert_int_equal(config.server.log_level, level);
    }
    config_done(&config);
}

/* ---- the file ---- */

static void file_sets_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(load(&config,
                          "# a comment\n[fetch]\nmax_attempts = 5 ; another\nmax_body_bytes=2 MiB\n"
                          "\n[server]\nlisten = [::1]:9000\nlog_level = debug\n",
                          &error),
                     0);
    assert_int_equal(config.fetch.max_attempts, 5);
    assert_int_equal(config.fetch.max_body_bytes, 2 * 1024 * 1024);
    assert_string_equal(config.server.listen, "[::1]:9000");
    assert_int_equal(config.server.log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(config.fetch.max_redirects, 10);
    config_done(&config);
}

static void lists_go_on_in_indented_lines(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(load(&config,
                          "[politeness]\nown_hosts = a.example, b.example\n    c.example\n"
                          "allow_networks = 10.0.0.0/8\n\tfd00::/8\n",
                          &error),
                     0);
    assert_int_equal(config.politeness.own_hosts.count, 3);
    assert_string_equal(config.politeness.own_hosts.items[0], "a.example");
    assert_string_equal(config.politeness.own_hosts.items[2], "c.example");
    assert_int_equal(config.politeness.allow_networks.count, 2);
    assert_string_equal(config.politeness.allow_networks.items[1], "fd00::/8");
    config_done(&config);
}

static void file_errors_name_line_option_and_what_is_allowed(void **state)
{
    (void)state;
    assert_refused("[fetch]\n\nmax_attempts = 0\n",
                   ":3: fetch.max_attempts = 0: must be a whole number from 1 to 20");
    assert_refused("[fetch]\nmax_atempts = 2\n",
                   ":2: fetch.max_atempts: there is no option 'max_atempts'; did you mean "
                   "max_attempts?");
    assert_refused("[fetsch]\nmax_attempts = 2\n",
                   "there is no section 'fetsch'; did you mean fetch?");
    assert_refused("[loop]\nbackend = kqueue\n", "must be one of: auto epoll poll select io_uring");
    assert_refused("[fetch]\nmax_body_bytes = 10 TiB\n", "bytes, with KiB, MiB or GiB");
    assert_refused("[politeness]\nallow_networks = 10.0.0.0/40\n", "must be networks");
    assert_refused("[politeness]\nallow_networks = auto 10.0.0.0/8\n", "must be networks");
    assert_refused("[server]\nlisten = 8080\n", "must be ADDRESS:PORT");
    assert_refused("[data]\ndir =\n", "must be text, not empty");
    assert_refused("[fetch]\nmax_attempts = 2\nmax_attempts = 3\n", "is given twice");
    assert_refused("[fetch]\nnonsense\n", ":2: must be [section], key = value, or a comment");
    assert_refused("max_attempts = 2\n", "there is no section ''");
}

static void too_long_a_line_is_told_not_cut(void **state)
{
    (void)state;
    char text[400] = "[fetch]\nuser_agent = x";
    memset(text + strlen(text), 'y', 300);
    assert_refused(text, ":2: the line is longer than");
}

static void missing_file_is_told(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(config_load(&config, "/nonexistent/imgcrawl.ini", &error), -ENOENT);
    assert_non_null(strstr(error.text, "/nonexistent/imgcrawl.ini"));
    config_done(&config);
}

/* ---- --set ---- */

static void set_errors_say_what_is_allowed(void **state)
{
    (void)state;
    assert_set_refused("fetch.max_attempts=21",
                       "--set fetch.max_attempts = 21: must be a whole number from 1 to 20");
    assert_set_refused("fetch.max_attempts=5x",
                       "--set fetch.max_attempts = 5x: must be a whole number from 1 to 20");
    assert_set_refused("max_attempts=5", "--set max_attempts=5: must be SECTION.KEY=VALUE, such as "
                                         "fetch.max_attempts=5");
    assert_set_refused("parse.proceses=5",
                       "--set parse.proceses: there is no option 'proceses'; did you mean "
                       "processes? ('imgcrawl help config' lists all)");
}

static void refused_value_leaves_the_old_one(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(config_set(&config, "politeness.allow_networks=10.0.0.0/8", &error), 0);
    assert_int_equal(config_set(&config, "politeness.allow_networks=banana", &error), -EINVAL);
    assert_string_equal(config.politeness.allow_networks.items[0], "10.0.0.0/8");
    assert_int_equal(config_set(&config, "fetch.max_attempts=99999999999999999999", &error),
                     -EINVAL);
    assert_int_equal(config.fetch.max_attempts, 3);
    config_done(&config);
}

static void user_agent_must_have_a_name_for_robots(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    config_init(&config);
    assert_int_equal(config_set(&config, "fetch.user_agent=(nobody)", &error), 0);
    assert_int_equal(config_check(&config, &error), -EINVAL);
    assert_non_null(strstr(error.text, "fetch.user_agent"));
    config_done(&config);
}

/* ---- what is drawn from the table ---- */

static void ini_file_matches_the_table(void **state)
{
    (void)state;
    char *file = contents("configs/imgcrawl.ini");
    char *table = printed(config_help_ini);
    assert_string_equal(file, table); /* imgcrawl help config --ini > configs/imgcrawl.ini */
    free(file);
    free(table);
}

static void manual_page_matches_the_table(void **state)
{
    (void)state;
    char *file = contents("configs/imgcrawl.ini.5");
    char *table = printed(config_help_man);
    assert_string_equal(file, table); /* imgcrawl help config --man > configs/imgcrawl.ini.5 */
    free(file);
    free(table);
}

/* Every line of the file that is commented out with ';' is an option: taken in, nothing changes. */
static void ini_file_uncommented_is_the_defaults(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    char *text = printed(config_help_ini);
    for (char *line = strstr(text, "\n;"); line != NULL; line = strstr(line, "\n;"))
        line[1] = '\n';
    config_init(&config);
    if (load(&config, text, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(config.fetch.retry_max_ms, 60000);
    assert_string_equal(config.politeness.allow_networks.items[0], "auto");
    config_done(&config);
    free(text);
}

/* ---- the engine's configuration ---- */

static void auto_networks_follow_the_listen_address(void **state)
{
    (void)state;
    struct config config;
    struct engine_setup setup;
    config_init(&config);
    engine_setup_init(&setup, &config, true);
    assert_true(setup.engine.loopback_for_seeds);
    assert_int_equal(setup.engine.allowed_network_count, 0);
    engine_setup_done(&setup);
    engine_setup_init(&setup, &config, false);
    assert_false(setup.engine.loopback_for_seeds);
    assert_int_equal(setup.engine.allowed_network_count, 0);
    engine_setup_done(&setup);
    config_done(&config);
}

static void robots_name_is_the_start_of_the_user_agent(void **state)
{
    (void)state;
    struct config config;
    struct config_error error;
    struct engine_setup setup;
    config_init(&config);
    engine_setup_init(&setup, &config, true);
    assert_string_equal(setup.engine.robots_agent, "imgcrawl");
    engine_setup_done(&setup);
    assert_int_equal(config_set(&config, "fetch.user_agent=Photo-Finder/2 (x)", &error), 0);
    engine_setup_init(&setup, &config, true);
    assert_string_equal(setup.engine.robots_agent, "Photo-Finder");
    assert_null(setup.engine.ca_file);
    engine_setup_done(&setup);
    config_done(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_allowed_and_documented),
        cmocka_unit_test(defaults_are_the_documented_numbers),
        cmocka_unit_test(choices_stand_in_the_order_of_their_enums),
        cmocka_unit_test(file_sets_what_it_names_and_nothing_else),
        cmocka_unit_test(lists_go_on_in_indented_lines),
        cmocka_unit_test(file_errors_name_line_option_and_what_is_allowed),
        cmocka_unit_test(too_long_a_line_is_told_not_cut),
        cmocka_unit_test(missing_file_is_told),
        cmocka_unit_test(set_errors_say_what_is_allowed),
        cmocka_unit_test(refused_value_leaves_the_old_one),
        cmocka_unit_test(user_agent_must_have_a_name_for_robots),
        cmocka_unit_test(ini_file_matches_the_table),
        cmocka_unit_test(manual_page_matches_the_table),
        cmocka_unit_test(ini_file_uncommented_is_the_defaults),
        cmocka_unit_test(auto_networks_follow_the_listen_address),
        cmocka_unit_test(robots_name_is_the_start_of_the_user_agent),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
