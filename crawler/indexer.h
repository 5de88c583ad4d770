/* Indexer: builds the index of jobs that have ended (storage/job_index.h), on a thread of its own,
 * so that the writer thread, and with it all other jobs, waits for none of it. One file at a time,
 * in the order of asking; what is interrupted goes on where it was when it is asked for again.
 *
 * Loop thread but where it says otherwise.
 */
#ifndef IMGCRAWL_INDEXER_H
#define IMGCRAWL_INDEXER_H

#include <stdbool.h>
#include <stdint.h>

struct indexer;
struct loop;
struct promise;

/* on_idle(arg): the last build that was asked for has ended. */
int indexer_new(struct loop *loop, void (*on_idle)(void *arg), void *arg,
                struct indexer **ret_indexer);
/* Waits for what runs. */
struct indexer *indexer_free(struct indexer *indexer);

/* Resolves with NULL once the index is there; rejects with ECANCELED where it was stopped, else
 * with what storage said. Asked for twice it is built once. */
struct promise *indexer_build(struct indexer *indexer, int64_t job_id, const char *path);
/* Somebody else is to write to the file, or it is to go: the build ends soon, and has not written
 * since whoever takes the file's lock from now on. Resolves with NULL when nothing of it is left.
 */
struct promise *indexer_stop(struct indexer *indexer, int64_t job_id);
/* From now on nothing is built. */
void indexer_close(struct indexer *indexer);
bool indexer_is_idle(const struct indexer *indexer);

/* Whether it is being built or waits for that, and how far it is, 0 to 1. Any thread. */
bool indexer_progress(struct indexer *indexer, int64_t job_id, double *ret_done);

#endif
