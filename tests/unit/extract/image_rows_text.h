/* Image rows of a page as text, for tables of pages and what they give. */
#ifndef IMGCRAWL_TESTS_IMAGE_ROWS_TEXT_H
#define IMGCRAWL_TESTS_IMAGE_ROWS_TEXT_H

#include <stdio.h>
#include <string.h>

#include "tests/unit/extract/extracted.h"

enum { ROWS_TEXT_CAPACITY = 4096 };

/* "img a.png; srcset b.png 2x": source, what is written ("-": nothing), descriptor. */
static inline const char *rows_text(const struct page_record *record, char *text)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < record->image_count && used < ROWS_TEXT_CAPACITY - 1; i++) {
        const struct record_image *image = &record->images[i];
        used += (size_t)snprintf(text + used, ROWS_TEXT_CAPACITY - used, "%s%s %s%s%s",
                                 i ? "; " : "", image_source_name(image->source),
                                 image->raw.data ? image->raw.data : "-",
                                 image->descriptor.data ? " " : "",
                                 image->descriptor.data ? image->descriptor.data : "");
    }
    return text;
}

/* The names of flags, with spaces between them, in their order. */
static inline const char *flags_text(uint32_t flags, char *text)
{
    text[0] = '\0';
    for (uint32_t flag = 1; flag <= IMAGE_FLAGS_ALL; flag <<= 1)
        if (flags & flag) {
            strcat(text, *text ? " " : "");
            strcat(text, image_flag_name(flag));
        }
    return text;
}

/* A field of an image by its name; "" where it is absent, like flags of none. */
static inline const char *field_text(const struct record_image *image, const char *field,
                                     char *buffer)
{
    const char *value = "no such field";
#define X(name)                                                                                    \
    if (!strcmp(field, #name))                                                                     \
        value = image->name.data;
    RECORD_IMAGE_TEXTS(X)
#undef X
    if (!strcmp(field, "flags"))
        value = flags_text(image->flags, buffer);
    if (!strcmp(field, "landmark"))
        value = landmark_name(image->landmark);
    if (!strcmp(field, "name_source"))
        value = name_source_name(image->name_source);
    if (!strcmp(field, "alt_state"))
        value = alt_state_name(image->alt_state);
    return value ? value : "(absent)";
}

#endif
