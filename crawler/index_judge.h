/* Builds the index of a job's file with the verdicts that only the whole job allows: those of rules
 * that need probes, and alt texts that other images have, too. Index thread. */
#ifndef IMGCRAWL_INDEX_JUDGE_H
#define IMGCRAWL_INDEX_JUDGE_H

#include <stdatomic.h>
#include <stdbool.h>

/* A blocking function; 0, -ECANCELED once *stop is set, or what storage said. *ret_done: 0 to 1. */
int index_judge_build(const char *path, atomic_bool *stop, _Atomic double *ret_done);

#endif
