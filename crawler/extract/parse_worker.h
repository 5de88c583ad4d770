/* The parse process: opens the shared bodies read-only, sandboxes itself by the hook that it is
 * given, and answers parse requests. The crawler's main gives it the process pool's functions, so
 * that this layer knows nothing of how requests arrive. */
#ifndef IMGCRAWL_EXTRACT_PARSE_WORKER_H
#define IMGCRAWL_EXTRACT_PARSE_WORKER_H

#include <stddef.h>
#include <stdint.h>

struct parse_worker;

/* bodies: the shared body memory, mapped read-only. Everything that needs the file system (iconv
 * converters, IDNA tables) is loaded here, before the sandbox. */
struct parse_worker *parse_worker_new(const unsigned char *bodies, size_t bodies_bytes);
struct parse_worker *parse_worker_free(struct parse_worker *worker);

/* A process_handler: reads a struct parse_request, writes the answer to lane, returns its bytes or
 * -errno (-EBADMSG for a request that is not well-formed, -ENOMEM, -E2BIG). arg: struct
 * parse_worker. */
int64_t parse_worker_handle(const void *request, size_t bytes, void *lane, size_t lane_bytes,
                            void *arg);

#endif
