/* Robots saver: gathers what was learned of robots.txt files and gives it to the catalog once a
 * second, all in one transaction: the catalog flushes each to the disk, and a crawl of many hosts
 * learns thousands of them a second. What a crash takes is fetched again. Loop thread.
 */
#ifndef IMGCRAWL_ROBOTS_SAVER_H
#define IMGCRAWL_ROBOTS_SAVER_H

struct catalog_calls;
struct loop;
struct robots_row;
struct robots_saver;

/* calls: borrowed for the life of the saver. */
struct robots_saver *robots_saver_new(struct loop *loop, const struct catalog_calls *calls);
/* Gives what is left to the catalog. */
struct robots_saver *robots_saver_free(struct robots_saver *saver);
/* Gives what was gathered to the catalog now: whoever reads the results of a job that has ended
 * finds the robots.txt files that decided. */
void robots_saver_flush(struct robots_saver *saver);
/* The row is copied. */
void robots_saver_add(struct robots_saver *saver, const struct robots_row *row);

#endif
