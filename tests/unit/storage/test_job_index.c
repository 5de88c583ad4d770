/* The index of a job that has ended: it answers as the rows themselves do, is built in parts, and
 * can be asked anything. */
#include "site.h"

#include "storage/job_file.h"
#include "storage/job_index.h"
#include "storage/job_probes.h"
#include "storage/job_query.h"
#include "storage/query.h"

enum { PAGES = 40 };

/* What each test begins with: a job that has ended, of which no index was made. */

static const char *const places[] = {"header > a > img", "main > img", NULL, "footer > img"};
static const char *const landmarks[] = {"header", "main", NULL, "footer"};
static const char *const alts[] = {"The Café logo", "A quiet street", NULL, "Straße im Winter"};

static void enrich(struct site_page *site, int64_t id)
{
    for (int i = 0; i < SITE_IMAGES; i++) {
        struct store_image *image = &site->occurrences[i];
        image->place = text_of(places[i]);
        image->landmark = landmarks[i];
        image->alt = text_of(alts[i]);
        image->alt_state = alts[i] ? "text" : "missing";
        image->caption = text_of(i == 3 ? "A caption of many" : NULL);
        image->flags = i == 0;
        image->verdicts = (i == 2) | (uint64_t)(i == 3) << 4 | (uint64_t)(id % 3 == 0) << 16;
    }
}

static void put_rules(struct job_store *store)
{
    const struct store_rule rules[] = {
        {0, "alt_missing", "error", "t", "c", "r"},
        {1, "first", "error", "t", "c", "r"},
        {4, "alt_generic", "warning", "t", "c", "r"},
        {16, "dimensions_missing", "notice", "t", "c", "r"},
    };
    assert_int_equal(job_store_put_rules(store, rules, 4), 0);
}

static void put_probes(struct job_store *store)
{
    assert_int_equal(job_store_begin(store), 0);
    for (int64_t id = 1; id <= 20; id++) {
        const struct store_probe probe = {.image_id = id,
                                          .state = id % 4 ? "done" : "failed",
                                          .outcome = id % 4 ? "ok" : "http_4xx",
                                          .type = id % 2 ? "image/png" : "image/jpeg",
                                          .bytes = id * 1000,
                                          .width = id * 10,
                                          .height = id * 5,
                                          .probed_ms = 1,
                                          .is_animated = -1,
                                          .status = id % 4 ? 200 : 404};
        assert_int_equal(job_store_add_probe(store, &probe), 0);
    }
    assert_int_equal(job_store_commit(store), 0);
}

static const char *path;

static void make_job(void)
{
    struct job_store *store = NULL;
    path = in_folder("1.sqlite");
    assert_int_equal(job_store_remove(path), 0);
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    put_rules(store);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(append_seed(store), 0);
    for (int64_t id = 1; id <= PAGES; id++) {
        struct site_page site;
        site_batch(&site, id);
        enrich(&site, id);
        assert_int_equal(job_store_append(store, &site.batch), 0);
    }
    assert_int_equal(job_store_commit(store), 0);
    put_probes(store);
    assert_int_equal(job_store_finish(store), 0);
    job_store_free(store);
}

static const struct job_index_work no_judge = {0};

static void build(const struct job_index_work *work)
{
    assert_int_equal(job_index_build(path, work), 0);
}

static struct job_reader *open_reader(void)
{
    struct job_reader *reader = NULL;
    assert_int_equal(job_reader_open(path, &reader), 0);
    return reader;
}

/* The ids of an answer as a text. */
struct answer {
    char text[4096];
    size_t bytes;
};

static void add_id(struct answer *answer, int64_t id)
{
    answer->bytes += (size_t)snprintf(answer->text + answer->bytes,
                                      sizeof(answer->text) - answer->bytes, "%" PRId64 " ", id);
}

static int note_occurrence(const struct occurrence_result *row, void *arg)
{
    add_id(arg, row->id);
    return 0;
}

static int note_image(const struct image_result *row, void *arg)
{
    struct answer *answer = arg;
    add_id(answer, row->id);
    add_id(answer, row->occurrences);
    add_id(answer, row->pages);
    add_id(answer, row->alt_missing);
    return 0;
}

static void ask_both(struct query_filter filter, struct answer *occurrences, struct answer *images)
{
    struct job_reader *reader = open_reader();
    memset(occurrences, 0, sizeof(*occurrences));
    memset(images, 0, sizeof(*images));
    assert_int_equal(query_occurrences(reader, &filter, note_occurrence, occurrences), 0);
    assert_int_equal(query_images(reader, &filter, note_image, images), 0);
    job_reader_free(reader);
}

/* --- tests --------------------------------------------------------------------------------- */

static const struct query_filter filters[] = {
    {.limit = 7},
    {.alt_state = "missing"},
    {.alt_state = "empty"},
    {.source = "srcset", .limit = 5},
    {.source = "srcset", .after_id = 30, .limit = 5},
    {.host = "img.example"},
    {.host = "nowhere"},
    {.page_host = "example.com", .limit = 3},
    {.page_host = "nowhere"},
    {.page_id = 7},
    {.image_id = 1},
    {.rules = 1},
    {.rules = 1 | 16},
    {.rules = UINT64_C(1) << 40},
    {.rules = 1 << 16, .landmark = "header"},
    {.landmark = "none"},
    {.landmark = "footer", .limit = 4},
    {.link_only = "true"},
    {.link_only = "false", .limit = 50},
    {.probe = "ok"},
    {.probe = "http_4xx"},
    {.probe = "none"},
    {.image_type = "image/png"},
    {.image_type = "image/none"},
    {.min_bytes = 5000},
    {.max_bytes = 5000},
    {.min_bytes = 5000, .max_bytes = 9000},
    {.min_width = 50, .max_height = 60},
    {.min_bytes = INT64_MAX},
    {.status_min = 200, .status_max = 299, .limit = 3},
    {.status_min = 400, .status_max = 499},
    {.consent = "open", .limit = 3},
    {.consent = "reserved"},
    {.template = "0000000000000000"},
    {.probe = "ok", .rules = 16, .landmark = "footer", .image_type = "image/png", .min_width = 20},
    {.text = "straße"},
    {.text = "2x-", .landmark = "footer"},
};

static void answers_do_not_depend_on_the_index(void **state)
{
    enum { COUNT = sizeof(filters) / sizeof(*filters) };
    static struct answer before[COUNT][2], after[2];
    (void)state;
    make_job();
    for (size_t i = 0; i < COUNT; i++)
        ask_both(filters[i], &before[i][0], &before[i][1]);
    build(&no_judge);
    for (size_t i = 0; i < COUNT; i++) {
        ask_both(filters[i], &after[0], &after[1]);
        if (strcmp(before[i][0].text, after[0].text) || strcmp(before[i][1].text, after[1].text))
            fail_msg("filter %zu:\n%s\n%s\nimages:\n%s\n%s", i, before[i][0].text, after[0].text,
                     before[i][1].text, after[1].text);
    }
    assert_sound(path);
}

/* How many occurrences a search finds, and how it was answered. */
static int search(const char *text, struct query_told *ret_told)
{
    struct job_reader *reader = open_reader();
    struct answer answer = {0};
    struct query_filter filter = {.search = text, .told = ret_told};
    int r = query_occurrences(reader, &filter, note_occurrence, &answer);
    int count = 0;
    for (const char *at = answer.text; *at; at++)
        count += *at == ' ';
    job_reader_free(reader);
    return r < 0 ? r : count;
}

static const struct {
    const char *text;
    int found;
} searches[] = {
    {"cafe", PAGES},
    {"CAFÉ logo", PAGES},
    {"\"cafe logo\"", PAGES},
    {"\"logo cafe\"", 0},
    {"stra*", PAGES},
    {"quiet st*", PAGES},
    {"caption", PAGES},
    {"\"of many\"", PAGES},
    {"zebra", 0},
    {"7.jpg", 2},
    {"2x", PAGES},
    {"quoted", PAGES},
    {"logo street", 0},
    {"\"quiet st\"*", PAGES},
    /* what is no search at all, or would be more than one in FTS5 or SQL */
    {"", -1},
    {"\"", 0},
    {"*", 0},
    {"\"\"", 0},
    {"alt:street", 0},
    {"street OR zebra", 0},
    {"NOT street", 0},
    {"street NEAR zebra", 0},
    {"(street", PAGES},
    {"street)", PAGES},
    {"street'; DROP TABLE occurrences; --", 0},
    {"{alt title}: street", 0},
    {"^street", PAGES},
    {"+street", PAGES},
    {"-street", PAGES},
    {"street \"", PAGES},
    {"\"quiet", PAGES},
    {"str* *", 2 * PAGES},
    {"% _ \\ street", PAGES},
    {"\xff\xfe street", -1},
};

static void searches_find_alike_and_fail_on_nothing(void **state)
{
    (void)state;
    make_job();
    for (int is_indexed = 0; is_indexed <= 1; is_indexed++) {
        for (size_t i = 0; i < sizeof(searches) / sizeof(*searches); i++) {
            struct query_told told = {0};
            int found = search(searches[i].text, &told);
            if (found < 0 || (searches[i].found >= 0 && found != searches[i].found))
                fail_msg("%s (%s): %d", searches[i].text, is_indexed ? "index" : "scan", found);
            assert_int_equal(told.by_scan, !is_indexed);
            assert_int_equal(told.last_id, 0); /* all of it was looked at */
        }
        build(&no_judge);
    }
}

static void too_many_words_are_refused(void **state)
{
    char text[300] = "";
    (void)state;
    make_job();
    for (int i = 0; i < 33; i++)
        strcat(text, "word ");
    assert_int_equal(search(text, NULL), -E2BIG);
    text[strlen(text) - 5] = '\0';
    assert_int_equal(search(text, NULL), 0);
}

static void a_search_without_index_looks_at_a_part(void **state)
{
    (void)state;
    make_job();
    sqlite3 *db = look_into(path);
    char *answer = ask(db, "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE"
                           " i < 30000) INSERT INTO occurrences(id, page_id, source, position, alt,"
                           " alt_state) SELECT i, 1, 'img', 1, 'far away', 'text' FROM n");
    free(answer);
    sqlite3_close(db);
    struct query_told told = {0};
    assert_int_equal(search("quiet", &told), PAGES);
    assert_true(told.by_scan);
    assert_int_equal(told.last_id, QUERY_PART_IDS);
}

/* --- findings ------------------------------------------------------------------------------ */

static int note_finding(const struct finding_result *row, void *arg)
{
    struct answer *answer = arg;
    answer->bytes +=
        (size_t)snprintf(answer->text + answer->bytes, sizeof(answer->text) - answer->bytes,
                         "%d@%s:%" PRId64 "/%" PRId64 "/%" PRId64 " ", row->rule,
                         row->place ? row->place : "-", row->occurrences, row->pages, row->images);
    return 0;
}

static void list_findings(struct query_filter filter, struct answer *ret_answer)
{
    struct job_reader *reader = open_reader();
    memset(ret_answer, 0, sizeof(*ret_answer));
    assert_int_equal(query_finding_groups(reader, &filter, note_finding, ret_answer), 0);
    job_reader_free(reader);
}

static void findings_are_grouped_by_place(void **state)
{
    static const char all[] = "0@-:40/40/0 4@footer > img:40/40/40 16@-:13/13/0 "
                              "16@header > a > img:13/13/1 16@main > img:13/13/13 "
                              "16@footer > img:13/13/13 ";
    struct answer before, after;
    (void)state;
    make_job();
    list_findings((struct query_filter){0}, &before);
    build(&no_judge);
    list_findings((struct query_filter){0}, &after);
    assert_string_equal(after.text, all);
    assert_string_equal(before.text, all);
    list_findings((struct query_filter){.rules = 16}, &after);
    assert_string_equal(after.text, "4@footer > img:40/40/40 ");
    list_findings((struct query_filter){.after_id = 2, .limit = 1}, &after);
    assert_string_equal(after.text, "16@-:13/13/0 ");
}

static void verdicts_are_summed(void **state)
{
    int64_t counts[QUERY_VERDICTS];
    (void)state;
    make_job();
    struct job_reader *reader = open_reader();
    assert_int_equal(query_verdict_sums(reader, counts), -EAGAIN);
    assert_int_equal(query_verdict_counts(reader, 3, counts), 0);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[16], SITE_IMAGES);
    build(&no_judge);
    assert_int_equal(query_verdict_sums(reader, counts), 0);
    assert_int_equal(counts[0], PAGES);
    assert_int_equal(counts[16], 13 * SITE_IMAGES);
    job_reader_free(reader);
}

/* --- judging, stopping --------------------------------------------------------------------- */

struct judging {
    int surveyed, judged, judged_before_stop;
    atomic_bool stop;
};

static int survey(const struct index_row *row, void *arg)
{
    struct judging *judging = arg;
    judging->surveyed++;
    assert_non_null(row->image.alt.data);
    return 0;
}

static uint64_t judge(const struct index_row *row, void *arg)
{
    struct judging *judging = arg;
    if (++judging->judged == judging->judged_before_stop)
        judging->stop = true;
    return row->image.verdicts | (row->probe && row->probe->status == 404 ? 2 : 0);
}

static void the_judge_has_the_last_word(void **state)
{
    struct judging judging = {0};
    const struct job_index_work work = {.survey = survey, .judge = judge, .arg = &judging};
    (void)state;
    make_job();
    build(&work);
    assert_int_equal(judging.surveyed, 3 * PAGES);
    assert_int_equal(judging.judged, SITE_IMAGES * PAGES);
    assert_answer(path,
                  "SELECT count(*) = sum(o.verdicts & 2 != 0) AND count(*) > 0 FROM occurrences o"
                  " JOIN probes x USING (image_id) WHERE x.status = 404",
                  "1");
    build(&work); /* it is there */
    assert_int_equal(judging.judged, SITE_IMAGES * PAGES);
}

static void what_was_stopped_goes_on(void **state)
{
    struct judging judging = {.judged_before_stop = 10};
    struct job_index_work work = {.judge = judge, .arg = &judging, .stop = &judging.stop};
    (void)state;
    make_job();
    assert_int_equal(job_index_build(path, &work), -ECANCELED);
    assert_int_equal(job_index_build(path, &work), -ECANCELED); /* at once */
    struct job_reader *reader = open_reader();
    assert_false(query_is_indexed(reader));
    judging.stop = false;
    build(&work);
    assert_true(query_is_indexed(reader));
    job_reader_free(reader);
    assert_answer(path, "SELECT count(*) FROM texts", "81");
}

static void rows_that_come_later_make_it_anew(void **state)
{
    struct job_store *store = NULL;
    (void)state;
    make_job();
    build(&no_judge);
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    assert_int_equal(job_store_forget_index(store), 0);
    assert_int_equal(append_site(store, PAGES + 1, PAGES + 1, 1), 0);
    job_store_free(store);
    assert_int_equal(search("logo", NULL), PAGES + 1);
    build(&no_judge);
    assert_int_equal(search("logo", NULL), PAGES + 1);
}

static void there_is_no_index_of_no_file(void **state)
{
    (void)state;
    assert_int_equal(job_index_build(in_folder("none.sqlite"), &no_judge), -ENOENT);
    assert_int_equal(access(in_folder("none.sqlite"), F_OK), -1);
}

static void an_empty_job_has_an_index(void **state)
{
    struct job_store *store = NULL;
    (void)state;
    path = in_folder("empty.sqlite");
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    job_store_free(store);
    build(&no_judge);
    assert_int_equal(search("anything", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_do_not_depend_on_the_index),
        cmocka_unit_test(searches_find_alike_and_fail_on_nothing),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(a_search_without_index_looks_at_a_part),
        cmocka_unit_test(findings_are_grouped_by_place),
        cmocka_unit_test(verdicts_are_summed),
        cmocka_unit_test(the_judge_has_the_last_word),
        cmocka_unit_test(what_was_stopped_goes_on),
        cmocka_unit_test(rows_that_come_later_make_it_anew),
        cmocka_unit_test(there_is_no_index_of_no_file),
        cmocka_unit_test(an_empty_job_has_an_index),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
