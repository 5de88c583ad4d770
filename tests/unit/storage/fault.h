/* What the tests of storage/ share: a folder of their own, a job's content that is the same each
 * time, and faults injected where SQLite calls the system: the Nth write fails, or kills the
 * process.
 */
#ifndef IMGCRAWL_TESTS_STORAGE_FAULT_H
#define IMGCRAWL_TESTS_STORAGE_FAULT_H

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>
#include <sqlite3.h>

/* --- a folder ------------------------------------------------------------------------------ */

static char folder[64];

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/imgcrawl-storage-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static inline const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* --- looking into a file with SQLite itself ------------------------------------------------- */

static inline sqlite3 *look_into(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

/* The first column of the first row as text; to be freed. */
static inline char *ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    char *answer = NULL;
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
        answer = strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return answer;
}

static inline void assert_answer(const char *path, const char *sql, const char *expected)
{
    sqlite3 *db = look_into(path);
    char *answer = ask(db, sql);
    if (!answer)
        fail_msg("no answer to: %s", sql);
    assert_string_equal(answer, expected);
    free(answer);
    sqlite3_close(db);
}

static inline void assert_sound(const char *path)
{
    assert_answer(path, "PRAGMA integrity_check", "ok");
}

/* --- faults -------------------------------------------------------------------------------- */

enum fault_kind { FAULT_NONE, FAULT_KILL, FAULT_ERRNO };

static struct { /* set by the test, met by whichever thread writes */
    _Atomic enum fault_kind kind;
    _Atomic int error; /* for FAULT_ERRNO; every call from the Nth on fails */
    _Atomic long left; /* calls until it happens */
    _Atomic long happened;
} fault;

typedef ssize_t (*pwrite_call)(int, const void *, size_t, off_t);
typedef int (*ftruncate_call)(int, off_t);

static inline int fault_now(void)
{
    if (fault.kind == FAULT_NONE || --fault.left > 0)
        return 0;
    fault.happened++;
    if (fault.kind == FAULT_KILL)
        kill(getpid(), SIGKILL);
    errno = fault.error;
    return -1;
}

static ssize_t faulty_pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    return fault_now() < 0 ? -1 : pwrite(fd, data, bytes, offset);
}

static int faulty_ftruncate(int fd, off_t bytes)
{
    return fault_now() < 0 ? -1 : ftruncate(fd, bytes);
}

/* Puts our calls in the place of those by which SQLite changes files. */
static inline void install_faults(void)
{
    sqlite3_initialize();
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)(void (*)(void))faulty_pwrite);
    vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)(void (*)(void))faulty_pwrite);
    vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)(void (*)(void))faulty_ftruncate);
}

static inline void set_fault(enum fault_kind kind, int error, long after)
{
    fault.kind = kind;
    fault.error = error;
    fault.left = after;
    fault.happened = 0;
}

#endif
