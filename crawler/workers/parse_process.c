/* The parse process. It exists because pages are untrusted bytes and the HTML parser is a big piece
 * of C: here it can crash, loop or run out of memory, and only the page that made it do so is lost.
 *
 * It maps the page bodies read-only, loads what needs the file system, then gives up every right
 * but that to memory and to the one socket that it answers on. The parent believes nothing that it
 * says: records are validated there. Single thread; ends when the pool closes the socket.
 */
#include "crawler/workers/parse_process.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crawler/async/process_worker.h"
#include "crawler/extract/parse_worker.h"

enum { BODIES_FD_INDEX = 0 };

struct bodies {
    const unsigned char *data;
    size_t bytes;
};

static int complain(const char *what, int r)
{
    fprintf(stderr, "imgcrawl parse-process: %s: %s\n", what, strerror(-r));
    return EXIT_FAILURE;
}

static int map_bodies(struct bodies *ret_bodies)
{
    int fd = process_worker_shared_fd(BODIES_FD_INDEX);
    struct stat status;
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return -errno;
    *ret_bodies = (struct bodies){.data = data, .bytes = (size_t)status.st_size};
    return 0;
}

static int serve(const struct bodies *bodies, const struct process_limits *limits)
{
    struct parse_worker *worker = parse_worker_new(bodies->data, bodies->bytes);
    if (worker == NULL)
        return complain("start", -ENOMEM);
    int r = process_worker_sandbox(limits);
    if (r < 0)
        return complain("sandbox", r);
    r = process_worker_serve(limits, parse_worker_handle, worker);
    parse_worker_free(worker);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* matched by parser_new() in parse.c */
static bool read_limits(int argc, char **argv, struct process_limits *ret_limits)
{
    if (argc != 6 || strcmp(argv[2], "--memory") != 0 || strcmp(argv[4], "--cpu-seconds") != 0)
        return false;
    *ret_limits = (struct process_limits){
        .address_space_bytes = (size_t)strtoull(argv[3], NULL, 10),
        .request_cpu_seconds = (unsigned)strtoul(argv[5], NULL, 10),
    };
    return true;
}

int parse_process_main(int argc, char **argv)
{
    struct process_limits limits;
    if (!read_limits(argc, argv, &limits)) {
        fputs("imgcrawl parse-process: is started by imgcrawl itself\n", stderr);
        return 2;
    }
    struct bodies bodies = {0};
    int r = process_worker_init();
    if (r < 0)
        return complain("control socket", r);
    r = map_bodies(&bodies);
    if (r < 0)
        return complain("page bodies", r);
    return serve(&bodies, &limits);
}
