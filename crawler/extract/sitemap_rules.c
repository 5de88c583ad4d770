/* See sitemap_rules.h. */
#include "crawler/extract/sitemap_rules.h"

#include <string.h>
#include <strings.h>

static const struct {
    enum sitemap_place around;
    const char *name;
    enum sitemap_place place;
} rules[] = {
    {PLACE_DOCUMENT, "urlset", PLACE_URLSET},
    {PLACE_DOCUMENT, "sitemapindex", PLACE_URLSET},
    {PLACE_DOCUMENT, "rss", PLACE_RSS},
    {PLACE_DOCUMENT, "RDF", PLACE_RSS},
    {PLACE_DOCUMENT, "feed", PLACE_FEED},

    {PLACE_URLSET, "url", PLACE_URL},
    {PLACE_URLSET, "sitemap", PLACE_SITEMAP},
    {PLACE_URL, "loc", PLACE_LOC},
    {PLACE_URL, "lastmod", PLACE_LASTMOD},
    {PLACE_URL, "changefreq", PLACE_CHANGEFREQ},
    {PLACE_URL, "priority", PLACE_PRIORITY},
    {PLACE_URL, "image", PLACE_IMAGE},
    {PLACE_SITEMAP, "loc", PLACE_LOC},
    {PLACE_SITEMAP, "lastmod", PLACE_LASTMOD},
    {PLACE_IMAGE, "loc", PLACE_IMAGE_LOC},
    {PLACE_IMAGE, "title", PLACE_IMAGE_TITLE},
    {PLACE_IMAGE, "caption", PLACE_IMAGE_CAPTION},

    {PLACE_RSS, "channel", PLACE_RSS},
    {PLACE_RSS, "item", PLACE_ITEM},
    {PLACE_ITEM, "link", PLACE_LOC},
    {PLACE_ITEM, "guid", PLACE_GUID},
    {PLACE_ITEM, "pubDate", PLACE_LASTMOD},
    {PLACE_ITEM, "date", PLACE_LASTMOD},

    {PLACE_FEED, "entry", PLACE_ENTRY},
    {PLACE_ENTRY, "link", PLACE_ATOM_LINK},
    {PLACE_ENTRY, "updated", PLACE_LASTMOD},
    {PLACE_ENTRY, "modified", PLACE_LASTMOD},
};

static const struct {
    const char *name;
    enum sitemap_kind kind;
} roots[] = {
    {"urlset", SITEMAP_URLSET}, {"sitemapindex", SITEMAP_INDEX}, {"rss", SITEMAP_RSS},
    {"RDF", SITEMAP_RSS},       {"feed", SITEMAP_ATOM},
};

const char *sitemap_local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

enum sitemap_place sitemap_place_of(enum sitemap_place around, const char *element)
{
    const char *name = sitemap_local_name(element);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].around == around && strcasecmp(rules[i].name, name) == 0)
            return rules[i].place;
    return PLACE_ELSEWHERE;
}

enum sitemap_kind sitemap_kind_of(const char *root)
{
    const char *name = sitemap_local_name(root);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strcasecmp(roots[i].name, name) == 0)
            return roots[i].kind;
    return SITEMAP_UNKNOWN;
}
