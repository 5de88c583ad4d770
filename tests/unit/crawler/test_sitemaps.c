/* Sitemaps in a crawl, on a real engine: which are read, what they make known, and that nothing is
 * read or stored twice, whenever it is interrupted. Estimates, which walk the same way. This binary
 * is its own parse process. */
#include "tests/unit/crawler/engine_world.h"

#include "crawler/sitemaps/estimate.h"

static struct world world;

/* The site: what robots.txt and each sitemap say; pages are the numbers, and show an image. */
static char robots_text[512];
static struct file {
    const char *path, *status, *headers;
    const char *body; /* %1$u: the port */
    unsigned asked;
} * files;

static char *body_of(const struct file *file)
{
    char *body = NULL;
    const char *from = file->body;
    size_t bytes = 0;
    FILE *out = open_memstream(&body, &bytes);
    for (const char *port; (port = strstr(from, "PORT")) != NULL; from = port + 4)
        fprintf(out, "%.*s%u", (int)(port - from), from, world.site->port);
    fputs(from, out);
    fclose(out);
    return body;
}

static void serve(struct site_server *server, int fd, const char *path)
{
    if (strcmp(path, "/robots.txt") == 0) {
        site_answer(fd, "200 OK", "", robots_text);
        return;
    }
    for (struct file *file = files; file && file->path; file++) {
        if (strcmp(file->path, path) != 0)
            continue;
        __atomic_add_fetch(&file->asked, 1, __ATOMIC_RELAXED);
        if (strstr(path, "gate"))
            site_wait_at_gate(server);
        char *body = body_of(file), *answer = NULL;
        int bytes = asprintf(&answer, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                             file->status ? file->status : "200 OK",
                             file->headers ? file->headers : "", strlen(body), body);
        raw_send(fd, answer, (size_t)bytes);
        free(answer);
        free(body);
        return;
    }
    if (atoi(path + 1) > 0)
        site_answer(fd, "200 OK", "", "<title>x</title><img src=/own.png alt=own>");
    else
        site_answer(fd, "404 None", "", "");
}

static int begin(void **state)
{
    (void)state;
    files = NULL;
    robots_text[0] = '\0';
    make_folder(state);
    world_begin(&world, serve);
    return 0;
}

static int end(void **state)
{
    world_end(&world);
    remove_folder(state);
    return 0;
}

#define URLSET(body) "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" body "</urlset>"
#define INDEX(body)  "<sitemapindex>" body "</sitemapindex>"
#define LOC(path)    "<loc>http://127.0.0.1:PORT" path "</loc>"
#define URL(path)    "<url>" LOC(path) "</url>"
#define MAP(path)    "<sitemap>" LOC(path) "</sitemap>"

static int64_t create_with(const char *more)
{
    char text[300];
    snprintf(text, sizeof text, "{\"seeds\": [\"http://127.0.0.1:%u/1\"]%s}", world.site->port,
             more);
    struct job_settings *settings = settings_of(text);
    struct promise *created = engine_create_job(world.engine, settings);
    job_settings_free(settings);
    assert_int_equal(wait_for(created), PROMISE_RESOLVED);
    int64_t id = *(const int64_t *)promise_value(created);
    promise_unref(created);
    return id;
}

static int64_t finish_with(const char *more)
{
    int64_t id = create_with(more);
    wait_for_state(&world, id, JOB_FINISHED);
    assert_sound(job_file(id));
    return id;
}

static void pages_that_only_a_sitemap_names_are_found(void **state)
{
    static struct file site[] = {
        {.path = "/sitemap.xml", .body = URLSET(URL("/1") URL("/2") URL("/3"))}, {0}};
    (void)state;
    files = site;
    int64_t id = finish_with("");
    const char *file = job_file(id);
    assert_answer(file, "SELECT count(*) FROM pages WHERE outcome = 'ok'", "3");
    assert_answer(file,
                  "SELECT group_concat(via || ' ' || depth || ' ' || ifnull(parent_id, '-'), ', ')"
                  " FROM (SELECT * FROM urls ORDER BY id)",
                  "seed 0 -, sitemap 1 -, sitemap 1 -");
    assert_answer(file, "SELECT via || ' ' || kind || ' ' || entries FROM sitemaps",
                  "well_known urlset 3");
    assert_answer(file, "SELECT group_concat(url_id) FROM sitemap_urls WHERE url IS NULL", "1,2,3");
    assert_int_equal(world.last.counts.known, 3);
}

static void sitemaps_named_in_robots_are_read_instead_of_the_usual_one(void **state)
{
    static struct file site[] = {{.path = "/sitemap.xml", .body = URLSET(URL("/9"))},
                                 {.path = "/a.txt", .body = "http://127.0.0.1:PORT/2\n"},
                                 {.path = "/b.xml", .body = INDEX(MAP("/c.xml") MAP("/b.xml"))},
                                 {.path = "/c.xml", .body = INDEX(MAP("/b.xml") MAP("/d.xml"))},
                                 {.path = "/d.xml", .body = URLSET(URL("/3"))},
                                 {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text,
             "Sitemap: http://127.0.0.1:%u/a.txt\nSitemap: http://127.0.0.1:%u/b.xml\n",
             world.site->port, world.site->port);
    const char *file = job_file(finish_with(""));
    assert_int_equal(site[0].asked, 0);
    for (int i = 1; i < 5; i++)
        assert_int_equal(site[i].asked, 1); /* loops of indexes, too */
    assert_answer(file, "SELECT count(*) FROM pages WHERE outcome = 'ok'", "3");
    assert_answer(file, "SELECT group_concat(via || ' ' || kind, ', ') FROM sitemaps",
                  "robots text, robots index, index index, index urlset");
}

static void sitemap_that_robots_disallows_is_not_read(void **state)
{
    static struct file site[] = {{.path = "/no.xml", .body = URLSET(URL("/2"))}, {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text,
             "User-agent: *\nDisallow: /no.xml\nSitemap: http://127.0.0.1:%u/no.xml\n",
             world.site->port);
    const char *file = job_file(finish_with(""));
    assert_int_equal(site[0].asked, 0);
    assert_answer(file, "SELECT outcome || ': ' || detail FROM sitemaps",
                  "robots_disallowed: robots.txt line 2: Disallow: /no.xml");
}

static void sitemaps_are_left_alone_where_they_are_of_no_use(void **state)
{
    static const char *const settings[] = {", \"sitemaps\": \"off\"", ", \"max_pages\": 1",
                                           ", \"max_depth\": 0", ", \"max_sitemaps\": 0"};
    static struct file site[] = {{.path = "/sitemap.xml", .body = URLSET(URL("/2"))}, {0}};
    (void)state;
    files = site;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        finish_with(settings[i]);
    finish_with(", \"sitemaps\": \"robots\"");
    assert_int_equal(site[0].asked, 0);
}

static void sitemap_is_found_through_redirects(void **state)
{
    static struct file site[] = {{.path = "/sitemap.xml",
                                  .status = "301 Moved",
                                  .headers = "Location: /map\r\n",
                                  .body = ""},
                                 {.path = "/map", .body = URLSET(URL("/2"))},
                                 {0}};
    (void)state;
    files = site;
    const char *file = job_file(finish_with(""));
    assert_answer(file, "SELECT count(*) FROM pages WHERE outcome = 'ok'", "2");
    assert_answer(file, "SELECT outcome || status FROM sitemaps", "ok200");
}

static void sitemap_that_fails_is_tried_again_and_told(void **state)
{
    static struct file site[] = {{.path = "/5xx.xml", .status = "503 Busy", .body = ""}, {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text, "Sitemap: http://127.0.0.1:%u/5xx.xml\n",
             world.site->port);
    const char *file = job_file(finish_with(""));
    assert_int_equal(site[0].asked, 2); /* max_attempts */
    assert_answer(file, "SELECT outcome || status || entries FROM sitemaps", "http_5xx5030");
}

static void images_of_a_sitemap_become_occurrences_on_their_pages(void **state)
{
#define IMAGE(path)                                                                                \
    "<image:image><image:loc>http://127.0.0.1:PORT" path "</image:loc>"                            \
    "<image:title>T</image:title><image:caption>C</image:caption></image:image>"
    static struct file site[] = {
        {.path = "/sitemap.xml",
         .body = "<urlset xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
                 "<url>" LOC("/1")
                     IMAGE("/a.png") "</url>"
                                     "<url>" LOC("/2") IMAGE("/a.png")
                                         IMAGE("/b.png") "</url>"
                                                         "<url>" LOC("/2")
                                                             IMAGE("/c.png") "</url></urlset>"},
        {0}};
    (void)state;
    files = site;
    const char *file = job_file(finish_with(""));
    assert_answer(file,
                  "SELECT group_concat(page_id || i.url, ' ') FROM (SELECT o.page_id,"
                  " substr(i.url, -6) AS url FROM occurrences o JOIN images i ON i.id = o.image_id"
                  " WHERE o.source = 'sitemap' AND o.alt_state = 'not_applicable' AND o.title = 'T'"
                  " AND o.alt = 'C' ORDER BY 1, 2) i",
                  "1/a.png 2/a.png 2/b.png 2/c.png");
    assert_int_equal(world.last.counts.occurrences, 6); /* each page shows one */
    assert_int_equal(world.last.counts.images, 4);
    assert_int_equal(world.last.counts.alt_not_applicable, 4);
}

static void urls_of_a_sitemap_are_cleaned_as_links_are(void **state)
{
    static struct file site[] = {{.path = "/sitemap.xml",
                                  .body = "<urlset><url>" LOC("/2?utm_source=a") "</url><url>" LOC(
                                      "/2?utm_source=b") IMAGE("/a.png") "</url></urlset>"},
                                 {0}};
    (void)state;
    files = site;
    const char *file = job_file(finish_with(", \"remove_tracking\": true"));
    assert_answer(file, "SELECT count(*) FROM urls", "2");
    assert_answer(file, "SELECT group_concat(ifnull(url_id, '-')) FROM sitemap_urls", "2,2");
    assert_answer(file, "SELECT page_id FROM occurrences WHERE source = 'sitemap'", "2");
}

/* Long enough for some batches. */
static char *long_body(unsigned urls)
{
    char *body = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&body, &bytes);
    fputs("<urlset>", out);
    for (unsigned i = 1; i <= urls; i++)
        fprintf(out,
                "<url><loc>http://127.0.0.1:%u/%u</loc><image><loc>http://i.example/%u</loc>"
                "</image></url>",
                world.site->port, i, i);
    fputs("</urlset>", out);
    fclose(out);
    return body;
}

enum { MANY = 5000 };

static void assert_all_of_many(int64_t id)
{
    const char *file = job_file(id);
    assert_sound(file);
    assert_answer(file, "SELECT count(*) || ' ' || count(DISTINCT url) FROM urls", "5000 5000");
    assert_answer(file, "SELECT count(*) || ' ' || count(DISTINCT url_id) FROM sitemap_urls",
                  "5000 5000");
    assert_answer(file,
                  "SELECT count(*) || ' ' || count(DISTINCT page_id) FROM occurrences"
                  " WHERE source = 'sitemap' AND page_id > 0",
                  "5000 5000");
    assert_answer(file, "SELECT outcome || entries || ' ' || images FROM sitemaps", "ok5000 5000");
    assert_int_equal(world.last.counts.known, MANY);
    assert_int_equal(world.last.counts.alt_not_applicable, MANY);
}

static void sitemap_interrupted_at_many_moments_is_stored_once(void **state)
{
    char *body = long_body(MANY);
    struct file site[] = {{.path = "/sitemap.xml", .body = body}, {0}};
    unsigned interrupted = 0;
    (void)state;
    files = site;
    for (int wait_ms = 0; wait_ms < 100; wait_ms += 12) {
        int64_t id = create_with(", \"include\": [\"*/1\", \"*/2\"]");
        run_loop_for(world.loop, wait_ms);
        for (int pause_ms = 50; world.last.job_id != id || world.last.state != JOB_FINISHED;
             pause_ms *= 2) {
            world_shutdown(&world, 0);
            world_open_engine(&world, true);
            interrupted++;
            run_loop_for(world.loop, pause_ms);
        }
        assert_all_of_many(id);
    }
    assert_true(interrupted > 0);
    free(body);
}

static void nested_sitemaps_that_wait_are_read_after_a_restart(void **state)
{
    static struct file site[] = {
        {.path = "/sitemap.xml", .body = INDEX(MAP("/gate.xml") MAP("/b.xml"))},
        {.path = "/gate.xml", .body = URLSET(URL("/2"))},
        {.path = "/b.xml", .body = URLSET(URL("/3"))},
        {0}};
    (void)state;
    files = site;
    site_set_gate(world.site, false);
    int64_t id = create_with("");
    wait_for_gate(&world, 1);
    world_shutdown(&world, 0);
    assert_answer(job_file(id), "SELECT group_concat(ifnull(outcome, '-')) FROM sitemaps",
                  "ok,-,-");
    site_set_gate(world.site, true);
    world_open_engine(&world, true);
    wait_for_state(&world, id, JOB_FINISHED);
    assert_int_equal(site[0].asked, 1);
    assert_int_equal(site[2].asked, 1);
    assert_answer(job_file(id), "SELECT count(*) FROM pages WHERE outcome = 'ok'", "3");
    assert_answer(job_file(id), "SELECT group_concat(outcome) FROM sitemaps", "ok,ok,ok");
}

static void job_that_is_cancelled_does_not_wait_for_sitemaps(void **state)
{
    static struct file site[] = {{.path = "/gate.xml", .body = ""}, {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text, "Sitemap: http://127.0.0.1:%u/gate.xml\n",
             world.site->port);
    site_set_gate(world.site, false);
    int64_t id = create_with("");
    wait_for_gate(&world, 1);
    assert_int_equal(end_of(engine_act(world.engine, id, JOB_CANCEL)), 0);
    wait_for_state(&world, id, JOB_CANCELLED);
    int64_t limited = create_with(", \"max_pages\": 2, \"max_seconds\": 1");
    wait_for_state(&world, limited, JOB_FINISHED);
    assert_string_equal(world.last.reason, "max_seconds");
}

static void sitemaps_beyond_the_limit_are_left_out_and_told(void **state)
{
    static struct file site[] = {
        {.path = "/sitemap.xml", .body = INDEX(MAP("/b.xml") MAP("/c.xml") MAP("/d.xml"))},
        {.path = "/b.xml", .body = URLSET(URL("/2"))},
        {0}};
    (void)state;
    files = site;
    const char *file = job_file(finish_with(", \"max_sitemaps\": 2"));
    assert_answer(file, "SELECT count(*) FROM sitemaps", "2");
    assert_answer(file, "SELECT detail LIKE '2 of the sitemaps%' FROM sitemaps WHERE id = 1", "1");
}

/* Estimates */

static struct promise *begin_estimate(const char *more)
{
    char text[300];
    snprintf(text, sizeof text, "{\"seeds\": [\"http://127.0.0.1:%u/1\"]%s}", world.site->port,
             more);
    return engine_estimate(world.engine, settings_of(text));
}

static void estimate_counts_what_sitemaps_name_and_fetches_no_page(void **state)
{
    static struct file site[] = {
        {.path = "/sitemap.xml", .body = INDEX(MAP("/a.xml") MAP("/b.txt"))},
        {.path = "/a.xml",
         .body = URLSET(URL("/1") "<url>" LOC("/2") "<lastmod>2024-05-06</lastmod></url>" URL(
             "/no/3") "<url><loc>http://other.example/</loc></url>")},
        {.path = "/b.txt", .body = "http://127.0.0.1:PORT/2\nhttp://127.0.0.1:PORT/4\n"},
        {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text, "User-agent: *\nDisallow: /no\n");
    struct promise *asked = begin_estimate("");
    assert_int_equal(wait_for(asked), PROMISE_RESOLVED);
    const struct estimate *estimate = promise_value(asked);
    assert_true(estimate->is_complete);
    assert_false(estimate->is_at_least);
    assert_int_equal(estimate->pages, 3); /* /1, /2, /4 */
    assert_int_equal(estimate->visits, 3);
    assert_int_equal(estimate->disallowed, 1);
    assert_int_equal(estimate->out_of_scope, 1);
    assert_int_equal(estimate->sitemaps_read, 3);
    assert_int_equal(estimate->site_count, 1);
    assert_string_equal(estimate->sites[0].newest_lastmod, "2024-05-06");
    assert_true(estimate->seconds > 0);
    assert_int_equal(estimate->obstacle_count, 0);
    assert_int_equal(world.site->requests, 4); /* robots.txt and three sitemaps */
    promise_unref(asked);
}

static bool has_obstacle(const struct estimate *estimate, const char *code)
{
    for (size_t i = 0; i < estimate->obstacle_count; i++) {
        if (strcmp(estimate->obstacles[i].code, code) == 0)
            return true;
    }
    return false;
}

static void estimate_names_what_stands_in_the_way(void **state)
{
    (void)state;
    snprintf(robots_text, sizeof robots_text, "User-agent: *\nDisallow: /1\nCrawl-delay: 30\n");
    struct promise *asked = begin_estimate("");
    assert_int_equal(wait_for(asked), PROMISE_RESOLVED);
    const struct estimate *estimate = promise_value(asked);
    assert_true(estimate->is_at_least);
    assert_int_equal(estimate->pages, 0);
    assert_true(has_obstacle(estimate, "seed_disallowed"));
    assert_true(has_obstacle(estimate, "no_sitemap"));
    assert_int_equal(estimate->sites[0].disallow_line, 2);
    assert_int_equal(estimate->sites[0].crawl_delay_ms, 30000);
    promise_unref(asked);
}

static void estimate_ends_with_the_engine_and_when_it_is_cancelled(void **state)
{
    static struct file site[] = {{.path = "/gate.xml", .body = ""}, {0}};
    (void)state;
    files = site;
    snprintf(robots_text, sizeof robots_text, "Sitemap: http://127.0.0.1:%u/gate.xml\n",
             world.site->port);
    site_set_gate(world.site, false);
    struct promise *first = begin_estimate(""), *second = begin_estimate("");
    wait_for_gate(&world, 2);
    promise_cancel(first);
    world_shutdown(&world, 0);
    assert_int_equal(promise_state_of(first), PROMISE_REJECTED);
    assert_int_equal(promise_state_of(second), PROMISE_REJECTED);
    promise_unref(first);
    promise_unref(second);
}

#define SITEMAPS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "parse-process") == 0)
        return parse_process_main(argc, argv);
    const struct CMUnitTest tests[] = {
        SITEMAPS_TEST(pages_that_only_a_sitemap_names_are_found),
        SITEMAPS_TEST(sitemaps_named_in_robots_are_read_instead_of_the_usual_one),
        SITEMAPS_TEST(sitemap_that_robots_disallows_is_not_read),
        SITEMAPS_TEST(sitemaps_are_left_alone_where_they_are_of_no_use),
        SITEMAPS_TEST(sitemap_is_found_through_redirects),
        SITEMAPS_TEST(sitemap_that_fails_is_tried_again_and_told),
        SITEMAPS_TEST(images_of_a_sitemap_become_occurrences_on_their_pages),
        SITEMAPS_TEST(urls_of_a_sitemap_are_cleaned_as_links_are),
        SITEMAPS_TEST(sitemap_interrupted_at_many_moments_is_stored_once),
        SITEMAPS_TEST(nested_sitemaps_that_wait_are_read_after_a_restart),
        SITEMAPS_TEST(job_that_is_cancelled_does_not_wait_for_sitemaps),
        SITEMAPS_TEST(sitemaps_beyond_the_limit_are_left_out_and_told),
        SITEMAPS_TEST(estimate_counts_what_sitemaps_name_and_fetches_no_page),
        SITEMAPS_TEST(estimate_names_what_stands_in_the_way),
        SITEMAPS_TEST(estimate_ends_with_the_engine_and_when_it_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
