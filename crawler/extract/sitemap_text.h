/* Sitemaps that are plain text: one absolute URL a line. Runs in a parse process. */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_TEXT_H
#define IMGCRAWL_EXTRACT_SITEMAP_TEXT_H

#include <stddef.h>

struct sitemap_writer;

/* text: UTF-8. The first line that is neither blank nor a comment (#) decides whether this is a
 * sitemap at all; later lines that are no URL are counted as unusable. */
void sitemap_text_read(struct sitemap_writer *writer, const char *text, size_t bytes);

#endif
