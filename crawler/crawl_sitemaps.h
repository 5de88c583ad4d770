/* A crawl's sitemaps: what they name becomes known, what they say is stored. They are read beside
 * the pages while the crawl runs; it does not come to its end by itself before they are. What was
 * not read when it is interrupted is read when it goes on. Loop thread.
 *
 * A page that only a sitemap names counts as one link away from a seed (depth 1), without a parent.
 */
#ifndef IMGCRAWL_CRAWL_SITEMAPS_H
#define IMGCRAWL_CRAWL_SITEMAPS_H

#include <stdbool.h>

struct crawl;
struct finds;

/* The crawl runs: begins with the origins of its seeds and with what was left over. */
void crawl_begin_sitemaps(struct crawl *crawl);
/* Where a seed redirects to is a seed. */
void crawl_follow_to_sitemaps(struct crawl *crawl, const struct finds *finds);
/* Ends what is under way; crawl_check_progress() is called when it has ended. */
void crawl_cancel_sitemaps(struct crawl *crawl);
bool crawl_reads_sitemaps(const struct crawl *crawl);

#endif
