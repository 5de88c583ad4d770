/* What one settled page adds to its job's file: new origins and URLs, the page itself, its images
 * and where they stand. Rows in, nothing looked up: image ids come from memory (image_ids.h).
 * Writer thread, inside a transaction that job_store.c rolls back should anything here fail.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "storage/job_store_private.h"

enum { TEMPLATE_KEY_BYTES = 16 }; /* hexadecimal digits */

static int append_origin(struct job_store *store, const struct store_origin *origin)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_ORIGIN]);
    db_put_integer(&values, origin->id);
    job_put_text(&values, origin->origin);
    job_put_text(&values, origin->host);
    return db_values_run(&values);
}

static int append_url(struct job_store *store, const struct store_url *url)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_URL]);
    db_put_integer(&values, url->id);
    job_put_text(&values, url->url);
    db_put_integer(&values, url->origin_id);
    db_put_positive(&values, url->parent_id);
    db_put_text(&values, url->via);
    db_put_integer(&values, url->depth);
    db_put_integer(&values, url->hops);
    db_put_text(&values, url->skipped);
    db_put_positive(&values, url->trap_id);
    int r = db_values_run(&values);
    if (r == 0 && url->id > store->totals.last_url_id)
        store->totals.last_url_id = url->id;
    return r;
}

static int append_page_row(struct job_store *store, const struct store_page *page)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_PAGE]);
    db_put_integer(&values, page->id);
    db_put_text(&values, page->state);
    db_put_text(&values, page->outcome);
    job_put_text(&values, page->detail);
    db_put_positive(&values, page->status);
    job_put_text(&values, page->redirect_to);
    job_put_text(&values, page->content_type);
    job_put_text(&values, page->charset);
    db_put_integer(&values, (int64_t)page->body_bytes);
    job_put_text(&values, page->title);
    job_put_text(&values, page->base);
    job_put_text(&values, page->canonical);
    job_put_text(&values, page->meta_robots);
    db_put_integer(&values, page->flags);
    db_put_integer(&values, page->link_elements);
    db_put_integer(&values, page->image_elements);
    db_put_integer(&values, page->attempts);
    db_put_positive(&values, page->fetched_ms);
    db_put_positive(&values, page->fetched_ms > 0 ? page->fetch_ms : 0);
    db_put_text(&values, page->sniffed_type);
    job_put_text(&values, page->robots_tag);
    db_put_integer(&values, page->directives);
    job_put_text(&values, page->tdm_policy);
    job_put_text(&values, page->etag);
    job_put_text(&values, page->last_modified);
    return db_values_run(&values);
}

static int append_unfollowed(struct job_store *store, int64_t page_id,
                             const struct store_unfollowed *link)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_UNFOLLOWED]);
    db_put_integer(&values, page_id);
    job_put_text(&values, link->url);
    db_put_text(&values, link->rule);
    return db_values_run(&values);
}

static int append_image(struct job_store *store, int64_t id, const struct store_image *image)
{
    struct db_values values = db_values(store->statements[JOB_INSERT_IMAGE]);
    db_put_integer(&values, id);
    job_put_text(&values, image->url);
    job_put_text(&values, image->host);
    int r = db_values_run(&values);
    if (r == 0)
        store->totals.images++;
    return r;
}

/* The id of the image's URL, appended if it is new; 0 where the mention has no URL. */
static int intern_image(struct job_store *store, const struct store_image *image, int64_t *ret_id)
{
    bool is_new = false;
    int64_t id = 0;
    int r = 0;
    if (image->url.data)
        r = image_ids_intern(store->images, image->url.data, image->url.bytes, &id, &is_new);
    if (r == 0 && is_new)
        r = append_image(store, id, image);
    if (r == 0)
        *ret_id = id;
    return r;
}

static int append_template(struct job_store *store, int64_t id, struct store_text place)
{
    char key[TEMPLATE_KEY_BYTES + 1];
    snprintf(key, sizeof(key), "%016" PRIx64, (uint64_t)XXH3_64bits(place.data, place.bytes));
    struct db_values values = db_values(store->statements[JOB_INSERT_TEMPLATE]);
    db_put_integer(&values, id);
    db_put_text(&values, key);
    job_put_text(&values, place);
    return db_values_run(&values);
}

/* The id of the place where a mention stands, on whatever page; 0 where it has none. */
static int intern_template(struct job_store *store, struct store_text place, int64_t *ret_id)
{
    bool is_new = false;
    int64_t id = 0;
    int r = 0;
    if (place.data)
        r = image_ids_intern(store->templates, place.data, place.bytes, &id, &is_new);
    if (r == 0 && is_new)
        r = append_template(store, id, place);
    if (r == 0)
        *ret_id = id;
    return r;
}

static void put_context(struct db_values *values, const struct store_image *image,
                        int64_t template_id)
{
    job_put_text(values, image->sizes);
    job_put_text(values, image->media);
    job_put_text(values, image->type);
    job_put_text(values, image->aria_label);
    job_put_text(values, image->role);
    job_put_text(values, image->name);
    db_put_text(values, image->name_source);
    job_put_text(values, image->link);
    job_put_text(values, image->caption);
    job_put_text(values, image->heading);
    db_put_text(values, image->landmark);
    job_put_text(values, image->dom_path);
    db_put_positive(values, template_id);
    db_put_integer(values, image->flags);
    db_put_integer(values, (int64_t)image->verdicts);
}

void job_store_count_verdicts(struct store_totals *totals, uint64_t verdicts, int64_t occurrences)
{
    for (int bit = 0; verdicts; bit++, verdicts >>= 1)
        totals->verdicts[bit] += verdicts & 1 ? occurrences : 0;
}

int job_append_occurrence(struct job_store *store, int64_t page_id, const struct store_image *image)
{
    int64_t image_id = 0, template_id = 0;
    int64_t *alt_counter = job_store_alt_counter(&store->totals, image->alt_state);
    if (!alt_counter)
        return -EINVAL;
    int r = intern_image(store, image, &image_id);
    if (r == 0)
        r = intern_template(store, image->place, &template_id);
    if (r < 0)
        return r;
    struct db_values values = db_values(store->statements[JOB_INSERT_OCCURRENCE]);
    db_put_integer(&values, page_id);
    db_put_positive(&values, image_id);
    db_put_text(&values, image->source);
    db_put_integer(&values, image->position);
    job_put_text(&values, image->raw);
    job_put_text(&values, image->descriptor);
    job_put_text(&values, image->alt);
    db_put_text(&values, image->alt_state);
    job_put_text(&values, image->title);
    job_put_text(&values, image->width);
    job_put_text(&values, image->height);
    job_put_text(&values, image->loading);
    db_put_positive(&values, (int64_t)image->data_bytes);
    put_context(&values, image, template_id);
    r = db_values_run(&values);
    if (r == 0) {
        store->totals.occurrences++;
        (*alt_counter)++;
        job_store_count_verdicts(&store->totals, image->verdicts, 1);
    }
    return r;
}

/* A trap holds the URL back, whose turn had come already. */
static int hold_url(struct job_store *store, int64_t id, int64_t trap_id)
{
    struct db_values values = db_values(store->statements[JOB_HOLD_URL]);
    db_put_integer(&values, id);
    db_put_integer(&values, trap_id);
    return db_values_run(&values);
}

/* The page that names it first is the one that its images are counted for. */
static int append_style_sheet(struct job_store *store, int64_t page_id, struct store_text url)
{
    bool is_new = false;
    int64_t id = 0;
    int r = image_ids_intern(store->style_sheets, url.data, url.bytes, &id, &is_new);
    if (r < 0 || !is_new)
        return r;
    struct db_values values = db_values(store->statements[JOB_INSERT_STYLE_SHEET]);
    db_put_integer(&values, id);
    job_put_text(&values, url);
    db_put_integer(&values, page_id);
    store->totals.style_sheets++;
    return db_values_run(&values);
}

static int append_page(struct job_store *store, const struct store_page *page)
{
    int r = append_page_row(store, page);
    if (r == 0 && page->trap_id > 0)
        r = hold_url(store, page->id, page->trap_id);
    for (size_t i = 0; r == 0 && i < page->image_count; i++)
        r = job_append_occurrence(store, page->id, &page->images[i]);
    for (size_t i = 0; r == 0 && i < page->unfollowed_count; i++)
        r = append_unfollowed(store, page->id, &page->unfollowed[i]);
    for (size_t i = 0; r == 0 && i < page->style_sheet_count; i++)
        r = append_style_sheet(store, page->id, page->style_sheets[i]);
    if (r == 0)
        store->totals.body_bytes += (int64_t)page->body_bytes;
    return r;
}

int job_append_batch(struct job_store *store, const struct store_batch *batch)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < batch->origin_count; i++)
        r = append_origin(store, &batch->origins[i]);
    for (size_t i = 0; r == 0 && i < batch->url_count; i++)
        r = append_url(store, &batch->urls[i]);
    if (r == 0 && batch->page)
        r = append_page(store, batch->page);
    return r < 0 ? r : job_append_sitemaps(store, batch);
}

int64_t *job_store_alt_counter(struct store_totals *totals, const char *alt_state)
{
    struct {
        const char *name;
        int64_t *counter;
    } counters[] = {
        {"missing", &totals->alt_missing},
        {"empty", &totals->alt_empty},
        {"whitespace", &totals->alt_whitespace},
        {"text", &totals->alt_text},
        {"not_applicable", &totals->alt_not_applicable},
    };
    for (size_t i = 0; alt_state && i < sizeof(counters) / sizeof(*counters); i++)
        if (strcmp(counters[i].name, alt_state) == 0)
            return counters[i].counter;
    return NULL;
}
