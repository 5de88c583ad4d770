/* A crawl's probes: what its images are, and what its style sheets name, asked for beside the pages
 * while it runs. It does not come to its end by itself before all of them are settled; they share
 * its limits. Loop thread. See probe/probes.h.
 */
#ifndef IMGCRAWL_CRAWL_PROBES_H
#define IMGCRAWL_CRAWL_PROBES_H

#include <stdbool.h>

struct crawl;
struct store_totals;

/* The crawl runs: begins with what is in its file, where its settings ask for it. */
void crawl_begin_probes(struct crawl *crawl);
/* Rows were stored. */
void crawl_look_for_probes(struct crawl *crawl, const struct store_totals *totals);
/* Nothing more begins; crawl_check_progress() is called when what is under way has ended. */
void crawl_close_probes(struct crawl *crawl);
void crawl_cancel_probes(struct crawl *crawl);
bool crawl_probes_are_quiet(const struct crawl *crawl);
bool crawl_probes_are_done(const struct crawl *crawl);
/* Requests under way; they count for max_in_flight like pages. */
unsigned crawl_probes_in_flight(const struct crawl *crawl);

#endif
