/* The worker's sandbox. From here on the process reads bytes that strangers wrote, with libraries
 * that were not written for that; whoever takes it over shall find nothing to do with it. It keeps
 * its memory, the control socket, a say in its own CPU time and the right to end. It cannot open a
 * file, make a socket, start a program or a thread, see another process, or make memory executable;
 * whatever it tries ends it.
 *
 * One process, one thread. What must be opened or loaded (shared memory, character set tables) is
 * so before.
 */
#include "crawler/async/process_worker.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crawler/async/process_wire.h"
#include "crawler/async/sanitizers.h"

/* ASan and TSan reserve terabytes of addresses, map and write as they like and open files for their
 * reports. Under them there is no address-space limit, the runtime's calls are allowed, and what is
 * not allowed fails instead of killing. */
#define UNDER_SANITIZER (UNDER_ASAN || UNDER_TSAN)

/* ---- limits ---- */

static int limit(int resource, rlim_t value)
{
    struct rlimit both = {.rlim_cur = value, .rlim_max = value};
    return setrlimit((__rlimit_resource_t)resource, &both) < 0 ? -errno : 0;
}

/* What the process has mapped already: the limit is for what it may add. */
static int mapped_bytes(size_t *ret_bytes)
{
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return -errno;
    char line[64] = "";
    bool read = fgets(line, sizeof(line), file);
    fclose(file);
    unsigned long pages = strtoul(line, NULL, 10); /* the first of its numbers */
    if (!read || pages == 0)
        return -EIO;
    *ret_bytes = pages * (size_t)sysconf(_SC_PAGESIZE);
    return 0;
}

static int limit_address_space(size_t added_bytes)
{
    if (UNDER_SANITIZER || added_bytes == 0)
        return 0;
    size_t mapped = 0;
    int error = mapped_bytes(&mapped);
    return error ? error : limit(RLIMIT_AS, mapped + added_bytes);
}

static int set_limits(const struct process_limits *limits)
{
    int error = limit_address_space(limits->address_space_bytes);
    if (!error)
        error = limit(RLIMIT_CORE, 0);
    if (!error)
        error = limit(RLIMIT_NOFILE, 0); /* for new ones: those that are open stay */
    return error;
}

/* ---- system calls ---- */

/* Allowed whatever the arguments: memory, time, randomness, the end. qsort() asks sysinfo() how
 * much memory there is, abort() looks for itself and unblocks its signal. */
static const int plain_calls[] = {
    SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(futex),          SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),   SCMP_SYS(time),
    SCMP_SYS(getrandom),      SCMP_SYS(sysinfo),
    SCMP_SYS(getpid),         SCMP_SYS(gettid),
    SCMP_SYS(rt_sigreturn),   SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(sched_yield),
    SCMP_SYS(exit),           SCMP_SYS(exit_group),
};

static const int control_calls[] = {
    SCMP_SYS(read),  SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(write), SCMP_SYS(sendto),   SCMP_SYS(sendmsg),
};

/* What the sanitizers' runtimes call on their own. */
static const int sanitizer_calls[] = {
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(write),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(readlink),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prlimit64),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(close),
    SCMP_SYS(getrusage),
    SCMP_SYS(mincore),
    SCMP_SYS(pipe2),
    SCMP_SYS(pipe),
    SCMP_SYS(tgkill),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int allow_each(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int error = 0;
    for (size_t i = 0; i < count && !error; i++)
        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i], 0, NULL);
    return error;
}

static int allow_on_control_socket(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp on_control = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = WIRE_CONTROL_FD};
    int error = 0;
    for (size_t i = 0; i < COUNT(control_calls) && !error; i++)
        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, control_calls[i], 1, &on_control);
    return error;
}

/* Memory to read and write, never to execute. */
static int allow_data_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code = {
        .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
    int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_code);
    if (!error)
        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_code);
    return error;
}

/* So that abort() ends with its own signal, not with SIGSYS. */
static int allow_signal_to_self(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp self = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid()};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
}

/* So that each request can be given its CPU time: prlimit64() is what getrlimit() and setrlimit()
 * call. */
static int allow_own_cpu_limit(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp own_cpu[] = {
        {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0},
        {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = RLIMIT_CPU},
    };
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), COUNT(own_cpu),
                                  own_cpu);
}

static int add_rules(scmp_filter_ctx filter)
{
    int error = allow_each(filter, plain_calls, COUNT(plain_calls));
    if (!error)
        error = allow_on_control_socket(filter);
    if (!error && UNDER_SANITIZER)
        return allow_each(filter, sanitizer_calls, COUNT(sanitizer_calls));
    if (!error)
        error = allow_data_memory(filter);
    if (!error)
        error = allow_signal_to_self(filter);
    if (!error)
        error = allow_own_cpu_limit(filter);
    return error;
}

static int load_filter(void)
{
    uint32_t otherwise = UNDER_SANITIZER ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
    scmp_filter_ctx filter = seccomp_init(otherwise);
    if (!filter)
        return -ENOMEM;
    int error = add_rules(filter);
    if (!error)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}

int process_worker_sandbox(const struct process_limits *limits)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) /* no tracing, no /proc for others of our user */
        return -errno;
    int error = set_limits(limits);
    return error ? error : load_filter();
}
