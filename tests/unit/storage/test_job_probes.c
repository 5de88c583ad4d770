/* Images and style sheets of a job as things to be asked for: what is queued, what came of it, the
 * node's cache, and clusters. */
#include "site.h"

#include "storage/job_clusters.h"
#include "storage/job_probes.h"
#include "storage/probe_cache.h"

static struct job_store *open_store(void)
{
    struct job_store *store = NULL;
    const char *reason = NULL;
    assert_int_equal(job_store_open(in_folder("1.sqlite"), &store, &reason), 0);
    return store;
}

static struct store_image image_of(const char *url)
{
    return (struct store_image){
        .url = text_of(url), .alt_state = "missing", .source = "img", .position = 1};
}

/* A page with these images, and with style sheets. */
static void append_page(struct job_store *store, int64_t id, const char *const *urls, size_t count,
                        const char *const *sheets, size_t sheet_count)
{
    struct store_image images[8];
    struct store_text texts[8];
    for (size_t i = 0; i < count; i++)
        images[i] = image_of(urls[i]);
    for (size_t i = 0; i < sheet_count; i++)
        texts[i] = text_of(sheets[i]);
    const struct store_page page = {.id = id,
                                    .state = "done",
                                    .outcome = "ok",
                                    .images = images,
                                    .image_count = count,
                                    .style_sheets = texts,
                                    .style_sheet_count = sheet_count};
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_append(store, &(struct store_batch){.page = &page}), 0);
    assert_int_equal(job_store_commit(store), 0);
}

static int add_id(int64_t id, struct store_text url, void *arg)
{
    assert_true(url.bytes > 0);
    *(int64_t *)arg = *(int64_t *)arg * 10 + id;
    return 0;
}

static int64_t queued(struct job_store *store, enum store_asset kind, int64_t after_id)
{
    int64_t ids = 0;
    assert_int_equal(job_store_each_asset(store, kind, after_id, 3, add_id, &ids), 0);
    return ids;
}

static struct store_probe probe_of(int64_t id, const char *state, const char *outcome)
{
    return (struct store_probe){.image_id = id,
                                .state = state,
                                .outcome = outcome,
                                .type = "image/png",
                                .bytes = 10,
                                .width = 300,
                                .height = 200,
                                .is_animated = 0,
                                .status = 200,
                                .probed_ms = 1000};
}

static void add_probe(struct job_store *store, const struct store_probe *probe)
{
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_add_probe(store, probe), 0);
    assert_int_equal(job_store_commit(store), 0);
}

static const char *const urls[] = {"http://a.example/1.png", "data:image/png;base64,",
                                   "https://a.example/2.png", "http://a.example/3.png",
                                   "http://b.example/4.png"};

static void images_without_a_probe_are_queued_also_after_a_restart(void **state)
{
    (void)state;
    struct job_store *store = open_store();
    append_page(store, 1, urls, 5, NULL, 0);
    assert_int_equal(queued(store, STORE_IMAGE, 0), 134);
    assert_int_equal(queued(store, STORE_IMAGE, 4), 5);
    struct store_probe probe = probe_of(3, "done", "ok");
    add_probe(store, &probe);
    store = job_store_free(store);
    store = open_store();
    assert_int_equal(queued(store, STORE_IMAGE, 0), 145);
    assert_int_equal(job_store_last_asset(store, STORE_IMAGE), 5);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_add_probe(store, &probe), -EEXIST);
    job_store_rollback(store);
    job_store_free(store);
}

static void tally_counts_what_came_of_them(void **state)
{
    (void)state;
    struct store_asset_tally tally;
    struct job_store *store = open_store();
    append_page(store, 1, urls, 5, NULL, 0);
    struct store_probe probes[] = {probe_of(1, "done", "ok"), probe_of(3, "failed", "http_4xx")};
    add_probe(store, &probes[0]);
    add_probe(store, &probes[1]);
    assert_int_equal(job_store_asset_tally(store, STORE_IMAGE, &tally), 0);
    assert_int_equal(tally.done, 1);
    assert_int_equal(tally.failed, 1);
    assert_int_equal(tally.queued, 2);
    assert_int_equal(tally.last_id, 5);
    assert_int_equal(job_store_skip_assets(store, STORE_IMAGE, "max_seconds"), 0);
    assert_int_equal(job_store_asset_tally(store, STORE_IMAGE, &tally), 0);
    assert_int_equal(tally.queued, 0);
    assert_int_equal(tally.skipped, 2);
    assert_answer(in_folder("1.sqlite"),
                  "SELECT group_concat(image_id || ' ' || outcome, ', ') FROM probes",
                  "1 ok, 3 http_4xx, 4 max_seconds, 5 max_seconds");
    job_store_free(store);
}

static void style_sheet_is_known_once_and_its_images_stand_on_the_first_page(void **state)
{
    (void)state;
    static const char *const sheets[] = {"http://a.example/1.css", "http://a.example/2.css"};
    struct store_image image = image_of("http://a.example/bg.png");
    struct store_totals totals;
    struct job_store *store = open_store();
    append_page(store, 1, NULL, 0, sheets, 1);
    append_page(store, 2, NULL, 0, sheets, 2);
    store = job_store_free(store);
    store = open_store();
    append_page(store, 3, NULL, 0, sheets, 2);
    job_store_live_totals(store, &totals);
    assert_int_equal(totals.style_sheets, 2);
    assert_int_equal(queued(store, STORE_STYLE_SHEET, 0), 12);
    struct store_style_sheet sheet = {
        .id = 1, .state = "done", .outcome = "ok", .images = &image, .image_count = 1};
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_settle_style_sheet(store, &sheet), 0);
    assert_int_equal(job_store_commit(store), 0);
    assert_int_equal(queued(store, STORE_STYLE_SHEET, 0), 2);
    const char *file = in_folder("1.sqlite");
    assert_answer(file, "SELECT page_id FROM occurrences", "1");
    assert_answer(file, "SELECT group_concat(page_id || state || images) FROM style_sheets",
                  "1done1,2queued0");
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_settle_style_sheet(store, &sheet), -ENOENT);
    job_store_rollback(store);
    assert_int_equal(job_store_skip_assets(store, STORE_STYLE_SHEET, "cancelled"), 0);
    assert_answer(file, "SELECT group_concat(outcome) FROM style_sheets", "ok,cancelled");
    job_store_free(store);
}

/* The cache */

static struct probe_cache *open_cache(int64_t max_rows)
{
    struct probe_cache *cache = NULL;
    const char *reason = NULL;
    assert_int_equal(probe_cache_open(in_folder("probes.sqlite"), max_rows, &cache, &reason), 0);
    return cache;
}

static int check_cached(const struct cached_probe *cached, void *arg)
{
    const struct store_probe *wanted = arg;
    assert_true(cached->is_whole);
    assert_string_equal(cached->etag.data, "\"x\"");
    assert_string_equal(cached->probe.state, wanted->state);
    assert_string_equal(cached->probe.type, wanted->type);
    assert_int_equal(cached->probe.width, wanted->width);
    assert_int_equal(cached->probe.bytes, wanted->bytes);
    assert_int_equal(cached->probe.is_animated, wanted->is_animated);
    assert_memory_equal(cached->probe.sha256, wanted->sha256, STORE_SHA256_BYTES);
    assert_true(cached->probe.perceptual_hash == wanted->perceptual_hash);
    assert_null(cached->probe.final_url.data);
    return 7;
}

static void cache_gives_back_what_was_put_to_who_may_see_it(void **state)
{
    (void)state;
    static const unsigned char sha256[STORE_SHA256_BYTES] = {1, 2, 3};
    struct probe_key key = {.url = text_of(urls[0])}, inside = {text_of(urls[0]), true};
    struct cached_probe cached = {
        .probe = probe_of(0, "done", "ok"), .is_whole = true, .etag = text_of("\"x\"")};
    struct probe_cache *cache = open_cache(10);
    cached.probe.sha256 = sha256;
    cached.probe.perceptual_hash = INT64_MIN + 5;
    cached.probe.bytes = 0;
    assert_int_equal(probe_cache_get(cache, &key, check_cached, &cached.probe), -ENOENT);
    assert_int_equal(probe_cache_begin(cache), 0);
    assert_int_equal(probe_cache_put(cache, &inside, &cached), 0);
    assert_int_equal(probe_cache_commit(cache), 0);
    assert_int_equal(probe_cache_get(cache, &key, check_cached, &cached.probe), -ENOENT);
    assert_int_equal(probe_cache_get(cache, &inside, check_cached, &cached.probe), 7);
    probe_cache_free(cache);
}

static void cache_keeps_the_latest_rows(void **state)
{
    (void)state;
    char url[64];
    int64_t count = 0;
    struct probe_cache *cache = open_cache(100);
    struct cached_probe cached = {.probe = probe_of(0, "done", "ok")};
    assert_int_equal(probe_cache_begin(cache), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(url, sizeof(url), "http://a.example/%d", i % 500);
        assert_int_equal(probe_cache_put(cache, &(struct probe_key){.url = text_of(url)}, &cached),
                         0);
    }
    assert_int_equal(probe_cache_commit(cache), 0);
    cache = probe_cache_free(cache);
    cache = open_cache(100);
    assert_int_equal(probe_cache_put(cache, &(struct probe_key){.url = text_of("x")}, &cached), 0);
    assert_int_equal(probe_cache_count(cache, &count), 0);
    assert_int_equal(count, 100);
    assert_answer(in_folder("probes.sqlite"),
                  "SELECT min(CAST(substr(url, 18) AS INTEGER))"
                  " FROM probes WHERE url <> 'x'",
                  "401");
    probe_cache_free(cache);
}

/* Clusters */

struct picture {
    const char *url;
    int sha;
    uint64_t hash;
    int64_t width, height;
};

static void append_pictures(struct job_store *store, const struct picture *pictures, size_t count)
{
    unsigned char sha256[STORE_SHA256_BYTES] = {0};
    for (size_t i = 0; i < count; i++) {
        struct store_probe probe = probe_of((int64_t)i + 1, "done", "ok");
        append_page(store, (int64_t)i + 1, &pictures[i].url, 1, NULL, 0);
        sha256[7] = (unsigned char)pictures[i].sha;
        probe.sha256 = pictures[i].sha ? sha256 : NULL;
        probe.perceptual_hash = (int64_t)pictures[i].hash;
        probe.width = pictures[i].width;
        probe.height = pictures[i].height;
        add_probe(store, &probe);
    }
}

static void cluster(void)
{
    sqlite3 *db = look_into(in_folder("1.sqlite"));
    assert_int_equal(job_cluster(db, NULL), 0);
    sqlite3_close(db);
}

static void assert_clusters(const struct picture *pictures, size_t count, const char *wanted)
{
    struct job_store *store = open_store();
    append_pictures(store, pictures, count);
    for (int again = 0; again < 2; again++) {
        cluster();
        assert_answer(in_folder("1.sqlite"),
                      "SELECT group_concat(ifnull(cluster_id, '-'), ' ') FROM"
                      " (SELECT * FROM images ORDER BY id)",
                      wanted);
    }
    job_store_free(store);
}

static void same_bytes_are_one_cluster(void **state)
{
    (void)state;
    static const struct picture pictures[] = {{.url = "http://a.example/1", .sha = 1},
                                              {.url = "http://a.example/2", .sha = 2},
                                              {.url = "http://a.example/3", .sha = 1},
                                              {.url = "http://a.example/4"},
                                              {.url = "http://a.example/5"}};
    assert_clusters(pictures, 5, "1 - 1 - -");
}

#define HASH UINT64_C(0x123456789abcdef0)

static void nearly_the_same_are_one_cluster_and_nothing_is_chained(void **state)
{
    (void)state;
    static const struct picture pictures[] = {
        {"http://a.example/1", 1, HASH, 300, 200},
        {"http://a.example/2", 2, HASH ^ 0x3f, 600, 400},                   /* 6 bits: near */
        {"http://a.example/3", 3, HASH ^ 0x7f, 300, 200},                   /* 7: not near to 1 */
        {"http://a.example/4", 4, HASH ^ (UINT64_C(0x15) << 40), 300, 200}, /* 3 bits */
        {"http://a.example/5", 5, HASH, 300, 300},                          /* another shape */
        {"http://a.example/6", 6, 1, 300, 200},                             /* no detail */
        {"http://a.example/7", 7, 1, 300, 200},
        {"http://a.example/8", 8, HASH ^ UINT64_C(0x8040201008040000), 300, 200}}; /* spread */
    assert_clusters(pictures, 8, "1 1 - 1 - - - 1");
}

static void sizes_of_one_url_are_one_cluster_where_their_shape_is_the_same(void **state)
{
    (void)state;
    static const struct picture pictures[] = {
        {"http://a.example/p.jpg", 0, 0, 3000, 2000},
        {"http://a.example/p-300x200.jpg", 0, 0, 300, 200},
        {"http://a.example/p-150x150.jpg", 0, 0, 150, 150}, /* a part of it */
        {"http://a.example/p.jpg?w=600", 0, 0, 601, 400},
        {"http://a.example/q.jpg?w=600", 0, 0, 600, 400},
        {"http://a.example/q.jpg?w=300", 0, 0, 0, 0}, /* size not known */
        {"http://a.example/p-300.jpg", 0, 0, 300, 200}};
    assert_clusters(pictures, 7, "1 1 - 1 5 5 -");
}

static void what_is_no_image_is_in_no_cluster(void **state)
{
    (void)state;
    struct job_store *store = open_store();
    append_page(store, 1,
                (const char *const[]){"http://a.example/p.jpg", "http://a.example/p@2x.jpg"}, 2,
                NULL, 0);
    struct store_probe good = probe_of(1, "done", "ok"), html = probe_of(2, "done", "ok");
    html.type = "text/html";
    add_probe(store, &good);
    add_probe(store, &html);
    cluster();
    assert_answer(in_folder("1.sqlite"), "SELECT count(cluster_id) FROM images", "0");
    job_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
        TEST(images_without_a_probe_are_queued_also_after_a_restart),
        TEST(tally_counts_what_came_of_them),
        TEST(style_sheet_is_known_once_and_its_images_stand_on_the_first_page),
        TEST(cache_gives_back_what_was_put_to_who_may_see_it),
        TEST(cache_keeps_the_latest_rows),
        TEST(same_bytes_are_one_cluster),
        TEST(nearly_the_same_are_one_cluster_and_nothing_is_chained),
        TEST(sizes_of_one_url_are_one_cluster_where_their_shape_is_the_same),
        TEST(what_is_no_image_is_in_no_cluster),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
