/* Which element means what in the XML forms of a sitemap: a table, by the element around it.
 *
 * Names are compared without prefix and without case, and namespaces are not asked for: in the
 * wild they are missing, misspelt or bound to any prefix, while the structure is always the same.
 * Pure functions.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_RULES_H
#define IMGCRAWL_EXTRACT_SITEMAP_RULES_H

#include "crawler/extract/sitemap_record.h"

/* Where in a document the reader stands. */
enum sitemap_place {
    PLACE_ELSEWHERE, /* inside of what does not count */
    PLACE_DOCUMENT,
    PLACE_URLSET, /* or index */
    PLACE_URL,
    PLACE_SITEMAP,
    PLACE_IMAGE,
    PLACE_RSS, /* or its channel */
    PLACE_ITEM,
    PLACE_FEED,
    PLACE_ENTRY,
    PLACE_FIRST_TEXT, /* from here on: elements whose text counts */
    PLACE_LOC = PLACE_FIRST_TEXT,
    PLACE_LASTMOD,
    PLACE_CHANGEFREQ,
    PLACE_PRIORITY,
    PLACE_IMAGE_LOC,
    PLACE_IMAGE_TITLE,
    PLACE_IMAGE_CAPTION,
    PLACE_GUID,
    PLACE_ATOM_LINK, /* its attributes count */
    PLACE_COUNT
};

enum sitemap_place sitemap_place_of(enum sitemap_place around, const char *element);
/* What a document is by its root; SITEMAP_UNKNOWN for any other. */
enum sitemap_kind sitemap_kind_of(const char *root);
const char *sitemap_local_name(const char *name);

#endif
