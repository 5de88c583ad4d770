/* See inspect_image.h. Through the flat record, as a crawl reads it. */
#include "server/inspect_image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/extract/image_record.h"
#include "server/base64.h"

enum { HASH_DIGITS = 16, DIGEST_DIGITS = 2 * IMAGE_SHA256_BYTES };

static json_t *number_or_null(uint64_t number)
{
    return number ? json_integer((json_int_t)number) : json_null();
}

static json_t *digest_text(const struct image_record *record)
{
    char text[DIGEST_DIGITS + 1];
    if (!record->has_sha256)
        return NULL;
    for (size_t i = 0; i < IMAGE_SHA256_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", record->sha256[i]);
    return json_string(text);
}

/* Left out where the hashes were not asked for. */
static json_t *hash_text(const struct image_record *record)
{
    char text[HASH_DIGITS + 1];
    if (!record->has_sha256)
        return NULL;
    if (!record->has_hash)
        return json_null();
    snprintf(text, sizeof text, "%016llx", (unsigned long long)record->hash);
    return json_string(text);
}

static json_t *record_answer(const struct image_record *record, size_t bytes)
{
    json_t *type =
        record->type == IMAGE_NONE ? json_null() : json_string(image_type_name(record->type));
    return json_pack("{s:o, s:s, s:o, s:o, s:b, s:I, s:o, s:o*, s:o*}", "type", type, "mime_type",
                     record->mime_type, "width", number_or_null(record->width), "height",
                     number_or_null(record->height), "animated", record->is_animated, "bytes",
                     (json_int_t)bytes, "needed_bytes", number_or_null(record->needed_bytes),
                     "sha256", digest_text(record), "perceptual_hash", hash_text(record));
}

static json_t *answer_bytes(const unsigned char *data, size_t bytes, bool is_whole)
{
    uint64_t flat[64];
    struct image_record record;
    image_record_read(data, bytes, is_whole, &record);
    int64_t flat_bytes = image_record_write(&record, flat, sizeof flat);
    if (flat_bytes < 0 || image_record_open(flat, (size_t)flat_bytes, &record) < 0)
        return json_pack("{s:s}", "error",
                         "the reading contradicts itself: please report this file");
    return record_answer(&record, bytes);
}

json_t *inspect_image(const json_t *request)
{
    const json_t *data = json_object_get(request, "data");
    const json_t *encoded = json_object_get(request, "data_b64");
    bool is_whole = json_is_true(json_object_get(request, "whole"));
    if (json_is_string(data))
        return answer_bytes((const unsigned char *)json_string_value(data),
                            json_string_length(data), is_whole);
    if (!json_is_string(encoded))
        return json_pack("{s:s}", "error", "no \"data_b64\" in the request; give it as a string");
    size_t bytes;
    unsigned char *decoded =
        base64_decode(json_string_value(encoded), json_string_length(encoded), &bytes);
    if (!decoded)
        return json_pack("{s:s}", "error", "\"data_b64\" is no base64");
    json_t *answer = answer_bytes(decoded, bytes, is_whole);
    free(decoded);
    return answer;
}

/* --- for a person --- */

static long long number(const json_t *answer, const char *key)
{
    return (long long)json_integer_value(json_object_get(answer, key));
}

static void print_line(const json_t *answer, const char *key, const char *label)
{
    const char *value = json_string_value(json_object_get(answer, key));
    if (json_object_get(answer, key))
        printf("%-17s%s\n", label, value ? value : "none");
}

void inspect_image_print(const json_t *answer)
{
    printf("%-17s%s", "type:", json_string_value(json_object_get(answer, "mime_type")));
    puts(json_is_null(json_object_get(answer, "type")) ? ", no image that is known" : "");
    if (number(answer, "width"))
        printf("%-17s%lld × %lld px\n", "size:", number(answer, "width"), number(answer, "height"));
    printf("%-17s%s\n",
           "animated:", json_is_true(json_object_get(answer, "animated")) ? "yes" : "no");
    printf("%-17s%lld\n", "bytes:", number(answer, "bytes"));
    if (number(answer, "needed_bytes"))
        printf("%-17sthe first %lld bytes would be needed to tell more\n",
               "note:", number(answer, "needed_bytes"));
    print_line(answer, "sha256", "SHA-256:");
    print_line(answer, "perceptual_hash", "perceptual hash:");
}
