/* The other end of the process pool: what runs inside a worker process. */
#ifndef IMGCRAWL_ASYNC_PROCESS_WORKER_H
#define IMGCRAWL_ASYNC_PROCESS_WORKER_H

#include <stddef.h>
#include <stdint.h>

struct process_limits {
    size_t address_space_bytes;   /* RLIMIT_AS, on top of what is mapped already; 0: none */
    unsigned request_cpu_seconds; /* RLIMIT_CPU, set anew for each request; 0: none */
};

/* Handles one request; writes at most lane_bytes to lane (aligned to a page, its content is left
 * over from earlier). Returns the bytes written, or -errno, which ends the worker. */
typedef int64_t (*process_handler)(const void *request, size_t bytes, void *lane, size_t lane_bytes,
                                   void *arg);

/* Takes over the descriptors that the pool passed; call it first. From here on the worker ignores
 * SIGINT, SIGTERM and SIGHUP and dies with its parent. 0 or -errno. */
int process_worker_init(void);
/* The descriptor that stood at `index` of shared_fds. */
int process_worker_shared_fd(size_t index);
/* no_new_privs, rlimits, and a seccomp filter that allows memory, the control socket, moving its
 * own CPU limit, exit and nothing else. After this no file can be opened and no socket made, not
 * even by the C library: load before what is loaded when first used (iconv tables, locales). 0 or
 * -errno. */
int process_worker_sandbox(const struct process_limits *limits);
/* Serves requests, each with its CPU time, until the pool closes the socket; then returns 0. -errno
 * otherwise, the handler's included. Leave with _exit() afterwards (what runs at exit() may want
 * what the sandbox forbids): 0, or PROCESS_EXIT_MEMORY for -ENOMEM, or anything else. */
int process_worker_serve(const struct process_limits *limits, process_handler handler, void *arg);

#endif
