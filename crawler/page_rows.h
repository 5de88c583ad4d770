/* Page rows: a visited page as the rows that storage takes, pointing into the page's own memory. */
#ifndef IMGCRAWL_PAGE_ROWS_H
#define IMGCRAWL_PAGE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/record.h"
#include "storage/job_store.h"

struct fetch_result;

struct page_rows {
    struct page_record record; /* empty where nothing was parsed */
    struct store_image *images;
    struct store_text *style_sheets;
    char *content_type, *robots_tag;
    struct store_page page;
};

/* Opens what a parse process answered; 0 or -EBADMSG. The data must outlive the rows. */
int page_rows_open(struct page_rows *rows, const void *data, size_t bytes);
void page_rows_done(struct page_rows *rows);

/* What else is known of the visit. Texts are borrowed as long as the rows live. */
struct page_facts_of_visit {
    int64_t id;
    enum outcome outcome;
    const char *detail, *redirect_to;
    const struct fetch_result *fetched; /* NULL: it was not visited */
    int64_t fetched_at_ms;              /* epoch */
    bool is_https;
    unsigned attempts;
    int64_t trap_id;
    uint32_t directives; /* enum robots_directive, of the answer's headers */
    const struct store_unfollowed *unfollowed;
    size_t unfollowed_count;
    bool wants_style_sheets;
};
/* A record's links and images become rows only where the outcome is OK: what is on an error page,
 * or on one that checks for robots, is not the site's content. */
void page_rows_fill(struct page_rows *rows, const struct page_facts_of_visit *facts);

#endif
