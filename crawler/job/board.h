/* Board: where the loop shows the live numbers of its crawls, for readers on other threads. One
 * short lock around a copy; a reader never touches the loop. Writers: the loop thread. Readers:
 * any.
 */
#ifndef IMGCRAWL_BOARD_H
#define IMGCRAWL_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/job/job_counts.h"
#include "crawler/job/job_state.h"

struct board;

struct board_entry {
    int64_t job_id;
    enum job_state state;
    char reason[40]; /* "" while it runs as it should */
    char detail[256];
    int64_t started_ms, finished_ms; /* epoch, 0: not yet */
    int64_t active_ms;               /* running time so far */
    double pages_per_second;         /* over the last ten seconds or so */
    int64_t remaining_ms;            /* an estimate; -1: cannot be told */
    struct job_counts counts;
};

struct board *board_new(void);
struct board *board_free(struct board *board);
void board_put(struct board *board,
               const struct board_entry *entry); /* adds or replaces by job_id */
void board_remove(struct board *board, int64_t job_id);
/* False where the job is not on the board: then the catalog's row is the truth. */
bool board_get(struct board *board, int64_t job_id, struct board_entry *ret_entry);

#endif
