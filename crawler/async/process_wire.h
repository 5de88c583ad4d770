/* What the pool and its workers say to each other. Written by process_child.c and process_worker.c,
 * each reading what the other writes; both are the same binary, so there are no versions.
 *
 * A worker starts with CONTROL_FD, a SOCK_SEQPACKET socket on which the setup already waits,
 * RESULT_FD, a memfd of `depth` lanes, and from SHARED_FD on what the owner shares. It says ready,
 * then answers one reply to each request, in their order.
 */
#ifndef IMGCRAWL_ASYNC_PROCESS_WIRE_H
#define IMGCRAWL_ASYNC_PROCESS_WIRE_H

#include <stdint.h>

enum { WIRE_CONTROL_FD = 3, WIRE_RESULT_FD = 4, WIRE_SHARED_FD = 5 };

struct wire_setup {
    uint64_t lane_bytes; /* a multiple of the page size */
    uint32_t depth;
    uint32_t shared_fd_count;
    int64_t parent_pid;
};

/* Followed by the bytes of the request, up to PROCESS_REQUEST_MAX_BYTES. */
struct wire_request {
    uint64_t id; /* 1 and up */
    uint32_t lane;
    uint32_t bytes;
};

struct wire_reply {
    uint64_t id;    /* 0: ready */
    uint64_t bytes; /* in the request's lane */
};

#endif
