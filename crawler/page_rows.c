/* See page_rows.h. */
#include "crawler/page_rows.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/audit/audit_rules.h"
#include "crawler/base/memory.h"
#include "crawler/base/text_printable.h"
#include "crawler/extract/url.h"
#include "crawler/fetch/fetch.h"
#include "crawler/workers/image_host.h"

int page_rows_open(struct page_rows *rows, const void *data, size_t bytes)
{
    return record_open(data, bytes, &rows->record);
}

void page_rows_done(struct page_rows *rows)
{
    record_close(&rows->record);
    free(rows->images);
    free(rows->style_sheets);
    free(rows->content_type);
    free(rows->robots_tag);
}

static struct store_text of_record(struct record_text text)
{
    return (struct store_text){text.data, text.bytes};
}

static struct store_text of_string(const char *text)
{
    return (struct store_text){text && *text ? text : NULL, text ? strlen(text) : 0};
}

static void fill_image(struct store_image *row, const struct record_image *image)
{
    *row = (struct store_image){
        .url = of_record(image->url),
        .host = image_host(image->url),
        .raw = of_record(image->raw),
        .descriptor = of_record(image->descriptor),
        .alt = of_record(image->alt),
        .title = of_record(image->title),
        .width = of_record(image->width),
        .height = of_record(image->height),
        .loading = of_record(image->loading),
        .sizes = of_record(image->sizes),
        .media = of_record(image->media),
        .type = of_record(image->type),
        .aria_label = of_record(image->aria_label),
        .role = of_record(image->role),
        .name = of_record(image->name),
        .link = of_record(image->link),
        .caption = of_record(image->caption),
        .heading = of_record(image->heading),
        .dom_path = of_record(image->dom_path),
        .place = of_record(image->place),
        .landmark = landmark_name(image->landmark),
        .name_source = name_source_name(image->name_source),
        .flags = image->flags,
        .source = image_source_name(image->source),
        .alt_state = alt_state_name(image->alt_state),
        .data_bytes = image->data_bytes,
        .position = image->position,
    };
}

static void judge_images(struct page_rows *rows, bool is_https)
{
    const struct page_record *record = &rows->record;
    enum image_source *sources = memory_new((record->image_count + 1) * sizeof *sources);
    for (uint32_t i = 0; i < record->image_count; i++)
        sources[i] = record->images[i].source;
    audit_judge_page(rows->images, sources, record->image_count, is_https);
    free(sources);
}

static void fill_images(struct page_rows *rows, bool is_https)
{
    const struct page_record *record = &rows->record;
    rows->images = memory_new((record->image_count + 1) * sizeof *rows->images);
    for (uint32_t i = 0; i < record->image_count; i++)
        fill_image(&rows->images[i], &record->images[i]);
    judge_images(rows, is_https);
    rows->page.images = rows->images;
    rows->page.image_count = record->image_count;
}

static void fill_style_sheets(struct page_rows *rows)
{
    const struct page_record *record = &rows->record;
    rows->style_sheets = memory_new((record->style_sheet_count + 1) * sizeof *rows->style_sheets);
    for (uint32_t i = 0; i < record->style_sheet_count; i++)
        rows->style_sheets[i] = of_record(record->style_sheets[i]);
    rows->page.style_sheets = rows->style_sheets;
    rows->page.style_sheet_count = record->style_sheet_count;
}

static void fill_from_record(struct page_rows *rows)
{
    const struct page_record *record = &rows->record;
    struct store_page *page = &rows->page;
    page->charset = of_record(record->charset);
    page->title = of_record(record->title);
    page->base = of_record(record->base);
    page->canonical = of_record(record->canonical);
    page->meta_robots = of_record(record->meta_robots);
    page->flags = record->flags;
    page->link_elements = record->link_elements;
    page->image_elements = record->image_elements;
    if (record->tdm_policy.data)
        page->tdm_policy = of_record(record->tdm_policy);
    if (record->sniffed_type != MIME_HTML)
        page->sniffed_type = mime_type_name(record->sniffed_type);
    page->directives |= record->directives;
}

/* Lines stay lines. */
static char *printable_lines(const char *text)
{
    char *copy = text_printable(text);
    for (size_t i = 0; text[i]; i++)
        if (text[i] == '\n')
            copy[i] = '\n';
    return copy;
}

static void fill_from_fetch(struct page_rows *rows, const struct fetch_result *fetched)
{
    struct store_page *page = &rows->page;
    rows->content_type = text_printable(fetched->content_type);
    page->content_type = of_string(rows->content_type);
    rows->robots_tag = printable_lines(fetched->robots_tag);
    page->robots_tag = of_string(rows->robots_tag);
    page->tdm_policy = of_string(fetched->tdm_policy);
    page->etag = of_string(fetched->etag);
    page->last_modified = of_string(fetched->last_modified);
    page->fetch_ms = fetched->elapsed_ms;
    page->body_bytes = fetched->body_bytes;
    page->status = (uint32_t)fetched->status;
}

void page_rows_fill(struct page_rows *rows, const struct page_facts_of_visit *facts)
{
    rows->page = (struct store_page){
        .id = facts->id,
        .trap_id = facts->trap_id,
        .state = outcome_class_name(outcome_class_of(facts->outcome)),
        .outcome = outcome_name(facts->outcome),
        .detail = of_string(facts->detail),
        .redirect_to = of_string(facts->redirect_to),
        .fetched_ms = facts->fetched_at_ms,
        .attempts = facts->attempts,
        .directives = facts->directives,
        .unfollowed = facts->unfollowed,
        .unfollowed_count = facts->unfollowed_count,
    };
    if (facts->fetched)
        fill_from_fetch(rows, facts->fetched);
    fill_from_record(rows);
    if (facts->outcome == OUTCOME_OK)
        fill_images(rows, facts->is_https);
    if (facts->outcome == OUTCOME_OK && facts->wants_style_sheets)
        fill_style_sheets(rows);
}
