/* What the parse processes say of an image or a style sheet, checked, as what is to be saved. See
 * probes_private.h. Loop thread. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/process_pool.h"
#include "crawler/base/memory.h"
#include "crawler/extract/image_record.h"
#include "crawler/fetch/fetch.h"
#include "crawler/probe/probes_private.h"
#include "crawler/workers/body_slots.h"
#include "crawler/workers/image_host.h"
#include "crawler/workers/parse.h"

enum { MOST_FIRST_BYTES = 1024 * 1024 };

static_assert((int)STORE_SHA256_BYTES == (int)IMAGE_SHA256_BYTES, "it is copied");
static_assert(sizeof((struct probe_facts){0}.type) >= (size_t)IMAGE_MIME_TYPE_MAX_BYTES, "it fits");

struct promise *probe_parse(struct probe *probe)
{
    const struct probes_config *config = &probe->probes->config;
    const struct fetch_result *fetched = probe->fetched;
    struct parser *parser = config->services->parser;
    if (probe->key < 0)
        return parser_submit(parser, PARSE_STYLE_SHEET, probe->slot, probe->url,
                             fetched->content_type, "");
    return parser_submit(parser, PARSE_IMAGE, probe->slot, probe->url, fetched->content_type,
                         fetched->body_is_cut ? "" : PARSE_ARGUMENT_WHOLE);
}

static enum probe_end fail(struct probe *probe)
{
    probe_set_outcome(probe, OUTCOME_PARSE_FAILED, "the parse process gave no valid record");
    return PROBE_SETTLED;
}

/* Images */

/* Once, and where the head says how much would tell. */
static bool needs_more(const struct probe *probe, const struct image_record *record)
{
    return probe->probes->config.settings->probe == PROBE_FIRST_BYTES && probe->want_bytes == 0 &&
           record->width == 0 && probe->fetched->body_is_cut &&
           record->needed_bytes > probe->slot->used;
}

static enum probe_end ask_for_more(struct probe *probe, uint64_t needed_bytes)
{
    probe->want_bytes = needed_bytes < MOST_FIRST_BYTES ? (size_t)needed_bytes : MOST_FIRST_BYTES;
    probe->attempts = 0;
    return PROBE_MOVED;
}

static enum probe_end read_image(struct probe *probe, const struct process_reply *reply)
{
    struct probe_facts *facts = &probe->facts;
    struct image_record record;
    if (image_record_open(reply->data, reply->bytes, &record) < 0)
        return fail(probe);
    if (needs_more(probe, &record))
        return ask_for_more(probe, record.needed_bytes);
    memcpy(facts->type, record.mime_type, sizeof record.mime_type);
    facts->width = record.width;
    facts->height = record.height;
    facts->is_animated = record.type == IMAGE_NONE ? -1 : record.is_animated;
    facts->has_sha256 = record.has_sha256;
    memcpy(facts->sha256, record.sha256, sizeof facts->sha256);
    facts->perceptual_hash = record.has_hash ? (int64_t)record.hash : 0;
    facts->is_whole = record.has_sha256 || probe->probes->config.settings->probe == PROBE_WHOLE;
    return PROBE_SETTLED;
}

/* Style sheets */

static struct store_text of_record(struct record_text text)
{
    return (struct store_text){text.data, text.bytes};
}

static void fill_images(struct probe_facts *facts)
{
    const struct page_record *record = &facts->record;
    free(facts->images);
    facts->images = memory_new((record->image_count + 1) * sizeof *facts->images);
    facts->image_count = record->image_count;
    for (uint32_t i = 0; i < record->image_count; i++)
        facts->images[i] =
            (struct store_image){.url = of_record(record->images[i].url),
                                 .host = image_host(record->images[i].url),
                                 .raw = of_record(record->images[i].raw),
                                 .descriptor = of_record(record->images[i].descriptor),
                                 .source = image_source_name(IMAGE_SOURCE_STYLE_SHEET),
                                 .alt_state = alt_state_name(ALT_NOT_APPLICABLE),
                                 .data_bytes = record->images[i].data_bytes,
                                 .position = record->images[i].position};
}

static enum probe_end read_sheet(struct probe *probe, struct process_reply *take_reply)
{
    struct probe_facts *facts = &probe->facts;
    free(facts->reply);
    facts->reply = take_reply;
    record_close(&facts->record);
    if (record_open(take_reply->data, take_reply->bytes, &facts->record) < 0 ||
        !(facts->record.flags & RECORD_STYLE_SHEET))
        return fail(probe);
    fill_images(facts);
    return PROBE_SETTLED;
}

enum probe_end probe_read(struct probe *probe, struct process_reply *take_reply)
{
    if (probe->key < 0)
        return read_sheet(probe, take_reply);
    enum probe_end end = read_image(probe, take_reply);
    free(take_reply);
    return end;
}

void probe_facts_done(struct probe_facts *facts)
{
    record_close(&facts->record);
    free(facts->reply);
    free(facts->images);
    free(facts->detail);
    free(facts->declared_type);
    free(facts->robots_tag);
    free(facts->etag);
}
