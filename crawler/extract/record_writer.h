/* Writes a page record (record.h) into a fixed piece of memory, front to back.
 *
 * Strings go to the heap as they come; images and links wait in the writer until
 * record_writer_finish() puts them behind the heap. What does not fit is left out, from the first
 * row that did not, and the record says RECORD_TRUNCATED; so it is for rows past the maximum of
 * their kind. Matched by record_open() in record.c. One owner; lives for many pages.
 */
#ifndef IMGCRAWL_EXTRACT_RECORD_WRITER_H
#define IMGCRAWL_EXTRACT_RECORD_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/mime_sniff.h"
#include "crawler/extract/page_verdict.h"
#include "crawler/extract/record_format.h"

struct record_writer;

struct record_writer *record_writer_new(void);
struct record_writer *record_writer_free(struct record_writer *writer);

/* out: aligned to 8, borrowed until the finish. -E2BIG when not even an empty record fits. */
int record_writer_begin(struct record_writer *writer, void *out, size_t capacity);

/* Puts a string into the heap, cut after RECORD_TEXT_MAX_BYTES at a whole character. data == NULL,
 * or no room (then the record is marked as truncated): absent. */
struct flat_text record_writer_text(struct record_writer *writer, const char *data, size_t bytes);

void record_writer_fact(struct record_writer *writer, enum record_fact fact, const char *data,
                        size_t bytes);
void record_writer_flag(struct record_writer *writer, uint32_t flags);
void record_writer_directives(struct record_writer *writer, uint32_t directives);
void record_writer_text_print(struct record_writer *writer, uint64_t print);
void record_writer_sniffed_type(struct record_writer *writer, enum mime_type type);
/* evidence: a sentence for people. */
void record_writer_verdict(struct record_writer *writer, enum page_verdict verdict,
                           const char *evidence);
void record_writer_elements(struct record_writer *writer, uint32_t links, uint32_t images,
                            uint32_t image_places);

/* Whether one more row would be taken; asked before its strings are written. A no is remembered as
 * truncation. */
bool record_writer_takes_images(struct record_writer *writer);
bool record_writer_takes_links(struct record_writer *writer);
/* A row in which every text is absent. */
struct flat_image record_writer_no_image(void);
void record_writer_image(struct record_writer *writer, const struct flat_image *image);
/* The link's index, for record_writer_link_at(), or -1 when there was no room. */
int64_t record_writer_link(struct record_writer *writer, const struct flat_link *link);
struct flat_link *record_writer_link_at(struct record_writer *writer, size_t index);
/* The URL of one that the page links to. */
void record_writer_style_sheet(struct record_writer *writer, const char *url, size_t bytes);
const char *record_writer_string(const struct record_writer *writer, struct flat_text text);

/* The record's bytes. */
int64_t record_writer_finish(struct record_writer *writer);

#endif
