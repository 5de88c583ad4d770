/* The images that a page names in its head, for browsers' tabs, home screens and social networks:
 * <link> and <meta>. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_SOURCES_HEAD_H
#define IMGCRAWL_EXTRACT_IMAGE_SOURCES_HEAD_H

struct html_element;
struct image_sources;

void image_sources_of_link(struct image_sources *sources, const struct html_element *element);
void image_sources_of_meta(struct image_sources *sources, const struct html_element *element);
/* When the page ends: an alt belongs to its image wherever it stood. */
void image_sources_end_head(struct image_sources *sources);

#endif
