/* The worker's side of the process pool: takes over what process_child.c passed, answers requests
 * in order. One thread, one process, no loop: it blocks on the control socket. Only process_serve's
 * caller knows what the requests mean.
 */
#include "crawler/async/process_worker.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/process_wire.h"

/* A process is one worker, so this is its state. */
static struct {
    struct wire_setup setup;
    unsigned char *lanes;
} worker;

/* As many bytes as one message has; 0 when the parent has closed the socket. */
static ssize_t receive(void *buffer, size_t size)
{
    ssize_t got;
    do
        got = recv(WIRE_CONTROL_FD, buffer, size, MSG_TRUNC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == ECONNRESET ? 0 : -errno;
    return (size_t)got > size ? -EMSGSIZE : got;
}

static int reply(uint64_t id, uint64_t bytes)
{
    struct wire_reply message = {.id = id, .bytes = bytes};
    while (send(WIRE_CONTROL_FD, &message, sizeof(message), MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* The parent ends its workers by closing the socket or by SIGKILL. What a terminal or a service
 * manager sends to everybody must not take away a page in work. */
static void ignore_group_signals(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

int process_worker_init(void)
{
    ignore_group_signals();
    ssize_t got = receive(&worker.setup, sizeof(worker.setup));
    if (got < 0)
        return (int)got;
    if (got != sizeof(worker.setup))
        return -EPROTO;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    if (getppid() != worker.setup.parent_pid) /* it died before the line above */
        return -EOWNERDEAD;
    void *lanes = mmap(NULL, worker.setup.lane_bytes * worker.setup.depth, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_NORESERVE, WIRE_RESULT_FD, 0);
    if (lanes == MAP_FAILED)
        return -errno;
    worker.lanes = lanes;
    return 0;
}

int process_worker_shared_fd(size_t index)
{
    assert(index < worker.setup.shared_fd_count);
    return WIRE_SHARED_FD + (int)index;
}

/* Whether these bytes are a request of the parent; nothing else is to be expected. */
static bool is_request(const struct wire_request *request, size_t bytes)
{
    return bytes >= sizeof(*request) && request->bytes == bytes - sizeof(*request) &&
           request->lane < worker.setup.depth;
}

static int serve_one(const struct wire_request *request, const void *data, process_handler handler,
                     void *arg)
{
    size_t lane_bytes = worker.setup.lane_bytes;
    void *lane = worker.lanes + request->lane * lane_bytes;
    int64_t written = handler(data, request->bytes, lane, lane_bytes, arg);
    return written < 0 ? (int)written : reply(request->id, (uint64_t)written);
}

/* So many seconds from now on, counted in whole ones of the worker's life, as the kernel does. The
 * hard limit stays: it was inherited. */
static int allow_cpu_seconds(unsigned seconds)
{
    struct rlimit limit;
    struct timespec used;
    if (seconds == 0)
        return 0;
    if (getrlimit(RLIMIT_CPU, &limit) < 0 || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return -errno;
    rlim_t wanted = (rlim_t)used.tv_sec + 1 + seconds;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_CPU, &limit) < 0 ? -errno : 0;
}

int process_worker_serve(const struct process_limits *limits, process_handler handler, void *arg)
{
    static struct {
        struct wire_request request;
        unsigned char data[PROCESS_REQUEST_MAX_BYTES];
    } message;
    int error = reply(0, 0); /* ready */
    while (!error) {
        ssize_t got = receive(&message, sizeof(message));
        if (got <= 0)
            return (int)got;
        if (!is_request(&message.request, (size_t)got))
            return -EPROTO;
        error = allow_cpu_seconds(limits->request_cpu_seconds);
        if (!error)
            error = serve_one(&message.request, message.data, handler, arg);
    }
    return error;
}
