/* See sitemap_rules.h. */
#include "crawler/extract/sitemap_rules.h"

#include <string.h>
#include <strings.h>

static const struct {
    enum sitemap_place around;
    enum sitemap_place place;
    const char *name;
} rules[] = {
    {PLACE_DOCUMENT, PLACE_URLSET, "urlset"},
    {PLACE_DOCUMENT, PLACE_URLSET, "sitemapindex"},
    {PLACE_DOCUMENT, PLACE_RSS, "rss"},
    {PLACE_DOCUMENT, PLACE_RSS, "RDF"},
    {PLACE_DOCUMENT, PLACE_FEED, "feed"},

    {PLACE_URLSET, PLACE_URL, "url"},
    {PLACE_URLSET, PLACE_SITEMAP, "sitemap"},
    {PLACE_URL, PLACE_LOC, "loc"},
    {PLACE_URL, PLACE_LASTMOD, "lastmod"},
    {PLACE_URL, PLACE_CHANGEFREQ, "changefreq"},
    {PLACE_URL, PLACE_PRIORITY, "priority"},
    {PLACE_URL, PLACE_IMAGE, "image"},
    {PLACE_SITEMAP, PLACE_LOC, "loc"},
    {PLACE_SITEMAP, PLACE_LASTMOD, "lastmod"},
    {PLACE_IMAGE, PLACE_IMAGE_LOC, "loc"},
    {PLACE_IMAGE, PLACE_IMAGE_TITLE, "title"},
    {PLACE_IMAGE, PLACE_IMAGE_CAPTION, "caption"},

    {PLACE_RSS, PLACE_RSS, "channel"},
    {PLACE_RSS, PLACE_ITEM, "item"},
    {PLACE_ITEM, PLACE_LOC, "link"},
    {PLACE_ITEM, PLACE_GUID, "guid"},
    {PLACE_ITEM, PLACE_LASTMOD, "pubDate"},
    {PLACE_ITEM, PLACE_LASTMOD, "date"},

    {PLACE_FEED, PLACE_ENTRY, "entry"},
    {PLACE_ENTRY, PLACE_ATOM_LINK, "link"},
    {PLACE_ENTRY, PLACE_LASTMOD, "updated"},
    {PLACE_ENTRY, PLACE_LASTMOD, "modified"},
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
