/* How a crawl that repeats an earlier one begins: with every URL that the earlier one knew, by the
 * rules of now. They keep their order, depth and parents, so that the path that led to a page can
 * still be told; what was a seed then and is none now comes in as any link would. See repeat.h.
 *
 * Where the earlier job is gone, all is fetched anew, and the job's history says so. Loop thread.
 */
#ifndef IMGCRAWL_CRAWL_REPEAT_H
#define IMGCRAWL_CRAWL_REPEAT_H

struct crawl;

/* After the seeds are stored. `then` is called when all is stored, at once where nothing is to be
 * repeated. Done again when a crawl goes on; what is known by then stays as it is. */
void crawl_begin_repeat(struct crawl *crawl, void (*then)(struct crawl *crawl));

#endif
