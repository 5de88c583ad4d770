/* A crawl's traps and limits: what is found goes to its file, URLs whose turn has come are judged
 * once more, and what a person releases comes back into the frontier. Loop thread.
 *
 * A release marks the trap in the file, and then takes its URLs out in chunks: the next one is read
 * when the frontier has used up most of the one before. Until then they count as skipped. A job
 * that is interrupted meanwhile takes out the rest when it is opened again.
 */
#ifndef IMGCRAWL_CRAWL_TRAPS_H
#define IMGCRAWL_CRAWL_TRAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"

struct crawl;
struct crawl_opening;
struct frontier_url;
struct job_store;
struct promise;

/* On opening. Writer thread: reads the file's traps, takes out what is left of released ones. */
int crawl_restore_traps(struct crawl_opening *opening);
/* On closing. Writer thread: what released traps still hold is queued again, and counted. */
int crawl_release_rest(struct job_store *store, int64_t *ret_count);
/* Loop thread: from then on discovery knows traps and limits. */
void crawl_take_traps(struct crawl *crawl);
void crawl_free_traps(struct crawl *crawl);

/* A leased URL that was never visited: OK, TRAP (with url->trap_id) or MAX_HOST_PAGES, with a
 * sentence. */
enum outcome crawl_judge_turn(struct crawl *crawl, struct frontier_url *url, char *detail,
                              size_t detail_bytes);

/* Resolves with NULL once the release is in the file. Rejects with ENOENT, EALREADY, or EBUSY where
 * the crawl does not run (any more). */
struct promise *crawl_release_trap(struct crawl *crawl, int64_t trap_id);
/* Reads the next chunk of a release where it is time. is_idle: the crawl has nothing else to do;
 * true where something is on its way then. */
bool crawl_pull_released(struct crawl *crawl, bool is_idle);

#endif
