/* Process pool: a worker that crashes, hangs, lies, eats memory or tries to get out costs one
 * request and no more. This binary is its own worker: the pool executes /proc/self/exe with
 * "worker".
 */
#include "tests/unit/async/async_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/process_wire.h"
#include "crawler/async/process_worker.h"
#include "crawler/async/sanitizers.h"

#define UNDER_SANITIZER (UNDER_ASAN || UNDER_TSAN)

enum { LANE_BYTES = 8 * 1024 * 1024, WORKER_MEMORY_BYTES = 64 * 1024 * 1024 };

/* ================ the worker ================ */

static int open_descriptors; /* counted before the sandbox stands */

static int64_t write_text(void *lane, const char *text)
{
    memcpy(lane, text, strlen(text));
    return (int64_t)strlen(text);
}

/* By the clock, because a sandboxed worker cannot sleep. */
static void spin_ms(long ms)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < ms);
}

static int64_t eat_memory(void *lane)
{
    for (int i = 0; i < 2 * WORKER_MEMORY_BYTES / (1024 * 1024); i++) {
        char *block = malloc(1024 * 1024);
        if (!block)
            return -ENOMEM;
        memset(block, 1, 1024 * 1024);
    }
    return write_text(lane, "no limit");
}

/* What the sandbox is there to stop. "got out" is the answer that must not be heard. */
static bool escapes(const char *way)
{
    if (strcmp(way, "open") == 0)
        return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
    if (strcmp(way, "socket") == 0)
        return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
    if (strcmp(way, "fork") == 0)
        return fork() >= 0;
    if (strcmp(way, "kill") == 0)
        return kill(getppid(), 0) == 0;
    if (strcmp(way, "memory limit") == 0)
        return getrlimit(RLIMIT_AS, &(struct rlimit){0}) == 0;
    if (strcmp(way, "limit of the parent") == 0)
        return prlimit(getppid(), RLIMIT_CPU, NULL, &(struct rlimit){0}) == 0;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static int64_t lie(const char *how, size_t lane_bytes)
{
    struct wire_reply stranger = {.id = 77, .bytes = 0};
    if (strcmp(how, "length") == 0)
        return (int64_t)lane_bytes + 1;
    size_t bytes = strcmp(how, "id") == 0 ? sizeof(stranger) : 3;
    if (send(WIRE_CONTROL_FD, &stranger, bytes, MSG_NOSIGNAL) < 0)
        return -errno;
    return 0;
}

/* Leaves a mark that the parent can read while its loop does not run. */
static int64_t mark(void *lane)
{
    int *marks = mmap(NULL, sizeof(*marks), PROT_READ | PROT_WRITE, MAP_SHARED,
                      process_worker_shared_fd(0), 0);
    if (marks == MAP_FAILED)
        return -errno;
    ++*marks;
    munmap(marks, sizeof(*marks));
    return write_text(lane, "marked");
}

static int64_t fill(void *lane, size_t bytes)
{
    memset(lane, 'x', bytes);
    return (int64_t)bytes;
}

static int64_t answer(const char *verb, const char *rest, void *lane, size_t lane_bytes)
{
    char number[16];
    if (strcmp(verb, "echo") == 0)
        return write_text(lane, rest);
    if (strcmp(verb, "fill") == 0)
        return fill(lane, (size_t)atol(rest));
    if (strcmp(verb, "spin") == 0) {
        spin_ms(atol(rest));
        return write_text(lane, "spun");
    }
    if (strcmp(verb, "mark") == 0)
        return mark(lane);
    if (strcmp(verb, "descriptors") == 0) {
        snprintf(number, sizeof(number), "%d", open_descriptors);
        return write_text(lane, number);
    }
    if (strcmp(verb, "memory") == 0)
        return eat_memory(lane);
    if (strcmp(verb, "escape") == 0)
        return write_text(lane, escapes(rest) ? "got out" : "refused");
    if (strcmp(verb, "lie") == 0)
        return lie(rest, lane_bytes);
    if (strcmp(verb, "exit") == 0)
        _exit(atoi(rest));
    raise(SIGABRT); /* "crash" */
    return -EINVAL;
}

/* Requests are "verb rest". */
static int64_t handle(const void *request, size_t bytes, void *lane, size_t lane_bytes, void *arg)
{
    (void)arg;
    static char text[PROCESS_REQUEST_MAX_BYTES + 1];
    memcpy(text, request, bytes);
    text[bytes] = '\0';
    char *rest = strchr(text, ' ');
    if (rest)
        *rest++ = '\0';
    return answer(text, rest ? rest : text + bytes, lane, lane_bytes);
}

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* cpu_seconds: NULL for no limit */
static int work(const char *cpu_seconds)
{
    struct process_limits limits = {
        .address_space_bytes = WORKER_MEMORY_BYTES,
        .request_cpu_seconds = cpu_seconds ? (unsigned)atoi(cpu_seconds) : 0,
    };
    int error = process_worker_init();
    open_descriptors = count_descriptors();
    if (!error)
        error = process_worker_sandbox(&limits);
    if (!error)
        error = process_worker_serve(&limits, handle, NULL);
    return error == 0 ? 0 : error == -ENOMEM ? PROCESS_EXIT_MEMORY : 1;
}

/* ================ the tests ================ */

static struct loop *loop;
static struct process_pool *pool;

static const char *const worker_argv[] = {"test-worker", "worker", NULL};
static const char *const second_argv[] = {"test-worker", "worker", "1", NULL};
static const char *const broken_argv[] = {"test-worker", "broken", NULL};

static struct process_pool_config config_of(unsigned workers, unsigned depth)
{
    return (struct process_pool_config){.argv = worker_argv,
                                        .workers = workers,
                                        .depth = depth,
                                        .lane_bytes = LANE_BYTES,
                                        .deadline_ms = 60 * 1000};
}

static void open_pool(const struct process_pool_config *config)
{
    loop = new_loop();
    assert_int_equal(process_pool_new(loop, config, &pool), 0);
}

static void close_pool(void)
{
    pool = process_pool_free(pool);
    loop = loop_free(loop);
}

static struct promise *submit(const char *request)
{
    return process_pool_submit(pool, request, strlen(request));
}

static struct process_pool_stats stats(void)
{
    struct process_pool_stats stats;
    process_pool_stats(pool, &stats);
    return stats;
}

/* Waits unless it is settled, and forgets it. */
static void expect_reply(struct promise *take_promise, const char *text)
{
    wait_for(take_promise);
    assert_int_equal(promise_state_of(take_promise), PROMISE_RESOLVED);
    const struct process_reply *reply = promise_value(take_promise);
    assert_int_equal(reply->bytes, strlen(text));
    assert_memory_equal(reply->data, text, strlen(text));
    promise_unref(take_promise);
}

static void expect_error(struct promise *take_promise, int code)
{
    wait_for(take_promise);
    assert_int_equal(promise_state_of(take_promise), PROMISE_REJECTED);
    assert_int_equal(promise_error(take_promise)->code, code);
    assert_string_equal(promise_error(take_promise)->origin, "process");
    promise_unref(take_promise);
}

static void pool_request_resolves_with_a_copy_of_the_reply(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 2);
    open_pool(&config);
    static char longest[PROCESS_REQUEST_MAX_BYTES + 2] = "echo ";
    memset(longest + 5, 'e', PROCESS_REQUEST_MAX_BYTES - 5);
    struct promise *first = submit("echo one");
    expect_reply(submit("echo"), "");
    expect_reply(submit(longest), longest + 5);
    expect_reply(first, "one"); /* its lane has been used again */
    longest[PROCESS_REQUEST_MAX_BYTES] = 'e';
    expect_error(submit(longest), EMSGSIZE);
    close_pool();
}

static void pool_answers_everything_through_deep_pipes(void **state)
{
    (void)state;
    enum { REQUESTS = 500 };
    struct process_pool_config config = config_of(2, 16);
    struct promise *promises[REQUESTS];
    char text[32];
    open_pool(&config);
    for (int i = 0; i < REQUESTS; i++) {
        snprintf(text, sizeof(text), "echo %d", i);
        promises[i] = submit(text);
    }
    for (int i = 0; i < REQUESTS; i++) {
        snprintf(text, sizeof(text), "%d", i);
        expect_reply(promises[i], text);
    }
    assert_int_equal(stats().workers, 2);
    assert_int_equal(stats().queued, 0);
    assert_true(stats().cpu_us > 0);
    close_pool();
}

/* More bytes in the pipe than the socket holds: the rest waits for the next reply. */
static void pool_pipe_fuller_than_its_socket_loses_nothing(void **state)
{
    (void)state;
    enum { REQUESTS = 100 };
    struct process_pool_config config = config_of(1, 64);
    static char longest[PROCESS_REQUEST_MAX_BYTES + 1] = "echo ";
    memset(longest + 5, 'e', PROCESS_REQUEST_MAX_BYTES - 5);
    struct promise *promises[REQUESTS];
    config.lane_bytes = PROCESS_REQUEST_MAX_BYTES;
    open_pool(&config);
    promise_unref(submit("spin 50"));
    for (int i = 0; i < REQUESTS; i++)
        promises[i] = submit(longest);
    for (int i = 0; i < REQUESTS; i++)
        expect_reply(promises[i], longest + 5);
    assert_int_equal(stats().spawned, 1);
    close_pool();
}

static void pool_worker_has_its_own_descriptors_and_the_shared_ones_only(void **state)
{
    (void)state;
    int not_for_workers = open("/dev/null", O_RDONLY); /* would be inherited */
    int shared[2] = {memfd_create("a", MFD_CLOEXEC), memfd_create("b", MFD_CLOEXEC)};
    struct process_pool_config config = config_of(1, 1);
    config.shared_fds = shared;
    config.shared_fd_count = 2;
    open_pool(&config);
    expect_reply(submit("descriptors"), "7"); /* 0 1 2, control, results, two shared */
    close_pool();
    close(shared[0]);
    close(shared[1]);
    close(not_for_workers);
}

/* ---- crashes ---- */

static void pool_crash_rejects_the_head_and_nobody_else(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 4);
    open_pool(&config);
    struct promise *before = submit("echo before");
    struct promise *crash = submit("crash");
    struct promise *after = submit("echo after");
    struct promise *last = submit("echo last");
    expect_reply(before, "before");
    expect_error(crash, PROCESS_CRASHED);
    expect_reply(after, "after");
    expect_reply(last, "last");
    assert_int_equal(stats().crashed, 1);
    assert_int_equal(stats().spawned, 2);
    close_pool();
}

static void pool_exit_status_tells_memory_from_a_crash(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 2);
    open_pool(&config);
    expect_error(submit("exit 0"), PROCESS_CRASHED);
    expect_error(submit("exit 12"), PROCESS_OUT_OF_MEMORY);
    assert_int_equal(stats().crashed, 1);
    assert_int_equal(stats().out_of_memory, 1);
    close_pool();
}

static int only_pid(void)
{
    int pid = 0;
    assert_int_equal(process_pool_pids(pool, &pid, 1), 1);
    return pid;
}

/* Until the process has ended, without reaping it and without running the loop. */
static void wait_for_end(int pid)
{
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void pool_reply_written_before_the_death_counts(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 4);
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    int pid = only_pid();
    struct promise *answered = submit("echo answered");
    struct promise *crash = submit("crash");
    struct promise *unread = submit("echo unread");
    wait_for_end(pid); /* the reply is in the socket, one request was never received */
    expect_reply(answered, "answered");
    expect_error(crash, PROCESS_CRASHED);
    expect_reply(unread, "unread");
    close_pool();
}

static void pool_worker_killed_after_all_its_replies_loses_none(void **state)
{
    (void)state;
    int shared = memfd_create("marks", MFD_CLOEXEC);
    assert_int_equal(ftruncate(shared, 4096), 0);
    volatile int *marks = mmap(NULL, 4096, PROT_READ, MAP_SHARED, shared, 0);
    assert_true((const void *)(uintptr_t)marks != MAP_FAILED);
    struct process_pool_config config = config_of(1, 4);
    config.shared_fds = &shared;
    config.shared_fd_count = 1;
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    int pid = only_pid();
    struct promise *first = submit("mark");
    struct promise *second = submit("mark");
    struct promise *third = submit("mark");
    while (*marks < 3) /* so the first two replies are written */
        usleep(1000);
    kill(pid, SIGKILL);
    wait_for_end(pid);
    expect_reply(first, "marked");
    expect_reply(second, "marked");
    wait_for(third); /* was in its last steps: answered, or the one that is lost */
    if (promise_state_of(third) == PROMISE_REJECTED)
        assert_int_equal(promise_error(third)->code, PROCESS_CRASHED);
    promise_unref(third);
    expect_reply(submit("echo next"), "next");
    close_pool();
    munmap((void *)(uintptr_t)marks, 4096);
    close(shared);
}

static void pool_worker_killed_while_idle_is_replaced(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 1);
    open_pool(&config);
    expect_reply(submit("echo one"), "one");
    int pid = only_pid();
    kill(pid, SIGKILL);
    wait_for_end(pid);
    struct promise *two = submit("echo two"); /* the parent does not know yet */
    wait_for(two);
    if (promise_state_of(two) == PROMISE_RESOLVED)
        assert_int_equal(((struct process_reply *)promise_value(two))->bytes, 3);
    promise_unref(two);
    expect_reply(submit("echo three"), "three");
    assert_int_not_equal(only_pid(), pid);
    close_pool();
}

/* ---- a storm of SIGKILL ---- */

enum { STORM_REQUESTS = 120, STORM_KILLS = 12, STORM_EVERY_MS = 40 };

struct storm {
    struct loop_timer *timer;
    int kills;
    int done;
    int lost; /* rejected, and tried again */
};

static void kill_one(void *arg)
{
    struct storm *storm = arg;
    int pids[2];
    size_t count = process_pool_pids(pool, pids, 2);
    if (storm->kills == STORM_KILLS) {
        loop_timer_stop(storm->timer);
    } else if (count > 0) {
        kill(pids[(size_t)storm->kills % count], SIGKILL);
        storm->kills++;
    }
}

static struct promise *on_storm_reply(struct promise *settled, void *arg)
{
    struct storm *storm = arg;
    if (promise_state_of(settled) == PROMISE_REJECTED) {
        assert_int_equal(promise_error(settled)->code, PROCESS_CRASHED);
        storm->lost++;
        promise_unref(promise_finally(submit("spin 5"), on_storm_reply, storm));
    } else if (++storm->done == STORM_REQUESTS) {
        loop_stop(loop);
    }
    return NULL;
}

static void pool_survives_a_storm_of_kills_with_every_request_accounted_for(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(2, 4);
    struct storm storm = {0};
    open_pool(&config);
    storm.timer = loop_timer_new(loop, kill_one, &storm);
    loop_timer_repeat(storm.timer, STORM_EVERY_MS);
    for (int i = 0; i < STORM_REQUESTS; i++)
        promise_unref(promise_finally(submit("spin 5"), on_storm_reply, &storm));
    loop_run(loop);
    assert_int_equal(storm.done, STORM_REQUESTS);
    assert_true(storm.kills > 0);
    assert_true(storm.lost <= storm.kills); /* never more than the heads */
    loop_timer_free(storm.timer);
    close_pool();
}

static void pool_of_a_broken_binary_does_not_spin_and_rejects_its_requests(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(2, 2);
    config.argv = broken_argv;
    open_pool(&config);
    struct promise *one = submit("echo one");
    struct promise *two = submit("echo two");
    expect_error(one, PROCESS_CRASHED);
    expect_error(two, PROCESS_CRASHED);
    assert_true(stats().spawned <= 12);
    close_pool();
}

/* ---- deadlines ---- */

static void pool_deadline_kills_the_worker_and_spares_the_others(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 3);
    config.deadline_ms = 700;
    open_pool(&config);
    struct promise *endless = submit("spin 30000");
    struct promise *next = submit("echo next");
    expect_error(endless, PROCESS_DEADLINE);
    expect_reply(next, "next");
    assert_int_equal(stats().deadlines, 1);
    close_pool();
}

static void pool_deadline_counts_for_the_head_alone(void **state)
{
    (void)state;
    enum { REQUESTS = 8 };
    struct process_pool_config config = config_of(1, REQUESTS);
    struct promise *promises[REQUESTS];
    config.deadline_ms = 900;
    open_pool(&config);
    for (int i = 0; i < REQUESTS; i++) /* together more than the deadline */
        promises[i] = submit("spin 150");
    for (int i = 0; i < REQUESTS; i++)
        expect_reply(promises[i], "spun");
    assert_int_equal(stats().deadlines, 0);
    close_pool();
}

/* The deadline is far away: what ends the worker is its own limit. */
static void pool_worker_meets_its_cpu_limit(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 2);
    config.argv = second_argv;
    config.deadline_ms = 300 * 1000;
    open_pool(&config);
    struct promise *endless = submit("spin 290000");
    struct promise *next = submit("echo next");
    expect_error(endless, PROCESS_DEADLINE);
    expect_reply(next, "next");
    assert_int_equal(stats().spawned, 2);
    close_pool();
}

static void pool_each_request_has_its_own_cpu_time(void **state)
{
    (void)state;
    enum { REQUESTS = 8 };
    struct process_pool_config config = config_of(1, REQUESTS);
    struct promise *promises[REQUESTS];
    config.argv = second_argv;
    open_pool(&config);
    for (int i = 0; i < REQUESTS; i++) /* together more than one may have */
        promises[i] = submit("spin 500");
    for (int i = 0; i < REQUESTS; i++)
        expect_reply(promises[i], "spun");
    assert_int_equal(stats().spawned, 1);
    close_pool();
}

/* ---- lies ---- */

static void pool_worker_that_lies_is_killed_and_its_head_rejected(void **state)
{
    (void)state;
    static const char *const lies[] = {"lie length", "lie id", "lie size"};
    struct process_pool_config config = config_of(1, 3);
    open_pool(&config);
    for (int i = 0; i < 3; i++) {
        struct promise *lie_promise = submit(lies[i]);
        struct promise *next = submit("echo honest");
        expect_error(lie_promise, PROCESS_PROTOCOL);
        expect_reply(next, "honest");
    }
    assert_int_equal(stats().spawned, 4);
    close_pool();
}

/* ---- memory ---- */

#if !UNDER_SANITIZER /* no RLIMIT_AS there */

static void pool_worker_meets_its_memory_limit(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 2);
    open_pool(&config);
    struct promise *hungry = submit("memory");
    struct promise *next = submit("echo next");
    expect_error(hungry, PROCESS_OUT_OF_MEMORY);
    expect_reply(next, "next");
    close_pool();
}

static size_t mapped_bytes(int pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    unsigned long pages = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void pool_worker_may_add_its_memory_to_what_it_started_with(void **state)
{
    (void)state;
    enum { SLACK_BYTES = 1024 * 1024 };
    struct process_pool_config config = config_of(1, 2);
    struct rlimit limit;
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    assert_int_equal(prlimit(only_pid(), RLIMIT_AS, NULL, &limit), 0);
    size_t added = (size_t)limit.rlim_cur - mapped_bytes(only_pid());
    assert_in_range(added, WORKER_MEMORY_BYTES - SLACK_BYTES, WORKER_MEMORY_BYTES + SLACK_BYTES);
    close_pool();
}

#endif

/* Of all result areas of this process. */
static long long result_memory_bytes(void)
{
    long long bytes = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
        char target[64] = "";
        struct stat status;
        if (readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1) > 0 &&
            strstr(target, "imgcrawl-results") && fstat(atoi(entry->d_name), &status) == 0)
            bytes += (long long)status.st_blocks * 512;
    }
    closedir(directory);
    return bytes;
}

static void pool_large_reply_gives_its_memory_back(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 2);
    open_pool(&config);
    for (int i = 0; i < 4; i++) {
        struct promise *large = submit("fill 4000000");
        assert_int_equal(wait_for(large), PROMISE_RESOLVED);
        const struct process_reply *reply = promise_value(large);
        assert_int_equal(reply->bytes, 4000000);
        assert_int_equal(reply->data[3999999], 'x');
        promise_unref(large);
    }
    assert_true(result_memory_bytes() <= 2 * 256 * 1024);
    close_pool();
}

/* ---- the sandbox ---- */

static void expect_stopped(const char *request)
{
    struct promise *promise = submit(request);
    if (UNDER_SANITIZER) { /* refused there, killed otherwise */
        expect_reply(promise, "refused");
        return;
    }
    assert_int_equal(wait_for(promise), PROMISE_REJECTED);
    assert_int_equal(promise_error(promise)->code, PROCESS_CRASHED);
    assert_string_equal(promise_error(promise)->message, "the worker ended by signal 31");
    promise_unref(promise);
}

static void pool_sandbox_stops_every_way_out(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 1);
    open_pool(&config);
    expect_stopped("escape open");
    expect_stopped("escape socket");
    expect_stopped("escape fork");
    expect_stopped("escape kill");
    if (!UNDER_SANITIZER) { /* their runtimes map and ask as they like */
        expect_stopped("escape code");
        expect_stopped("escape memory limit");
        expect_stopped("escape limit of the parent");
    }
    close_pool();
}

/* ---- cancelling and closing ---- */

static void pool_cancelled_request_leaves_the_queue_or_ends_unheard(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(1, 1);
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    struct promise *running = submit("spin 50");
    struct promise *queued = submit("crash");
    struct promise *last = submit("echo last");
    assert_int_equal(stats().queued, 2);
    promise_cancel(running);
    promise_cancel(queued);
    run_queue(loop);
    assert_int_equal(promise_error(running)->code, ECANCELED);
    assert_int_equal(promise_error(queued)->code, ECANCELED);
    expect_reply(last, "last");
    assert_int_equal(stats().spawned, 1); /* nobody crashed */
    promise_unref(running);
    promise_unref(queued);
    close_pool();
}

static void pool_freed_rejects_the_unanswered_and_leaves_no_process(void **state)
{
    (void)state;
    struct process_pool_config config = config_of(2, 2);
    int pids[2];
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    assert_int_equal(process_pool_pids(pool, pids, 2), 2);
    struct promise *promises[8];
    for (int i = 0; i < 8; i++)
        promises[i] = submit("spin 30000");
    pool = process_pool_free(pool);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(promise_error(promises[i])->code, ECANCELED);
        promise_unref(promises[i]);
    }
    for (int i = 0; i < 2; i++) {
        errno = 0;
        assert_int_equal(kill(pids[i], 0), -1);
        assert_int_equal(errno, ESRCH);
    }
    loop = loop_free(loop);
}

/* In a process of its own: a pool whose worker is busy, and then the parent is gone. */
static void die_with_a_busy_worker(int alive_fd)
{
    struct process_pool_config config = config_of(1, 2);
    config.shared_fds = &alive_fd;
    config.shared_fd_count = 1;
    open_pool(&config);
    expect_reply(submit("echo warm"), "warm");
    promise_unref(submit("spin 30000"));
    _exit(0);
}

static void pool_workers_die_with_their_parent(void **state)
{
    (void)state;
    int alive[2]; /* its end of file is the death of all who have alive[1] */
    assert_int_equal(pipe2(alive, O_CLOEXEC), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0)
        die_with_a_busy_worker(alive[1]);
    close(alive[1]);
    int status = 0;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct pollfd end = {.fd = alive[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 20 * 1000), 1); /* the worker by itself would go on for 30 s */
    assert_true(end.revents & POLLHUP);
    close(alive[0]);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "worker") == 0)
        _exit(work(argv[2]));
    if (argc > 1 && strcmp(argv[1], "broken") == 0)
        _exit(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_request_resolves_with_a_copy_of_the_reply),
        cmocka_unit_test(pool_answers_everything_through_deep_pipes),
        cmocka_unit_test(pool_pipe_fuller_than_its_socket_loses_nothing),
        cmocka_unit_test(pool_worker_has_its_own_descriptors_and_the_shared_ones_only),
        cmocka_unit_test(pool_crash_rejects_the_head_and_nobody_else),
        cmocka_unit_test(pool_exit_status_tells_memory_from_a_crash),
        cmocka_unit_test(pool_reply_written_before_the_death_counts),
        cmocka_unit_test(pool_worker_killed_after_all_its_replies_loses_none),
        cmocka_unit_test(pool_worker_killed_while_idle_is_replaced),
        cmocka_unit_test(pool_survives_a_storm_of_kills_with_every_request_accounted_for),
        cmocka_unit_test(pool_of_a_broken_binary_does_not_spin_and_rejects_its_requests),
        cmocka_unit_test(pool_deadline_kills_the_worker_and_spares_the_others),
        cmocka_unit_test(pool_deadline_counts_for_the_head_alone),
        cmocka_unit_test(pool_worker_meets_its_cpu_limit),
        cmocka_unit_test(pool_each_request_has_its_own_cpu_time),
        cmocka_unit_test(pool_worker_that_lies_is_killed_and_its_head_rejected),
#if !UNDER_SANITIZER
        cmocka_unit_test(pool_worker_meets_its_memory_limit),
        cmocka_unit_test(pool_worker_may_add_its_memory_to_what_it_started_with),
#endif
        cmocka_unit_test(pool_large_reply_gives_its_memory_back),
        cmocka_unit_test(pool_sandbox_stops_every_way_out),
        cmocka_unit_test(pool_cancelled_request_leaves_the_queue_or_ends_unheard),
        cmocka_unit_test(pool_freed_rejects_the_unanswered_and_leaves_no_process),
        cmocka_unit_test(pool_workers_die_with_their_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
