/* Measures what a link costs from its text in a page to the answer "known or not": resolved against
 * the page, canonicalised, looked up among a million known URLs.
 *
 *   bench_links [ROUNDS]      (20)
 *
 * The links are of the usual forms in the usual proportions: most of them relative, with fragments
 * and dot segments, some absolute, some with queries, some to other hosts. One in a hundred is new.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crawler/extract/url.h"
#include "crawler/frontier/seen.h"

enum { KNOWN = 1000000, LINKS = 200000, LINK_BYTES = 96, FLOOR_PER_SECOND = 1000000 };

static char (*links)[LINK_BYTES];

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_link(char *link, unsigned i)
{
    static const char *const before[] = {
        "/docs/chapter-",       "/docs/chapter-", "../chapter-",
        "./../chapter-",        "/docs/chapter-", "../../docs/chapter-",
        "/list?order=name&id=", "//cdn.example/", "https://www.example.com/docs/chapter-",
        "https://shop.example/"};
    static const char *const behind[] = {"/section.html",
                                         "/section.html#part",
                                         "/section.html",
                                         "/index.html#a",
                                         "",
                                         "/page.html",
                                         "&page=2",
                                         "",
                                         "/section.html",
                                         "/"};
    unsigned form = i % (sizeof before / sizeof before[0]);
    unsigned number = i % 100 == 0 ? KNOWN + i : i;
    snprintf(link, LINK_BYTES, "%s%u%s", before[form], number, behind[form]);
}

/* Every link but those that are to be new, and more of the same site up to a million. */
static struct seen *known_urls(const struct url *base)
{
    struct seen *seen = seen_new(0x1234);
    for (unsigned i = 0; i < LINKS; i++) {
        struct url url;
        if (i % 100 == 0 || url_parse(links[i], strlen(links[i]), base, &url) != URL_OK)
            continue;
        url_canonicalise(&url);
        seen_add(seen, url.href, url.length);
    }
    for (unsigned i = 0; seen_count(seen) < KNOWN; i++) {
        char text[LINK_BYTES];
        int bytes = snprintf(text, sizeof text, "https://www.example.com/archive/%u/page.html", i);
        seen_add(seen, text, (size_t)bytes);
    }
    return seen;
}

static unsigned look_up_all(const struct seen *seen, const struct url *base)
{
    unsigned known = 0;
    for (unsigned i = 0; i < LINKS; i++) {
        struct url url;
        if (url_parse(links[i], strlen(links[i]), base, &url) != URL_OK)
            continue;
        url_canonicalise(&url);
        known += seen_has(seen, url.href, url.length);
    }
    return known;
}

int main(int argc, char **argv)
{
    static const char page[] = "https://www.example.com/docs/chapter-1/index.html";
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20, known = 0;
    struct url base;
    url_parse(page, sizeof page - 1, NULL, &base);
    links = calloc(LINKS, sizeof *links);
    for (unsigned i = 0; links && i < LINKS; i++)
        write_link(links[i], i);
    struct seen *seen = known_urls(&base);
    double start = cpu_seconds();
    for (unsigned i = 0; i < rounds; i++)
        known += look_up_all(seen, &base);
    double per_second = (double)rounds * LINKS / (cpu_seconds() - start);
    printf(
        "%.0f links a second of CPU, %.1f %% of them known, %.1f bytes for a known URL; the floor "
        "is %d\n",
        per_second, 100.0 * known / rounds / LINKS,
        (double)seen_memory_bytes(seen) / (double)seen_count(seen), FLOOR_PER_SECOND);
    seen_free(seen);
    free(links);
    return per_second < FLOOR_PER_SECOND;
}
