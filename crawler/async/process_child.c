/* One worker process: see the header. Everything is closed on exec but what the worker is to have.
 */
#include "crawler/async/process_child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crawler/async/must_alloc.h"

extern char **environ;

enum { LANE_KEPT_BYTES = 256 * 1024 };

/* ---- start ---- */

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/* Copies of fds that all lie above the numbers they are to have in the worker, so that giving one
 * its place never overwrites another. */
static int copy_above(const int *fds, size_t count, int *ret_copies)
{
    for (size_t i = 0; i < count; i++) {
        ret_copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, WIRE_CONTROL_FD + (int)count);
        if (ret_copies[i] < 0) {
            int error = -errno;
            close_all(ret_copies, i);
            return error;
        }
    }
    return 0;
}

static int add_descriptors(posix_spawn_file_actions_t *actions, const int *fds, size_t count)
{
    int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, STDIN_FILENO, STDOUT_FILENO);
    for (size_t i = 0; i < count && !error; i++)
        error = posix_spawn_file_actions_adddup2(actions, fds[i], WIRE_CONTROL_FD + (int)i);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(actions, WIRE_CONTROL_FD + (int)count);
    return error;
}

/* No signal blocked or ignored, and a process group of its own: what is typed at the terminal is
 * meant for the parent, which ends its workers itself. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return error;
}

/* posix_spawn() declares argv without const, and does not write to it. */
static char *const *spawn_argv(const char *const *argv)
{
    union {
        const char *const *given;
        char *const *wanted;
    } both = {.given = argv};
    return both.wanted;
}

static int spawn(const char *const *argv, const int *fds, size_t count, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int error = add_descriptors(&actions, fds, count);
    if (!error)
        error = set_attributes(&attributes);
    if (!error)
        error = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, spawn_argv(argv),
                            environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

static int spawn_with(const struct process_pool_config *config, int control, int result_fd,
                      pid_t *ret_pid)
{
    size_t count = 2 + config->shared_fd_count;
    int *fds = must_calloc(2 * count, sizeof(int));
    int *copies = fds + count;
    fds[0] = control;
    fds[1] = result_fd;
    for (size_t i = 0; i < config->shared_fd_count; i++)
        fds[2 + i] = config->shared_fds[i];
    int error = copy_above(fds, count, copies);
    if (!error) {
        error = spawn(config->argv, copies, count, ret_pid);
        close_all(copies, count);
    }
    free(fds);
    return error;
}

/* Sealed at its size: a worker that shrinks or grows it would take the parent along. */
static int make_lanes(size_t bytes)
{
    int fd = memfd_create("imgcrawl-results", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)bytes) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

/* The setup waits in the socket before the process exists. */
static int make_socket(const struct process_pool_config *config, size_t lane_bytes, int *ret_ends)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    struct wire_setup setup = {.lane_bytes = lane_bytes,
                               .depth = config->depth,
                               .shared_fd_count = (uint32_t)config->shared_fd_count,
                               .parent_pid = getpid()};
    if (send(ends[0], &setup, sizeof(setup), MSG_NOSIGNAL) < 0 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
        int error = -errno;
        close_all(ends, 2);
        return error;
    }
    ret_ends[0] = ends[0];
    ret_ends[1] = ends[1];
    return 0;
}

static size_t round_to_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

int process_child_start(const struct process_pool_config *config, struct process_child *ret_child)
{
    struct process_child child = {.lane_bytes = round_to_pages(config->lane_bytes)};
    int ends[2] = {-1, -1};
    child.result_fd = make_lanes(child.lane_bytes * config->depth);
    if (child.result_fd < 0)
        return child.result_fd;
    int error = make_socket(config, child.lane_bytes, ends);
    if (error) {
        close(child.result_fd);
        return error;
    }
    error = spawn_with(config, ends[1], child.result_fd, &child.pid);
    close(ends[1]);
    child.socket = ends[0];
    if (!error) {
        child.pidfd = pidfd_open(child.pid, 0);
        if (child.pidfd >= 0) {
            *ret_child = child;
            return 0;
        }
        error = -errno;
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
    }
    close(child.socket);
    close(child.result_fd);
    return error;
}

/* ---- talk ---- */

int process_child_send(const struct process_child *child, const struct wire_request *request,
                       const void *data)
{
    struct wire_request header = *request;
    struct iovec parts[2] = {{.iov_base = &header, .iov_len = sizeof(header)}};
    parts[1].iov_base = (void *)(uintptr_t)data; /* sendmsg() only reads it */
    parts[1].iov_len = request->bytes;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent;
    do
        sent = sendmsg(child->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno == ENOBUFS ? -EAGAIN : -errno;
    return 0;
}

/* ECONNRESET says once that the worker ended with requests unread; its replies come after that. */
int process_child_receive(const struct process_child *child, struct wire_reply *ret_reply)
{
    struct wire_reply reply;
    ssize_t got;
    do
        got = recv(child->socket, &reply, sizeof(reply), MSG_DONTWAIT | MSG_TRUNC);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got < 0)
        return errno == EAGAIN ? -EAGAIN : -EPIPE;
    if (got == 0)
        return -EPIPE;
    if (got != sizeof(reply))
        return -EPROTO;
    *ret_reply = reply;
    return 0;
}

/* Read, not mapped: reading a hole of a mapping would make pages of it. */
int process_child_read_lane(const struct process_child *child, unsigned lane, void *data,
                            size_t bytes)
{
    assert(bytes <= child->lane_bytes);
    off_t start = (off_t)(lane * child->lane_bytes);
    size_t done = 0;
    while (done < bytes) {
        ssize_t got =
            pread(child->result_fd, (char *)data + done, bytes - done, start + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        done += (size_t)got;
    }
    return 0;
}

void process_child_trim_lane(const struct process_child *child, unsigned lane)
{
    if (child->lane_bytes <= LANE_KEPT_BYTES)
        return;
    fallocate(child->result_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
              (off_t)(lane * child->lane_bytes + LANE_KEPT_BYTES),
              (off_t)(child->lane_bytes - LANE_KEPT_BYTES));
}

/* ---- end ---- */

void process_child_kill(const struct process_child *child)
{
    pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
}

int64_t process_child_cpu_us(const struct process_child *child)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(child->pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
        return 0;
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static int64_t timeval_us(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

void process_child_bury(struct process_child *child, struct process_end *ret_end)
{
    int status = 0;
    struct rusage usage = {0};
    while (wait4(child->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    ret_end->by_signal = WIFSIGNALED(status);
    ret_end->code = ret_end->by_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    ret_end->cpu_us = timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime);
    close(child->pidfd);
    close(child->socket);
    close(child->result_fd);
}
