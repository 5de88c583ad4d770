/* See export_maker.h. The order goes to the loop (loop_call.h), which hands it to the executor; the
 * file is kept even where nobody waits for it any more.
 */
#include "server/export_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crawler/async/promise.h"
#include "crawler/async/thread_executor.h"
#include "crawler/base/memory.h"
#include "server/request.h"
#include "server/respond.h"

enum { DEADLINE_MS = 30 * 60 * 1000 };

struct making {
    const struct export_cache *cache;
    struct thread_executor *executor;
    struct export_order order;
    char *job_path;
    export_made_fn fn;
    int fd; /* of the file; -1: not made, or taken */
};

static void making_free(void *arg)
{
    struct making *making = arg;

    if (making->fd >= 0)
        close(making->fd);
    free(making->job_path);
    free(making);
}

/* The descriptor is opened before older files make room for this one. */
static int write_part(struct making *making, const char *part)
{
    const struct export_order *order = &making->order;
    int64_t rows = 0;
    int r = file_format_write(order->format, order->profile, making->job_path, part, &rows);
    int fd = r < 0 ? -1 : open(part, O_RDONLY | O_CLOEXEC);

    if (r == 0 && fd < 0)
        r = -errno;
    if (r == 0)
        making->fd = fd;
    if (r == 0 && order->is_kept)
        r = export_cache_keep(making->cache, &order->key, part);
    if (r < 0 || !order->is_kept)
        unlink(part);
    return r;
}

/* The executor's thread. Another request may have had it made meanwhile. */
static int make(void *arg)
{
    struct making *making = arg;
    char *part;
    int fd;

    if (making->order.is_kept &&
        export_cache_open(making->cache, &making->order.key, &making->fd) == 0)
        return 0;
    int r = export_cache_begin(making->cache, &part, &fd);
    if (r < 0)
        return r;
    close(fd);
    r = write_part(making, part);
    free(part);
    return r;
}

static struct promise *start(struct loop *loop, struct engine *engine, void *arg)
{
    struct making *making = arg;

    (void)loop;
    (void)engine;
    return thread_executor_submit(making->executor, make, making);
}

static const struct loop_command make_command = {.start = start, .free_arg = making_free};

static void on_made(struct request *request, const struct loop_call_result *result)
{
    struct making *making = loop_call_arg(request->call);
    int fd = making->fd;

    if (result->code != 0) {
        respond_storage_error(request, -result->code);
        return;
    }
    making->fd = -1;
    making->fn(request, &making->order, fd);
}

void export_maker_request(struct request *request, const char *job_path,
                          const struct export_order *order, export_made_fn fn)
{
    struct making *making = memory_new(sizeof *making);

    *making = (struct making){.cache = request->context->exports,
                              .executor = request->context->export_executor,
                              .order = *order,
                              .job_path = memory_strndup(job_path, strlen(job_path)),
                              .fn = fn,
                              .fd = -1};
    request_call_loop(request, &make_command, making, DEADLINE_MS, on_made);
}
