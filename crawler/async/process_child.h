/* One worker process as its parent sees it: a pid, three descriptors, and how to start, talk to,
 * kill and bury it. No policy and no loop; the pool decides. Loop thread.
 */
#ifndef IMGCRAWL_ASYNC_PROCESS_CHILD_H
#define IMGCRAWL_ASYNC_PROCESS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/process_wire.h"

struct process_child {
    pid_t pid;
    int pidfd;     /* readable when the process has ended */
    int socket;    /* the parent's end of the control socket, not blocking */
    int result_fd; /* the lanes the process writes to */
    size_t lane_bytes;
};

/* How a process ended. */
struct process_end {
    bool by_signal;
    int code; /* the signal, or the exit status */
    int64_t cpu_us;
};

/* 0 or -errno, with nothing left behind. */
int process_child_start(const struct process_pool_config *config, struct process_child *ret_child);
/* 0, -EAGAIN when the socket is full, another -errno when nobody reads it. */
int process_child_send(const struct process_child *child, const struct wire_request *request,
                       const void *data);
/* 0, -EAGAIN when nothing is there, -EPIPE at the end, -EPROTO for what is not a reply. */
int process_child_receive(const struct process_child *child, struct wire_reply *ret_reply);
/* Copies the first bytes of a lane; bytes is at most lane_bytes. 0 or -errno. */
int process_child_read_lane(const struct process_child *child, unsigned lane, void *data,
                            size_t bytes);
/* Gives the memory of an unused lane back to the system, but for what the next reply will need. */
void process_child_trim_lane(const struct process_child *child, unsigned lane);
void process_child_kill(const struct process_child *child);
int64_t process_child_cpu_us(const struct process_child *child);
/* Waits for the process, which has ended or was killed, and closes what belonged to it. */
void process_child_bury(struct process_child *child, struct process_end *ret_end);

#endif
