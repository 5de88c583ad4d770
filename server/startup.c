/* Process limits, loop and engine, with their failures in plain words; see startup.h. */
#include "server/startup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "crawler/async/loop.h"
#include "crawler/base/log.h"

void startup_prepare_process(void)
{
    struct rlimit limit;
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        log_warning("open files stay limited to what they are: %s", strerror(errno));
}

int startup_loop(const struct config *config, struct loop **ret_loop)
{
    enum loop_backend backend = (enum loop_backend)config->loop.backend;
    int r = loop_new(backend, ret_loop);
    if (r < 0)
        fprintf(stderr,
                "imgcrawl: the loop backend %s is not to be had on this machine (%s); set "
                "loop.backend to auto\n",
                loop_backend_name(backend), strerror(-r));
    return r;
}

/* What a person can do about a data directory that cannot be used. */
static const char *data_remedy(int r)
{
    switch (-r) {
    case EBUSY:
    case EAGAIN:
        return "end that one, or name another directory with --data DIR";
    case EACCES:
    case EPERM:
    case EROFS:
        return "make it writable for this user, or name another with --data DIR";
    case ENOSPC:
    case EDQUOT:
        return "make room on that disk, or name another directory with --data DIR";
    case ENOENT:
        return "make the directory above it, or name another with --data DIR";
    default:
        return "look at it, or name another with --data DIR";
    }
}

int startup_engine(struct loop *loop, const struct engine_setup *setup, bool resume_jobs,
                   struct engine **ret_engine)
{
    const char *reason = NULL;
    int r = engine_new(loop, &setup->engine, resume_jobs, ret_engine, &reason);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot use the data directory %s: %s; %s\n",
                setup->engine.data_dir, reason != NULL ? reason : strerror(-r), data_remedy(r));
    return r;
}
