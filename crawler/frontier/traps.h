/* Traps: sets of URLs of one host that look endless, found by evidence, held back until a person
 * releases them. Loop thread; on opening, the writer thread.
 *
 * Every new URL that scope allows is put into the families that it belongs to (trap_shape.h), and
 * every page of such a family tells what it gave. A family becomes a trap:
 *
 *   far_dates        12 URLs with dates before 1970 or over two years ahead, 8 of them first found
 *                    on another, 10 pages and most of them giving the same images and links.
 *                    Held back: dates out of that range.
 *   calendar         60 pages, nine of ten giving the same, 40 URLs first found on another.
 *                    Held back: all of the family.
 *   session_id       5 pages read again under another id, with the same title, images and links
 *                    (9 of 3 different pages, or 30, where only the looks say that it is an
 *                    id, and four of five that were read again so).
 *                    Held back: pages that are known under another id; new ones are fetched.
 *   endless_numbers  48 pages that differ in the numbers of their query, nine of ten with the
 *                    same images, links (but those to one another) and texts: title, alts and
 *                    words (but numbers that follow those of the query), 40 URLs and four of
 *                    five first found on another. Held back: all of the family.
 *   parameter_order  20 URLs that are a known one with its parameters in another order.
 *                    Held back: what is known in another order.
 *   facets           256 URLs of one path with 3 or more parameters, 32 selections of these.
 *                    Held back: all of the family.
 *   repeating_path   10 URLs in which a block of path segments stands three times and more in a
 *                    row, 4 times at least once, 5 first found on another. Held back: all of it.
 *
 * What keeps ordinary sites out: pages that differ in an image, a link or by a twentieth in size
 * are not the same, so a shop of 10,000 numbered products, an archive of months with posts, or
 * pictures named by fingerprints give no evidence; numbers alone make no family; a date needs a
 * month; one in range needs 60 empty pages.
 *
 * Memory: at most 4,096 families that are watched (trap_table.h), and 32 bytes for each URL with
 * several parameters or a session id, a million of them. After a restart the URLs are counted anew
 * from the file, so what they tell by themselves (orders, facets) stands; what pages told is
 * gathered again. Suspensions stand.
 */
#ifndef IMGCRAWL_TRAPS_H
#define IMGCRAWL_TRAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/frontier/trap_shape.h"
#include "crawler/frontier/trap_yield.h"
#include "storage/job_store.h"

struct traps;

/* seed: of fingerprints. */
struct traps *traps_new(uint64_t seed);
struct traps *traps_free(struct traps *traps);
/* Called when a trap is found, from within the calls below; the row is borrowed. */
void traps_on_found(struct traps *traps, void (*fn)(const struct store_trap *trap, void *arg),
                    void *arg);

/* Called once, with the same arg: evidence was dropped, for there are too many families. */
void traps_on_dropped(struct traps *traps, void (*fn)(void *arg));

/* The marks of a page from which links come, for `from` below. */
void traps_marks(const struct traps *traps, const char *url, size_t bytes, int64_t now_ms,
                 struct trap_marks *ret_marks);
/* A new URL: 0, or the id of the trap that holds it back. from: of the page that leads there, may
 * be NULL. */
int64_t traps_judge_new(struct traps *traps, const char *url, size_t bytes,
                        const struct trap_marks *from, int64_t now_ms);
/* A URL whose turn to be fetched has come: the same. */
int64_t traps_judge_queued(const struct traps *traps, const char *url, size_t bytes,
                           int64_t now_ms);
/* Whether a trap is at work that would hold the URL back if it is known in another form. */
bool traps_wants_twins(const struct traps *traps, const struct trap_marks *marks);
/* Whether what a page gives is asked for: it belongs to a family that has grown. */
bool traps_wants_yield(const struct traps *traps, const struct trap_marks *marks);
/* A page was fetched and read. */
void traps_note_page(struct traps *traps, const struct trap_marks *marks, const char *url,
                     size_t bytes, const struct trap_yield *yield, int64_t now_ms);

/* A link as a fingerprint, for comparing what pages give: without session ids, and without its date
 * where it leads on within a calendar, which is a family whose URLs are found on one another. A
 * post of a month stays itself. Without numbers only where it leads to the page's own family; from:
 * the marks of the page. */
uint64_t traps_plain_link(const struct traps *traps, const struct trap_marks *from, const char *url,
                          size_t bytes);
uint64_t traps_seed(const struct traps *traps);
/* Never suspended again in this job. -ENOENT; -EALREADY. */
int traps_release(struct traps *traps, int64_t id);

/* On resume: the traps of the file, by id, then every known URL that scope allows. */
void traps_restore(struct traps *traps, const struct store_trap *trap);
void traps_restore_url(struct traps *traps, const char *url, size_t bytes, int64_t now_ms);

#endif
