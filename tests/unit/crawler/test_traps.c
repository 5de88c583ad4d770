/* Traps: what is found for each kind, what is held back then, and which ordinary sites are left
 * alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crawler/extract/record.h"
#include "crawler/extract/text_print.h"
#include "crawler/frontier/traps.h"
#include "tests/unit/crawler/crawler_test.h"

static const int64_t now_ms = INT64_C(1764000000000); /* 2025-11-24 */

/* A crawl of a site that is made up: pages are asked for in the order of their discovery. */
struct walk {
    struct traps *traps;
    char kind[32], pattern[256];
    int found;
    char *queue[20000];
    int parent[20000];
    int count, next, held, read, dropped;
};

static void note_found(const struct store_trap *trap, void *arg)
{
    struct walk *walk = arg;
    walk->found++;
    snprintf(walk->kind, sizeof walk->kind, "%s", trap->kind);
    snprintf(walk->pattern, sizeof walk->pattern, "%.*s", (int)trap->pattern.bytes,
             trap->pattern.data);
    assert_true(trap->examples.bytes > 4 && trap->examples.data[0] == '[');
    assert_true(trap->detail.bytes > 20);
}

static struct walk *walk_new(void)
{
    struct walk *walk = calloc(1, sizeof *walk);
    walk->traps = traps_new(42);
    traps_on_found(walk->traps, note_found, walk);
    return walk;
}

static void walk_free(struct walk *walk)
{
    for (int i = 0; i < walk->count; i++)
        free(walk->queue[i]);
    traps_free(walk->traps);
    free(walk);
}

static bool is_known(const struct walk *walk, const char *url)
{
    for (int i = 0; i < walk->count; i++)
        if (strcmp(walk->queue[i], url) == 0)
            return true;
    return false;
}

/* Whether it is held back. */
static bool find(struct walk *walk, const char *url, const struct trap_marks *from)
{
    if (traps_judge_new(walk->traps, url, strlen(url), from, now_ms) != 0) {
        walk->held++;
        return true;
    }
    walk->queue[walk->count++] = strdup(url);
    return false;
}

/* What a page shows. */
struct shown {
    char links[32][256];
    char images[8][128];
    char title[64];
    char text[256]; /* words and alts */
    uint32_t link_count, image_count;
    uint64_t body_bytes;
};
typedef void (*site_fn)(const char *url, struct shown *shown);

static void show_link(struct shown *shown, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void show_link(struct shown *shown, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(shown->links[shown->link_count++], sizeof shown->links[0], format, arguments);
    va_end(arguments);
}

static void read_page(struct walk *walk, const char *url, site_fn site)
{
    struct shown shown = {.body_bytes = 2000};
    struct record_link links[32] = {0};
    struct record_image images[8] = {0};
    struct trap_marks marks;
    site(url, &shown);
    for (uint32_t i = 0; i < shown.link_count; i++)
        links[i].url = (struct record_text){shown.links[i], (uint32_t)strlen(shown.links[i])};
    for (uint32_t i = 0; i < shown.image_count; i++)
        images[i].url = (struct record_text){shown.images[i], (uint32_t)strlen(shown.images[i])};
    struct text_print print;
    text_print_begin(&print, url, strlen(url));
    text_print_add(&print, shown.title, strlen(shown.title));
    text_print_add(&print, shown.text, strlen(shown.text));
    const struct page_record record = {
        .text_print = text_print_value(&print),
        .title = {shown.title, (uint32_t)strlen(shown.title)},
        .links = links,
        .link_count = shown.link_count,
        .images = images,
        .image_count = shown.image_count,
    };
    traps_marks(walk->traps, url, strlen(url), now_ms, &marks);
    bool wanted = traps_wants_yield(walk->traps, &marks);
    struct trap_yield yield = {0};
    if (wanted)
        yield = trap_yield_of(walk->traps, &marks, &record, shown.body_bytes);
    traps_note_page(walk->traps, &marks, url, strlen(url), wanted ? &yield : NULL, now_ms);
    walk->read++;
    for (uint32_t i = 0; i < shown.link_count; i++)
        if (!is_known(walk, shown.links[i]))
            find(walk, shown.links[i], &marks);
}

/* Until nothing is left or `most` pages were read. */
static void run(struct walk *walk, const char *seed, site_fn site, int most)
{
    find(walk, seed, NULL);
    while (walk->next < walk->count && walk->read < most && walk->count < 19000) {
        const char *url = walk->queue[walk->next++];
        if (traps_judge_queued(walk->traps, url, strlen(url), now_ms) != 0)
            walk->held++;
        else
            read_page(walk, url, site);
    }
}

/* ---- sites without end ---- */

static void calendar(const char *url, struct shown *shown)
{
    int year = 2025, month = 11;
    const char *date = strstr(url, "/cal/");
    if (date)
        sscanf(date, "/cal/%d/%d", &year, &month);
    int at = year * 12 + month - 1;
    snprintf(shown->title, sizeof shown->title, "%d of %d", month, year);
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/logo.png");
    show_link(shown, "http://a.example/");
    for (int other = at - 1; other <= at + 1; other += 2)
        show_link(shown, "http://a.example/cal/%d/%02d", other / 12, other % 12 + 1);
    for (int day = 1; day <= 28 && shown->link_count < 20; day++)
        show_link(shown, "http://a.example/cal/%d/%02d/%02d", year, month, day);
}

static void empty_calendar_is_found(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/", calendar, 3000);
    assert_true(walk->found >= 1);
    assert_string_equal(walk->pattern, "http://a.example/cal/{date}");
    assert_true(walk->read < 200);
    assert_int_equal(walk->next, walk->count);
    walk_free(walk);
}

static void only_forward(const char *url, struct shown *shown)
{
    int year = 2025, month = 11;
    const char *date = strstr(url, "year=");
    if (date)
        sscanf(date, "year=%d&month=%d", &year, &month);
    int at = year * 12 + month;
    show_link(shown, "http://a.example/e?year=%d&month=%d", at / 12, at % 12 + 1);
    if (at < 2027 * 12) /* what is on, as far as anything is planned */
        snprintf(shown->images[shown->image_count++], 128, "http://a.example/%d.png", at);
}

static void far_dates_are_held_back_and_near_ones_not(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/e?year=2025&month=11", only_forward, 3000);
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "far_dates");
    assert_true(walk->read > 24 && walk->read < 60);
    const char *near = "http://a.example/e?year=2019&month=3",
               *far = "http://a.example/e?year=1930&month=3";
    assert_int_equal(traps_judge_new(walk->traps, near, strlen(near), NULL, now_ms), 0);
    assert_int_equal(traps_judge_new(walk->traps, far, strlen(far), NULL, now_ms), 1);
    walk_free(walk);
}

static unsigned long long token_counter;

static void session_in_path(const char *url, struct shown *shown)
{
    const char *page = strrchr(url, '/') + 1;
    token_counter++;
    snprintf(shown->title, sizeof shown->title, "page %s", page);
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/%s.png", page);
    for (int i = 0; i < 8; i++)
        show_link(shown, "http://a.example/s/%016llxabc1/p/%d",
                  token_counter * 0x9e3779b97f4a7c15ULL, i);
}

static void session_in_path_is_found_and_no_page_is_lost(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/p/0", session_in_path, 3000);
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "session_id");
    assert_string_equal(walk->pattern, "http://a.example/s/{session}");
    assert_true(walk->read < 100);
    const char *new_page = "http://a.example/s/00112233445566778899/new";
    assert_int_equal(traps_judge_new(walk->traps, new_page, strlen(new_page), NULL, now_ms), 0);
    walk_free(walk);
}

static void session_by_name(const char *url, struct shown *shown)
{
    (void)url;
    token_counter++;
    for (int i = 0; i < 3; i++)
        show_link(shown, "http://a.example/p%d?x=1&PHPSESSID=%llu", i, token_counter + 10000000);
}

static void session_parameter_is_found(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/p0", session_by_name, 3000);
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "session_id");
    assert_string_equal(walk->pattern, "http://a.example/*?PHPSESSID={session}");
    assert_true(walk->read < 60);
    walk_free(walk);
}

static void growing(const char *url, struct shown *shown)
{
    show_link(shown, "%sa/b/", url);
}

static void growing_path_is_found(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/x/", growing, 3000);
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "repeating_path");
    assert_string_equal(walk->pattern, "http://a.example/*/a/b/a/b/a/b/*");
    assert_true(walk->read < 30);
    walk_free(walk);
}

static void orders_are_found_and_one_of_each_is_kept(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    char url[128];
    for (int i = 0; i < 60; i++) {
        snprintf(url, sizeof url, "http://a.example/f?a=%d&b=1", i);
        assert_false(find(walk, url, NULL));
        snprintf(url, sizeof url, "http://a.example/f?b=1&a=%d", i);
        assert_int_equal(find(walk, url, NULL), i >= 19);
    }
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "parameter_order");
    walk_free(walk);
}

static void selections_of_many_parameters_are_found(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    for (int set = 0; set < 1 << 9; set++) {
        char url[256] = "http://a.example/f?q=1";
        for (int key = 0; key < 9; key++)
            if (set & 1 << key)
                snprintf(url + strlen(url), sizeof url - strlen(url), "&k%d=1", key);
        find(walk, url, NULL);
    }
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, "facets");
    const char *few = "http://a.example/f?q=1&z=2";
    assert_int_equal(traps_judge_new(walk->traps, few, strlen(few), NULL, now_ms), 0);
    walk_free(walk);
}

static void numeric_session(const char *url, struct shown *shown)
{
    int page = 0;
    sscanf(strstr(url, "/p"), "/p%d", &page);
    token_counter++;
    snprintf(shown->title, sizeof shown->title, "page %d", page);
    for (int i = 0; i < 6; i++)
        show_link(shown, "http://a.example/p%d?sid=%llu", i, 123450000 + token_counter);
}

static void session_by_number(const char *url, struct shown *shown)
{
    (void)url;
    token_counter++;
    for (int i = 0; i < 4; i++)
        show_link(shown, "http://a.example/q%d;jsessionid=%llu", i, 100 + token_counter);
}

static void clock_in_query(const char *url, struct shown *shown)
{
    (void)url;
    show_link(shown, "http://a.example/now?t=%llu", 1764000000ULL + token_counter++);
}

static void endless_pages(const char *url, struct shown *shown)
{
    const char *number = strstr(url, "page=");
    int page = number ? atoi(number + 5) : 1;
    snprintf(shown->title, sizeof shown->title, "Page %d", page);
    snprintf(shown->text, sizeof shown->text, "Results %d to %d of 1000000, next: %d. Nothing yet.",
             page * 10 - 9, page * 10, page + 1);
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/logo.png");
    show_link(shown, "http://a.example/");
    for (int next = page + 1; next < page + 4; next++)
        show_link(shown, "http://a.example/list?sort=name&page=%d", next);
}

static void offset_both_ways(const char *url, struct shown *shown)
{
    const char *number = strstr(url, "offset=");
    int offset = number ? atoi(number + 7) : 0;
    show_link(shown, "http://a.example/l?offset=%d", offset - 1);
    show_link(shown, "http://a.example/l?offset=%d", offset + 1);
}

static void expect_trap(const char *seed, site_fn site, const char *kind, const char *pattern)
{
    struct walk *walk = walk_new();
    run(walk, seed, site, 3000);
    assert_int_equal(walk->found, 1);
    assert_string_equal(walk->kind, kind);
    assert_string_equal(walk->pattern, pattern);
    assert_true(walk->read < 100);
    assert_true(walk->held > 0);
    walk_free(walk);
}

static void numbers_without_end_are_found(void **state)
{
    (void)state;
    expect_trap("http://a.example/p0?sid=123456789", numeric_session, "session_id",
                "http://a.example/*?sid={session}");
    expect_trap("http://a.example/q0", session_by_number, "session_id",
                "http://a.example/*;jsessionid={session}");
    expect_trap("http://a.example/now", clock_in_query, "session_id",
                "http://a.example/*?t={session}");
    expect_trap("http://a.example/list", endless_pages, "endless_numbers",
                "http://a.example/list?sort=name&page={number}");
    expect_trap("http://a.example/l", offset_both_ways, "endless_numbers",
                "http://a.example/l?offset={number}");
}

/* ---- ordinary sites ---- */

static void expect_none(const char *seed, site_fn site, int pages)
{
    struct walk *walk = walk_new();
    run(walk, seed, site, pages + 10);
    if (walk->found)
        print_message("%s %s\n", walk->kind, walk->pattern);
    assert_int_equal(walk->found, 0);
    assert_int_equal(walk->held, 0);
    assert_int_equal(walk->read, pages);
    walk_free(walk);
}

enum { PRODUCTS = 3000 };

static void shop(const char *url, struct shown *shown)
{
    int number = atoi(strrchr(url, '/') + 1);
    snprintf(shown->title, sizeof shown->title, "Product");
    for (int i = number + 1; i <= number + 4 && i < PRODUCTS; i++)
        show_link(shown, "http://a.example/product/%d", i);
}

static void shop_by_fingerprints(const char *url, struct shown *shown)
{
    unsigned long long number = 0;
    sscanf(strrchr(url, '/') + 1, "%16llx", &number);
    number /= 0x100000001ULL;
    snprintf(shown->title, sizeof shown->title, "Photo");
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/%llx.jpg", number);
    for (unsigned long long i = number + 1; i <= number + 3 && i < 900; i++)
        show_link(shown, "http://a.example/photo/%016llxabcdef", i * 0x100000001ULL);
}

static void archive(const char *url, struct shown *shown)
{
    int year = 2010, month = 1;
    const char *date = strstr(url, "/blog/");
    sscanf(date, "/blog/%d/%d", &year, &month);
    int at = year * 12 + month - 1;
    if (strstr(url, "post")) {
        snprintf(shown->title, sizeof shown->title, "A post");
        return;
    }
    for (int other = at - 1; other <= at + 1; other += 2)
        if (other >= 2010 * 12 && other < 2025 * 12)
            show_link(shown, "http://a.example/blog/%d/%02d", other / 12, other % 12 + 1);
    show_link(shown, "http://a.example/blog/%d/%02d/post", year, month);
}

static void history(const char *url, struct shown *shown)
{
    int year = 1800, month = 1;
    sscanf(strstr(url, "/day/"), "/day/%d-%d", &year, &month);
    int at = year * 12 + month;
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/battle-%d.png", at);
    if (at < 1900 * 12)
        show_link(shown, "http://a.example/day/%d-%02d", at / 12, at % 12 + 1);
}

/* Pages of a list without images, whose items lead to their neighbours, and have one title. */
static void paged_list(const char *url, struct shown *shown)
{
    const char *item = strstr(url, "item?t="), *list = strstr(url, "page=");
    int page = list ? atoi(list + 5) : 0, id = item ? atoi(item + 7) : 0;
    if (item) {
        snprintf(shown->title, sizeof shown->title, "Item %c%c%c", 'a' + id % 26,
                 'a' + id / 26 % 26, 'a' + id / 676 % 26);
        if (id % 10 < 9)
            show_link(shown, "http://a.example/item?t=%d", id + 1);
        return;
    }
    snprintf(shown->title, sizeof shown->title, "List, page %d", page);
    for (int i = 0; i < 10; i++)
        show_link(shown, "http://a.example/item?t=%d", 1000000 + page * 10 + i);
    if (page < 149)
        show_link(shown, "http://a.example/list?page=%d", page + 1);
}

static void paged_photos(const char *url, struct shown *shown)
{
    int page = atoi(strstr(url, "page=") + 5);
    snprintf(shown->title, sizeof shown->title, "Photos");
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/photo-%d.jpg", page);
    if (page < 399)
        show_link(shown, "http://a.example/photos?page=%d", page + 1);
}

/* One stock picture, and links to the neighbours; the entries' words differ. */
static void glossary(const char *url, struct shown *shown)
{
    int entry = atoi(strstr(url, "entry=") + 6);
    snprintf(shown->title, sizeof shown->title, "Glossary");
    snprintf(shown->text, sizeof shown->text, "Entry %d: %c%c%c", entry, 'a' + entry % 26,
             'a' + entry / 26 % 26, 'a' + entry / 676 % 26);
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/stock.png");
    for (int other = entry - 1; other <= entry + 1; other += 2)
        if (other >= 1 && other <= 4000)
            show_link(shown, "http://a.example/g?entry=%d", other);
}

/* Items that say nothing but their number, which lists lead to. */
static void listed_items(const char *url, struct shown *shown)
{
    const char *list = strstr(url, "list?page="), *item = strstr(url, "item?id=");
    int number = atoi(strchr(url, '=') + 1);
    snprintf(shown->images[shown->image_count++], 128, "http://a.example/none.png");
    snprintf(shown->text, sizeof shown->text, "Item %d", number);
    if (item) {
        show_link(shown, "http://a.example/item?id=%d", number > 10 ? number - 1 : 10);
        show_link(shown, "http://a.example/item?id=%d", number < 809 ? number + 1 : 809);
    }
    for (int i = 0; list && i < 10; i++)
        show_link(shown, "http://a.example/item?id=%d", number * 10 + i);
    if (list && number < 80)
        show_link(shown, "http://a.example/list?page=%d", number + 1);
}

static void ordinary_sites_have_no_traps(void **state)
{
    (void)state;
    expect_none("http://a.example/product/0", shop, PRODUCTS);
    expect_none("http://a.example/photo/0000000000000000abcdef", shop_by_fingerprints, 900);
    expect_none("http://a.example/blog/2010/01", archive, 15 * 12 * 2);
    expect_none("http://a.example/day/1800-01", history, 1200);
    expect_none("http://a.example/list?page=0", paged_list, 150 * 11);
    expect_none("http://a.example/photos?page=0", paged_photos, 400);
    expect_none("http://a.example/g?entry=1", glossary, 4000);
    expect_none("http://a.example/list?page=1", listed_items, 880);
}

/* ---- release, resume, memory, speed ---- */

static void released_trap_does_not_come_again(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    run(walk, "http://a.example/x/", growing, 3000);
    assert_int_equal(traps_release(walk->traps, 9), -ENOENT);
    assert_int_equal(traps_release(walk->traps, 1), 0);
    assert_int_equal(traps_release(walk->traps, 1), -EALREADY);
    int read_before = walk->read;
    run(walk, "http://a.example/x/a/b/a/b/a/b/a/b/a/b/a/b/a/b/a/b/c/", growing, 60);
    assert_int_equal(walk->found, 1);
    assert_true(walk->read > read_before + 20);
    walk_free(walk);
}

static struct store_trap row_of(const char *kind, const char *pattern, int64_t released_ms)
{
    return (struct store_trap){
        .id = 5, .kind = kind, .pattern = {pattern, strlen(pattern)}, .released_ms = released_ms};
}

static void traps_are_restored(void **state)
{
    (void)state;
    const char *url = "http://a.example/cal/2031/7", *duplicate = "http://a.example/f?b=1&a=2";
    struct traps *traps = traps_new(1);
    struct store_trap row = row_of("calendar", "http://a.example/cal/{date}", 0);
    traps_restore(traps, &row);
    row = row_of("parameter_order", "http://a.example/f?{parameters in another order}", 0);
    row.id = 6;
    traps_restore(traps, &row);
    traps_restore_url(traps, "http://a.example/f?a=2&b=1", 26, now_ms);
    assert_int_equal(traps_judge_new(traps, url, strlen(url), NULL, now_ms), 5);
    assert_int_equal(traps_judge_queued(traps, url, strlen(url), now_ms), 5);
    assert_int_equal(traps_judge_new(traps, duplicate, strlen(duplicate), NULL, now_ms), 6);
    assert_int_equal(traps_release(traps, 5), 0);
    assert_int_equal(traps_judge_queued(traps, url, strlen(url), now_ms), 0);
    traps_free(traps);
    traps = traps_new(2);
    row = row_of("calendar", "http://a.example/cal/{date}", 77);
    traps_restore(traps, &row);
    assert_int_equal(traps_judge_new(traps, url, strlen(url), NULL, now_ms), 0);
    assert_int_equal(traps_release(traps, 5), -EALREADY);
    traps_free(traps);
}

/* Nineteen orders before the restart, the twentieth after it. */
static void evidence_of_urls_outlives_a_restart(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    char url[128];
    for (int i = 0; i < 19; i++) {
        snprintf(url, sizeof url, "http://a.example/f?a=%d&b=1", i);
        traps_restore_url(walk->traps, url, strlen(url), now_ms);
        snprintf(url, sizeof url, "http://a.example/f?b=1&a=%d", i);
        traps_restore_url(walk->traps, url, strlen(url), now_ms);
    }
    assert_int_equal(walk->found, 0);
    assert_false(find(walk, "http://a.example/f?a=99&b=1", NULL));
    assert_true(find(walk, "http://a.example/f?b=1&a=99", NULL));
    assert_int_equal(walk->found, 1);
    walk_free(walk);
}

static void hostile_urls_neither_fill_memory_nor_take_long(void **state)
{
    (void)state;
    struct traps *traps = traps_new(3);
    char url[8193];
    for (int i = 0; i < 60000; i++) {
        int bytes = snprintf(url, sizeof url, "http://a.example/%d/2031/%d/x%d?a=1&b=%d", i,
                             i % 12 + 1, i, i);
        traps_judge_new(traps, url, (size_t)bytes, NULL, now_ms);
    }
    memset(url, '/', sizeof url);
    memcpy(url, "http://a.example", 16);
    traps_judge_new(traps, url, 8192, NULL, now_ms);
    traps_judge_new(traps, url, 2048, NULL, now_ms);
    for (int i = 16; i < 2047; i += 2)
        url[i + 1] = "01&;=?"[i / 2 % 6];
    traps_judge_new(traps, url, 2048, NULL, now_ms);
    traps_free(traps);
}

static void count_dropped(void *arg)
{
    struct walk *walk = arg;
    walk->dropped++;
}

static void flood(struct walk *walk, const char *host)
{
    char url[128];
    for (int i = 0; i < 4200; i++) {
        for (int day = 1; day <= 3; day++) {
            int bytes = snprintf(url, sizeof url, "http://%s/f%d/2020/01/0%d", host, i, day);
            traps_judge_new(walk->traps, url, (size_t)bytes, NULL, now_ms);
        }
    }
}

static void a_flood_of_families_does_not_blind(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    traps_on_dropped(walk->traps, count_dropped);
    flood(walk, "b.example");
    flood(walk, "a.example");
    assert_int_equal(walk->dropped, 1);
    run(walk, "http://a.example/", calendar, 3000);
    assert_true(walk->found >= 1);
    assert_string_equal(walk->pattern, "http://a.example/cal/{date}");
    assert_true(walk->read < 200);
    walk_free(walk);
}

/* What one host makes costs another none of its evidence. */
static void a_flood_on_one_host_leaves_the_others_theirs(void **state)
{
    (void)state;
    struct walk *walk = walk_new();
    char url[128];
    for (int i = 0; i < 19; i++) {
        snprintf(url, sizeof url, "http://a.example/f?a=%d&b=1", i);
        find(walk, url, NULL);
        snprintf(url, sizeof url, "http://a.example/f?b=1&a=%d", i);
        find(walk, url, NULL);
    }
    for (int i = 0; i < 4200 * 64; i++) {
        int bytes =
            snprintf(url, sizeof url, "http://b.example/f%d/2020/01/0%d", i / 64, i % 9 + 1);
        traps_judge_new(walk->traps, url, (size_t)bytes, NULL, now_ms);
    }
    assert_false(find(walk, "http://a.example/f?a=99&b=1", NULL));
    assert_true(find(walk, "http://a.example/f?b=1&a=99", NULL));
    assert_int_equal(walk->found, 1);
    walk_free(walk);
}

static void show_cost(void **state)
{
    (void)state;
    enum { ROUNDS = 200000 };
    struct traps *traps = traps_new(3);
    struct timespec start, end;
    char url[256];
    if (!getenv("SHOW_TIMES")) {
        traps_free(traps);
        return;
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    for (int i = 0; i < ROUNDS; i++) {
        int bytes =
            snprintf(url, sizeof url, "http://www.a.example/docs/chapter/section-%d.html", i);
        traps_judge_new(traps, url, (size_t)bytes, NULL, now_ms);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    print_message("%.0f ns a new URL\n", ((double)(end.tv_sec - start.tv_sec) * 1e9 +
                                          (double)(end.tv_nsec - start.tv_nsec)) /
                                             ROUNDS);
    traps_free(traps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_calendar_is_found),
        cmocka_unit_test(far_dates_are_held_back_and_near_ones_not),
        cmocka_unit_test(session_in_path_is_found_and_no_page_is_lost),
        cmocka_unit_test(session_parameter_is_found),
        cmocka_unit_test(growing_path_is_found),
        cmocka_unit_test(numbers_without_end_are_found),
        cmocka_unit_test(orders_are_found_and_one_of_each_is_kept),
        cmocka_unit_test(selections_of_many_parameters_are_found),
        cmocka_unit_test(ordinary_sites_have_no_traps),
        cmocka_unit_test(released_trap_does_not_come_again),
        cmocka_unit_test(traps_are_restored),
        cmocka_unit_test(evidence_of_urls_outlives_a_restart),
        cmocka_unit_test(hostile_urls_neither_fill_memory_nor_take_long),
        cmocka_unit_test(a_flood_of_families_does_not_blind),
        cmocka_unit_test(a_flood_on_one_host_leaves_the_others_theirs),
        cmocka_unit_test(show_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
