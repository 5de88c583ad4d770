/* Fuzzing record_open(): arbitrary bytes are refused or give a view in which every string can be
 * read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void touch(struct record_text text)
{
    if (text.data && strlen(text.data) != text.bytes)
        abort();
}

static void touch_image(const struct record_image *image)
{
#define X(text) touch(image->text);
    RECORD_IMAGE_TEXTS(X)
#undef X
    if (!alt_state_name(image->alt_state) || !image_source_name(image->source))
        abort();
    if (!landmark_name(image->landmark) != (image->landmark == LANDMARK_NONE) ||
        !name_source_name(image->name_source) != (image->name_source == NAME_NONE))
        abort();
    for (uint32_t flag = 1; flag <= IMAGE_FLAGS_ALL; flag <<= 1)
        if (!image_flag_name(flag))
            abort();
}

static void touch_facts(const struct page_record *record)
{
    touch(record->title);
    touch(record->base);
    touch(record->canonical);
    touch(record->meta_robots);
    touch(record->meta_refresh);
    touch(record->charset);
    touch(record->tdm_policy);
    touch(record->evidence);
    if (!page_verdict_name(record->verdict) || !mime_type_name(record->sniffed_type))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct page_record record;
    if (record_open(data, bytes, &record) < 0)
        return 0;
    touch_facts(&record);
    for (uint32_t i = 0; i < record.image_count; i++)
        touch_image(&record.images[i]);
    for (uint32_t i = 0; i < record.link_count; i++) {
        touch(record.links[i].url);
        touch(record.links[i].rel);
    }
    record_close(&record);
    return 0;
}
