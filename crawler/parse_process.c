/* The parse process. It exists because pages are untrusted bytes and the HTML parser is a big piece
 * of C: here it can crash, loop or run out of memory, and only the page that made it do so is lost.
 *
 * It maps the page bodies read-only, loads what needs the file system, then gives up every right
 * but that to memory and to the one socket that it answers on. The parent believes nothing that it
 * says: records are validated there. Single thread; ends when the pool closes the socket.
 */
#include "crawler/parse_process.h"

#include <errno.h>
#include <stdint.h>
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

/* Virtual memory that the process has now: the shared bodies count, sanitizers' shadows too, so the
 * limit is told as what may be added. */
static size_t address_space_now(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    return (size_t)strtoull(line, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static int lock_in(size_t memory_bytes)
{
    size_t now = address_space_now();
    if (now == 0)
        return -EIO;
    struct process_limits limits = {.address_space_bytes = now + memory_bytes};
    return process_worker_sandbox(&limits);
}

static int serve(const struct bodies *bodies, size_t memory_bytes)
{
    struct parse_worker *worker = parse_worker_new(bodies->data, bodies->bytes);
    if (worker == NULL)
        return complain("start", -ENOMEM);
    int r = lock_in(memory_bytes);
    if (r < 0)
        return complain("sandbox", r);
    r = process_worker_serve(parse_worker_handle, worker);
    parse_worker_free(worker);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int parse_process_main(int argc, char **argv)
{
    if (argc != 4 || strcmp(argv[2], "--memory") != 0) {
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
    return serve(&bodies, (size_t)strtoull(argv[3], NULL, 10));
}
