/* The fetcher over TLS: against nginx (HTTP/2, certificates) and openssl s_server (a cut
 * connection).
 *
 * Everything lives in one temporary directory: a certificate for 127.0.0.1 made by the openssl
 * command, nginx's configuration and its files. Servers are children, ended by their pid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/crawler/fetch_world.h"
#include "tests/unit/crawler/raw_server.h"

enum { PAGES = 100 };

static char directory[] = "/tmp/test-fetch-tls-XXXXXX";
static char certificate[64], url[64], url_by_name[64];
static pid_t nginx;

/* ---- servers ---- */

static void write_file(const char *name, const char *content)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

/* Starts a shell command in the directory; `exec` it to make its pid the one returned. */
static pid_t start_command(const char *command, int input)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing behind */
        if (chdir(directory) == 0 && dup2(input, STDIN_FILENO) == STDIN_FILENO)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

static void end_command(pid_t pid, int signum)
{
    kill(pid, signum);
    waitpid(pid, NULL, 0);
}

static unsigned free_port(void)
{
    unsigned port;
    close(raw_bind(&port));
    return port;
}

static void wait_for_port(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int tries = 0; tries < 2000; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        int r = connect(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        if (r == 0)
            return;
        usleep(5000);
    }
    fail_msg("nothing listens on port %u", port);
}

static void make_certificate(void)
{
    int status;
    pid_t pid = start_command(
        "exec openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem "
        ">openssl.log 2>&1",
        STDIN_FILENO);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    snprintf(certificate, sizeof certificate, "%s/cert.pem", directory);
}

static void start_nginx(unsigned port)
{
    char config[1024];
    snprintf(config, sizeof config,
             "daemon off; master_process off; pid nginx.pid; error_log error.log;\n"
             "events { worker_connections 64; }\n"
             "http { access_log off; default_type text/html; gzip on; gzip_min_length 1;\n"
             "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
             "uwsgi_temp_path t4; scgi_temp_path t5;\n"
             "server { listen 127.0.0.1:%u ssl http2; root .;\n"
             "ssl_certificate cert.pem; ssl_certificate_key key.pem; } }\n",
             port);
    write_file("nginx.conf", config);
    write_file("page.html", "<p>over TLS</p>");
    nginx = start_command("PATH=$PATH:/usr/sbin exec nginx -e error.log -p . -c nginx.conf",
                          STDIN_FILENO);
    wait_for_port(port);
}

static int setup(void **state)
{
    (void)state;
    unsigned port = free_port();
    if (!mkdtemp(directory))
        return -1;
    make_certificate();
    start_nginx(port);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/page.html", port);
    snprintf(url_by_name, sizeof url_by_name, "https://localhost:%u/page.html", port);
    return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    end_command(nginx, SIGTERM);
    return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- tests ---- */

static void page_comes_by_http2(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.config.ca_file = certificate;
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, url);
    if (result->outcome != OUTCOME_OK)
        fail_msg("%s (%s)", outcome_name(result->outcome), result->detail);
    assert_int_equal(result->http_version, 20);
    assert_string_equal(result->content_type, "text/html");
    assert_int_equal(result->body_bytes, 15);
    assert_memory_equal(world.slot->data, "<p>over TLS</p>", 15);
    free(result);
    world_done(&world);
}

static void certificate_of_unknown_issuer_is_invalid(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, url);
    assert_int_equal(result->outcome, OUTCOME_TLS_INVALID);
    assert_non_null(strstr(result->detail, "certificate"));
    free(result);
    world_done(&world);
}

static void certificate_for_another_host_is_invalid(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.config.ca_file = certificate;
    world_open(&world);
    struct fetch_result *result = world_fetch(&world, url_by_name);
    assert_int_equal(result->outcome, OUTCOME_TLS_INVALID);
    free(result);
    world_done(&world);
}

static void http2_streams_share_the_loop(void **state)
{
    (void)state;
    struct world world;
    struct body_slots *slots;
    struct promise *fetches[PAGES];
    world_init(&world);
    world.config.ca_file = certificate;
    world.config.max_host_connections = 2;
    world_open(&world);
    assert_int_equal(body_slots_new(PAGES, 4096, &slots), 0);
    for (int i = 0; i < PAGES; i++) {
        struct fetch_request request = world_request(&world, url);
        request.slot = body_slots_take(slots);
        request.max_body_bytes = 4096;
        fetches[i] = fetch_start(world.fetcher, &request);
    }
    for (int i = 0; i < PAGES; i++) {
        world_wait(&world, fetches[i]);
        const struct fetch_result *result = promise_value(fetches[i]);
        assert_int_equal(result->outcome, OUTCOME_OK);
        assert_int_equal(result->body_bytes, 15);
        promise_unref(fetches[i]);
    }
    world_done(&world);
    body_slots_free(slots);
}

static void wait_ms(struct world *world, int64_t ms)
{
    struct promise *pause = promise_sleep(world->loop, ms);
    world_wait(world, pause);
    promise_unref(pause);
}

/* openssl s_server, which sends what is written to *ret_input. */
static pid_t start_s_server(unsigned port, int *ret_input)
{
    char command[256];
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    snprintf(command, sizeof command,
             "exec openssl s_server -quiet -accept 127.0.0.1:%u -cert cert.pem -key key.pem "
             ">/dev/null 2>&1",
             port);
    pid_t pid = start_command(command, ends[0]);
    close(ends[0]);
    wait_for_port(port);
    *ret_input = ends[1];
    return pid;
}

/* The server dies in mid-body: the connection ends without TLS's own goodbye. */
static void body_cut_without_goodbye_is_incomplete(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nhello";
    char cut_url[64];
    int input;
    unsigned port = free_port();
    pid_t server = start_s_server(port, &input);
    snprintf(cut_url, sizeof cut_url, "https://127.0.0.1:%u/", port);
    struct world world;
    world_init(&world);
    world.config.ca_file = certificate;
    world_open(&world);
    struct fetch_request request = world_request(&world, cut_url);
    request.cut_body = true; /* or the announced length would be too much already */
    struct promise *promise = fetch_start(world.fetcher, &request);
    /* What is written before the server has met its client is lost. */
    while (world.slot->used < 5 && promise_state_of(promise) == PROMISE_PENDING) {
        assert_int_equal(write(input, answer, sizeof answer - 1), sizeof answer - 1);
        wait_ms(&world, 5);
    }
    end_command(server, SIGKILL);
    world_wait(&world, promise);
    const struct fetch_result *result = promise_value(promise);
    /* Killed before it has read all that came, the server's machine sends a reset. */
    if (result->outcome != OUTCOME_BODY_INCOMPLETE && result->outcome != OUTCOME_CONNECTION_RESET)
        fail_msg("%s (%s)", outcome_name(result->outcome), result->detail);
    promise_unref(promise);
    world_done(&world);
    close(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_comes_by_http2),
        cmocka_unit_test(certificate_of_unknown_issuer_is_invalid),
        cmocka_unit_test(certificate_for_another_host_is_invalid),
        cmocka_unit_test(http2_streams_share_the_loop),
        cmocka_unit_test(body_cut_without_goodbye_is_incomplete),
    };
    return cmocka_run_group_tests_name("fetch over TLS", tests, setup, teardown);
}
