/* The index of a job that has ended: what makes answers about it fast. One pass over its
 * occurrences judges them by what is known only now (the probes, the other pages), and writes
 * facets, the full-text index and the sums of findings; then the indexes of SQLite are built.
 *
 * Blocking plain functions on a connection of their own, by whichever thread: nothing else writes
 * to the file meanwhile but a crawl that is to go on, for which the caller sets `stop`. Work is
 * done in slices, each a transaction; what was interrupted goes on where it was. Memory does not
 * grow with the occurrences but by 16 bytes for each distinct text.
 */
#ifndef IMGCRAWL_STORAGE_JOB_INDEX_H
#define IMGCRAWL_STORAGE_JOB_INDEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "storage/job_store.h"

/* What a probe said; texts NULL and numbers 0 where not known. */
struct index_probe {
    const char *state, *outcome, *final_url, *declared_type, *type;
    int64_t bytes, width, height;
    int status;
};

/* An occurrence as it is judged; borrowed until the function returns. */
struct index_row {
    int64_t id, page_id;
    struct store_image image;  /* all that is stored of it, its verdicts too */
    const char *page_url;      /* may be NULL */
    bool is_first;             /* of the references of its element */
    struct index_probe *probe; /* NULL: there is none */
};

struct job_index_work {
    /* Before all else: each occurrence with a text as alt, of which only page_id, is_first and alt,
     * source, url of the image are filled. 0 or -errno. May be NULL, as may the next. */
    int (*survey)(const struct index_row *row, void *arg);
    uint64_t (*judge)(const struct index_row *row, void *arg); /* its verdicts from now on */
    void (*progress)(double done, void *arg);                  /* 0 to 1 */
    void *arg;
    atomic_bool *stop; /* may be NULL; once it is set, the work ends soon with -ECANCELED */
};

/* 0 once the index is there. -ENOENT where there is no such file. */
int job_index_build(const char *path, const struct job_index_work *work);

/* The secondary indexes alone, where a file lacks them. */
int job_store_build_indexes(struct job_store *store);
/* Says that the index no longer fits the rows: they are about to change. */
int job_store_forget_index(struct job_store *store);

#endif
