/* Page: the visit of one URL, from its lease to its last row on disk. page.c is the whole program
 * in small: fetch, parse, store, settle. Loop thread.
 */
#ifndef IMGCRAWL_PAGE_H
#define IMGCRAWL_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/fetch/address_guard.h"
#include "storage/job_store.h"

struct discovery;
struct fetch_session;
struct finds;
struct frontier_url;
struct host_request;
struct job_settings;
struct page;
struct repeat;
struct services;

/* How a visit ended, told once. */
enum page_end {
    PAGE_STORED,    /* its outcome and all it led to are in the file */
    PAGE_RETRY,     /* nothing is stored: another try may help, not before retry_at_ms */
    PAGE_CANCELLED, /* nothing is stored */
    PAGE_NOT_STORED /* the store failed; error says how */
};

struct page_result {
    enum page_end end;
    enum outcome outcome;
    int64_t retry_at_ms; /* loop time */
    int error;           /* positive errno */
    const char *detail;
};

/* The crawl that a page belongs to, as far as a page must know it. */
struct page_owner {
    const struct services *services;
    const struct address_policy *policy;
    const struct job_settings *settings;
    struct fetch_session *session;
    struct repeat *repeat; /* NULL: nothing is known of earlier visits */
    struct job_store *store;
    int store_error; /* once rows were lost: positive errno, nothing more is stored */
    struct discovery *discovery;
    /* What a page leads to is in the file; told before its end, in several parts where there is
     * very much, and in order of ids whatever pages it is of. */
    void (*on_finds)(const struct finds *finds, const struct store_totals *totals, void *arg);
    /* `page` is freed when this returns; take_url is the owner's again. */
    void (*on_end)(struct page *page, struct frontier_url *take_url,
                   const struct page_result *result, void *arg);
    void *arg;
};

struct page_links {
    struct page *next, *prev; /* the owner's list of pages in flight */
};

/* Begins the visit. A body slot must be free, and the host must count the request (host.h); the
 * page tells the host when it has ended. owner: borrowed until on_end. */
struct page *page_visit(const struct page_owner *owner, struct frontier_url *take_url);
/* Settles the URL without visiting it: skipped, or failed as its origin has. */
struct page *page_settle_unvisited(const struct page_owner *owner, struct frontier_url *take_url,
                                   enum outcome outcome, const char *detail);
/* Ends a visit that is not being stored yet, or has links yet to be followed; on_end follows. */
void page_cancel(struct page *page);
struct page_links *page_links(struct page *page);
/* What page_visit() asks of the host; for the ledger. */
struct host_request *page_request(struct page *page);

#endif
