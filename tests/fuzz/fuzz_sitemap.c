/* Fuzzing sitemaps: the first byte chooses who reads the rest. A file gives a record that opens
 * and whose URLs are canonical; arbitrary bytes as a record are refused or can be read. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/sitemap.h"
#include "crawler/extract/sitemap_record.h"
#include "crawler/extract/url.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { LANE_BYTES = 256 * 1024 };

static void check_text(struct record_text text)
{
    demand(!text.data || strlen(text.data) == text.bytes);
}

static void check_canonical(struct record_text text)
{
    struct url url;
    demand(url_parse(text.data, text.bytes, NULL, &url) == URL_OK);
    url_canonicalise(&url);
    demand(strcmp(url.href, text.data) == 0);
}

static void check_record(const void *data, size_t bytes, bool is_ours)
{
    struct sitemap_record record;
    if (sitemap_record_open(data, bytes, &record) < 0) {
        demand(!is_ours);
        return;
    }
    demand(sitemap_kind_name(record.kind) != NULL);
    for (uint32_t i = 0; i < record.entry_count; i++) {
        const struct sitemap_entry *entry = &record.entries[i];
        check_text(entry->loc);
        check_text(entry->lastmod);
        check_text(entry->changefreq);
        check_text(entry->priority);
        if (is_ours)
            check_canonical(entry->loc);
    }
    for (uint32_t i = 0; i < record.image_count; i++) {
        const struct sitemap_image *image = &record.images[i];
        check_text(image->title);
        check_text(image->caption);
        demand(image->entry < record.entry_count);
        if (is_ours)
            check_canonical(image->loc);
    }
    sitemap_record_close(&record);
}

static void read_file(const uint8_t *data, size_t bytes)
{
    static _Alignas(8) unsigned char lane[LANE_BYTES];
    static struct sitemap_reader *reader;
    if (!reader)
        reader = sitemap_reader_new();
    const struct sitemap_input input = {.data = data, .bytes = bytes, .url = "http://b.test/d/s"};
    int64_t written = sitemap_read(reader, &input, lane, sizeof lane);
    demand(written > 0 && written <= LANE_BYTES);
    check_record(lane, (size_t)written, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (!bytes)
        return 0;
    if (data[0] == 'R')
        check_record(data + 1, bytes - 1, false);
    else
        read_file(data + 1, bytes - 1);
    return 0;
}
