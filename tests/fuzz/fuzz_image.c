/* Fuzzing image files: by their beginning and as a whole, through decoders, and through the record.
 */
#include <stdint.h>

#include "crawler/extract/image_record.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check(const uint8_t *data, size_t bytes, bool is_whole)
{
    uint64_t flat[32];
    struct image_record record, opened;
    image_record_read(data, bytes, is_whole, &record);
    demand(!record.width == !record.height);
    demand(record.needed_bytes == 0 || (record.needed_bytes > bytes && !is_whole));
    demand(record.type != IMAGE_NONE || !record.has_hash);
    int64_t written = image_record_write(&record, flat, sizeof flat);
    demand(written > 0 && image_record_open(flat, (size_t)written, &opened) == 0);
    demand(opened.hash == record.hash && opened.width == record.width);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    check(data, bytes, false);
    check(data, bytes, true);
    return 0;
}
