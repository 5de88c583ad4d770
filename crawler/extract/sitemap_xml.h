/* The XML forms of a sitemap (urlset, index, RSS, Atom), read with expat. Runs in a parse process.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_XML_H
#define IMGCRAWL_EXTRACT_SITEMAP_XML_H

#include <stddef.h>
#include <stdint.h>

struct sitemap_writer;
struct url;

struct sitemap_xml_input {
    const char *text; /* UTF-8 */
    size_t bytes;
    uint32_t lines_before;  /* of the file, that text begins behind */
    const struct url *base; /* NULL: relative URLs are unusable */
    unsigned long salt;     /* random: keeps names from being chosen to collide in expat's tables */
};

/* Faults of the document are flags of the record. 0 or -ENOMEM. */
int sitemap_xml_read(struct sitemap_writer *writer, const struct sitemap_xml_input *input);

#endif
