/* Image references: what an <img> element points at, with the context an auditor asks about.
 * Rows go to the record writer. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_REFS_H
#define IMGCRAWL_EXTRACT_IMAGE_REFS_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/extract/record.h"

struct html_element;
struct page_context;

/* attribute value, NULL where the element has none. */
enum alt_state image_alt_state(const char *alt, size_t bytes);

/* The rows of one <img>: its src, then each candidate of its srcset; at least one.
 * position: the element's number among the page's <img>, from 1. */
void image_refs_collect(struct page_context *page, const struct html_element *element,
                        uint32_t position);

#endif
