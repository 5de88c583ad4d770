/* The diff: each kind of change, pages that only one crawl saw, rules by name, files with and
 * without indexes, positions. */
#include "site.h"

#include "storage/job_diff.h"
#include "storage/job_index.h"

enum { MISSING = 1 << 0, LONG = 1 << 1, GOOD = 1 << 2 };

/* The same rules, with other bits in the newer file. */
static const struct store_rule older_rules[] = {
    {0, "alt_missing", "error", "No alt", "SC 1.1.1", "Add one."},
    {1, "too_long", "notice", "Long", "", ""},
    {2, "decorative", "good", "Decorative", "", ""},
};
static const struct store_rule newer_rules[] = {
    {5, "alt_missing", "error", "No alt", "SC 1.1.1", "Add one."},
    {6, "too_long", "notice", "Long", "", ""},
    {7, "decorative", "good", "Decorative", "", ""},
    {8, "brand_new", "error", "Was not checked then", "", ""},
};

struct mention {
    const char *url, *place, *alt;
    uint64_t verdicts;
};

struct crawl {
    struct job_store *store;
    int64_t pages;
    unsigned shift; /* of verdicts */
};

static struct crawl begin(const char *name, const struct store_rule *rules, size_t count)
{
    struct crawl crawl = {.shift = count > 0 ? rules[0].bit : 0};
    struct store_origin origin = {1, text_of("http://a.test"), text_of("a.test")};
    struct store_batch batch = {.origins = &origin, .origin_count = 1};
    assert_int_equal(job_store_open(in_folder(name), &crawl.store, NULL), 0);
    if (count > 0)
        assert_int_equal(job_store_put_rules(crawl.store, rules, count), 0);
    assert_int_equal(job_store_begin(crawl.store), 0);
    assert_int_equal(job_store_append(crawl.store, &batch), 0);
    return crawl;
}

static struct crawl begin_older(void)
{
    return begin("1.sqlite", older_rules, 3);
}

static struct crawl begin_newer(void)
{
    return begin("2.sqlite", newer_rules, 4);
}

/* outcome NULL: it stays queued. */
static void add(struct crawl *crawl, const char *url, const char *outcome, unsigned status,
                const struct mention *mentions, size_t count)
{
    struct store_image images[8];
    struct store_url known = {
        .id = ++crawl->pages, .origin_id = 1, .url = text_of(url), .via = "link"};
    bool ok = outcome && strcmp(outcome, "ok") == 0;
    bool skipped = outcome && strncmp(outcome, "max_", 4) == 0;
    struct store_page page = {.id = known.id,
                              .state = ok        ? "done"
                                       : skipped ? "skipped"
                                                 : "failed",
                              .outcome = outcome,
                              .status = status,
                              .images = images,
                              .image_count = count};
    for (size_t i = 0; i < count; i++)
        images[i] = (struct store_image){.url = text_of(mentions[i].url),
                                         .host = text_of("a.test"),
                                         .source = "img",
                                         .dom_path = text_of(mentions[i].place),
                                         .alt = text_of(mentions[i].alt),
                                         .alt_state = mentions[i].alt ? "text" : "missing",
                                         .position = (uint32_t)i,
                                         .verdicts = mentions[i].verdicts << crawl->shift};
    struct store_batch batch = {.urls = &known, .url_count = 1, .page = outcome ? &page : NULL};
    assert_int_equal(job_store_append(crawl->store, &batch), 0);
}

#define ADD(crawl, url, ...)                                                                       \
    add(crawl, url, "ok", 200, (const struct mention[]){__VA_ARGS__},                              \
        sizeof((const struct mention[]){__VA_ARGS__}) / sizeof(struct mention))

static void end(struct crawl *crawl, bool with_indexes)
{
    assert_int_equal(job_store_commit(crawl->store), 0);
    if (with_indexes)
        assert_int_equal(job_store_build_indexes(crawl->store), 0);
    job_store_free(crawl->store);
}

static struct job_diff *open_diff(void)
{
    struct job_diff *diff = NULL;
    enum diff_side failed;
    char older[512];
    snprintf(older, sizeof(older), "%s", in_folder("1.sqlite"));
    assert_int_equal(job_diff_open(older, in_folder("2.sqlite"), &diff, &failed), 0);
    return diff;
}

struct seen {
    char words[2048];
    int64_t last;
    int left; /* rows to be shown; 0: all */
};

static const char *last_part(const char *url)
{
    return url ? strrchr(url, '/') + 1 : "-";
}

static int see(const struct diff_row *row, void *arg)
{
    struct seen *seen = arg;
    size_t used = strlen(seen->words);
    assert_true(row->position > seen->last);
    seen->last = row->position;
    snprintf(seen->words + used, sizeof(seen->words) - used, "%s%s%s@%s%s ",
             row->rule ? row->rule->name : "", row->rule ? ":" : "", last_part(row->url),
             last_part(row->page_url), row->not_crawled ? "?" : "");
    return seen->left > 0 && --seen->left == 0;
}

static void assert_rows(struct job_diff *diff, enum diff_kind kind, const char *expected)
{
    struct seen seen = {.last = 0};
    assert_int_equal(job_diff_walk(diff, kind, 0, see, &seen), 0);
    assert_string_equal(seen.words, expected);
}

/* One row at a time, each walk from where the last one ended. */
static void assert_parts(struct job_diff *diff, enum diff_kind kind, const char *expected)
{
    struct seen seen = {.last = 0};
    int r = 1;
    while (r == 1) {
        seen.left = 1;
        r = job_diff_walk(diff, kind, seen.last, see, &seen);
    }
    assert_int_equal(r, 0);
    assert_string_equal(seen.words, expected);
}

/* Every kind of change on one page, and pages that come and go. */
static void make_both(bool with_indexes)
{
    struct crawl older = begin_older();
    ADD(&older, "http://a.test/home", {"http://a.test/same.png", "main > img", "Same", 0},
        {"http://a.test/fix.png", "p > img", NULL, MISSING},
        {"http://a.test/break.png", "b > img", "Fine", 0},
        {"http://a.test/word.png", "i > img", "One", LONG},
        {"http://a.test/swap-1.png", "h1 > img", "Swap", 0},
        {"http://a.test/gone.png", "u > img", NULL, MISSING});
    ADD(&older, "http://a.test/old", {"http://a.test/old.png", "img", NULL, MISSING});
    end(&older, with_indexes);
    struct crawl newer = begin_newer();
    ADD(&newer, "http://a.test/new", {"http://a.test/new.png", "img", NULL, MISSING});
    ADD(&newer, "http://a.test/home", {"http://a.test/added.png", "a > img", "Added", GOOD},
        {"http://a.test/same.png", "main > img", "Same", GOOD},
        {"http://a.test/break.png", "b > img", NULL, MISSING},
        {"http://a.test/fix.png", "p > img", "Fixed", 0},
        {"http://a.test/word.png", "i > img", "Two", LONG | 1 << 3},
        {"http://a.test/swap-2.png", "h1 > img", "Swap", 0});
    end(&newer, with_indexes);
}

static void each_change_is_told(bool with_indexes)
{
    make_both(with_indexes);
    struct job_diff *diff = open_diff();
    assert_true(job_diff_is_complete(diff, DIFF_OLDER) && job_diff_is_complete(diff, DIFF_NEWER));
    assert_rows(diff, DIFF_ADDED, "new.png@new added.png@home swap-2.png@home ");
    assert_rows(diff, DIFF_GONE, "swap-1.png@home gone.png@home old.png@old ");
    assert_rows(diff, DIFF_REPLACED, "swap-2.png@home ");
    assert_rows(diff, DIFF_ALT_FIXED, "fix.png@home ");
    assert_rows(diff, DIFF_ALT_BROKEN, "break.png@home ");
    assert_rows(diff, DIFF_ALT_REWORDED, "word.png@home ");
    assert_rows(diff, DIFF_FINDINGS_NEW, "alt_missing:new.png@new alt_missing:break.png@home ");
    assert_parts(diff, DIFF_FINDINGS_GONE,
                 "alt_missing:fix.png@home alt_missing:gone.png@home alt_missing:old.png@old ");
    assert_parts(diff, DIFF_GONE, "swap-1.png@home gone.png@home old.png@old ");
    assert_rows(diff, DIFF_PAGES_ADDED, "-@new ");
    assert_rows(diff, DIFF_PAGES_GONE, "-@old ");
    job_diff_free(diff);
}

static void changes_are_told_from_ended_jobs(void **state)
{
    (void)state;
    each_change_is_told(true);
}

static void changes_are_told_from_files_without_indexes(void **state)
{
    (void)state;
    each_change_is_told(false);
}

static void the_sums_are_those_of_the_lists(void **state)
{
    (void)state;
    make_both(true);
    struct job_diff *diff = open_diff();
    struct diff_summary summary;
    size_t count = 0;
    assert_int_equal(job_diff_sum(diff, &summary), 0);
    const int64_t expected[DIFF_KIND_COUNT] = {
        [DIFF_ADDED] = 3,        [DIFF_GONE] = 3,          [DIFF_REPLACED] = 1,
        [DIFF_ALT_FIXED] = 1,    [DIFF_ALT_BROKEN] = 1,    [DIFF_ALT_REWORDED] = 1,
        [DIFF_FINDINGS_NEW] = 2, [DIFF_FINDINGS_GONE] = 3, [DIFF_PAGES_ADDED] = 1,
        [DIFF_PAGES_GONE] = 1};
    assert_memory_equal(summary.count, expected, sizeof(expected));
    assert_int_equal(summary.pages, 1);
    const struct diff_rule *rules = job_diff_rules(diff, &count);
    assert_int_equal(count, 2); /* not what is good, not what one was not checked by */
    assert_string_equal(rules[0].name, "alt_missing");
    assert_int_equal(summary.rules[0].added, 2);
    assert_int_equal(summary.rules[0].gone, 3);
    assert_false(job_diff_rose(diff, &summary, 0));
    job_diff_free(diff);
}

/* The older crawl was cut short: what it did not see is no news, but for what it was told. */
static void pages_that_were_not_crawled_are_told_apart(void **state)
{
    (void)state;
    struct crawl older = begin_older();
    ADD(&older, "http://a.test/home", {"http://a.test/home.png", "img", "Home", 0});
    add(&older, "http://a.test/later", "max_pages", 0, NULL, 0);
    add(&older, "http://a.test/missing", "http_4xx", 404, NULL, 0);
    end(&older, true);
    struct crawl newer = begin_newer();
    ADD(&newer, "http://a.test/home", {"http://a.test/home.png", "img", "Home", 0});
    ADD(&newer, "http://a.test/later", {"http://a.test/later.png", "img", NULL, MISSING});
    ADD(&newer, "http://a.test/unknown", {"http://a.test/unknown.png", "img", NULL, MISSING});
    ADD(&newer, "http://a.test/missing", {"http://a.test/missing.png", "img", NULL, MISSING});
    end(&newer, true);
    struct job_diff *diff = open_diff();
    struct diff_summary summary;
    assert_false(job_diff_is_complete(diff, DIFF_OLDER));
    assert_rows(diff, DIFF_ADDED, "later.png@later? unknown.png@unknown? missing.png@missing ");
    assert_rows(diff, DIFF_FINDINGS_NEW,
                "alt_missing:later.png@later? alt_missing:unknown.png@unknown? "
                "alt_missing:missing.png@missing ");
    assert_int_equal(job_diff_sum(diff, &summary), 0);
    assert_int_equal(summary.count[DIFF_FINDINGS_NEW], 1);
    assert_int_equal(summary.not_crawled[DIFF_FINDINGS_NEW], 2);
    assert_int_equal(summary.rules[0].added, 1);
    assert_true(job_diff_rose(diff, &summary, 0));
    job_diff_free(diff);
}

/* A page that could not be had this time is not gone. */
static void a_page_that_failed_takes_nothing_away(void **state)
{
    (void)state;
    struct crawl older = begin_older();
    ADD(&older, "http://a.test/x", {"http://a.test/x.png", "img", NULL, MISSING});
    end(&older, true);
    struct crawl newer = begin_newer();
    add(&newer, "http://a.test/x", "timeout_total", 0, NULL, 0);
    end(&newer, true);
    struct job_diff *diff = open_diff();
    assert_rows(diff, DIFF_GONE, "x.png@x? ");
    assert_rows(diff, DIFF_FINDINGS_GONE, "alt_missing:x.png@x? ");
    assert_rows(diff, DIFF_PAGES_GONE, "-@x? ");
    job_diff_free(diff);
}

static void the_same_image_twice_is_paired_in_order(void **state)
{
    (void)state;
    struct crawl older = begin_older();
    ADD(&older, "http://a.test/x", {"http://a.test/x.png", "p > img", "One", 0},
        {"http://a.test/x.png", "p > img", NULL, MISSING});
    end(&older, true);
    struct crawl newer = begin_newer();
    ADD(&newer, "http://a.test/x", {"http://a.test/x.png", "p > img", "One", 0},
        {"http://a.test/x.png", "p > img", "Two", 0},
        {"http://a.test/x.png", "p > img", NULL, MISSING});
    end(&newer, true);
    struct job_diff *diff = open_diff();
    assert_rows(diff, DIFF_ALT_FIXED, "x.png@x ");
    assert_rows(diff, DIFF_FINDINGS_NEW, "alt_missing:x.png@x ");
    assert_rows(diff, DIFF_FINDINGS_GONE, "alt_missing:x.png@x ");
    assert_rows(diff, DIFF_ADDED, "");
    job_diff_free(diff);
}

static void without_rules_texts_are_still_compared(void **state)
{
    (void)state;
    struct crawl older = begin("1.sqlite", NULL, 0), newer = {0};
    ADD(&older, "http://a.test/x", {"http://a.test/x.png", "img", "Text", 0});
    end(&older, true);
    newer = begin_newer();
    ADD(&newer, "http://a.test/x", {"http://a.test/x.png", "img", NULL, MISSING});
    end(&newer, true);
    struct job_diff *diff = open_diff();
    assert_false(job_diff_is_audited(diff, DIFF_OLDER));
    assert_true(job_diff_is_audited(diff, DIFF_NEWER));
    assert_rows(diff, DIFF_ALT_BROKEN, "x.png@x ");
    assert_rows(diff, DIFF_FINDINGS_NEW, "");
    job_diff_free(diff);
}

static void a_file_that_is_missing_is_named(void **state)
{
    (void)state;
    struct crawl newer = begin_newer();
    struct job_diff *diff = NULL;
    enum diff_side failed = DIFF_NEWER;
    char older[512];
    end(&newer, true);
    snprintf(older, sizeof(older), "%s", in_folder("1.sqlite"));
    assert_int_equal(job_diff_open(older, in_folder("2.sqlite"), &diff, &failed), -ENOENT);
    assert_int_equal(failed, DIFF_OLDER);
    snprintf(older, sizeof(older), "%s", in_folder("2.sqlite"));
    assert_int_equal(job_diff_open(older, in_folder("3.sqlite"), &diff, &failed), -ENOENT);
    assert_int_equal(failed, DIFF_NEWER);
}

static void kinds_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < DIFF_KIND_COUNT; i++) {
        enum diff_kind kind = DIFF_KIND_COUNT;
        assert_int_equal(diff_kind_parse(diff_kind_name((enum diff_kind)i), &kind), 0);
        assert_int_equal(kind, i);
    }
    enum diff_kind kind;
    assert_int_equal(diff_kind_parse("none", &kind), -EINVAL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_are_told_from_ended_jobs),
        TEST(changes_are_told_from_files_without_indexes),
        TEST(the_sums_are_those_of_the_lists),
        TEST(pages_that_were_not_crawled_are_told_apart),
        TEST(a_page_that_failed_takes_nothing_away),
        TEST(the_same_image_twice_is_paired_in_order),
        TEST(without_rules_texts_are_still_compared),
        TEST(a_file_that_is_missing_is_named),
        TEST(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
