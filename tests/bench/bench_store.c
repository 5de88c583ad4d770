/* What storing costs: pages of 9 images and 2 new links, appended in group commits, timed at
 * several sizes of the file; then resume, finish, the queries and the exports on what came of it.
 *
 *   bench_store [PAGES [PAGES_PER_COMMIT [PERCENT_NEW_IMAGES [HOSTS]]]]   default: 300000 32 100 1
 *
 * CPU is that of this thread, wall includes waiting for the disk. The file is made in $TMPDIR
 * (/tmp) and removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/export.h"
#include "storage/job_index.h"
#include "storage/job_query.h"
#include "storage/job_store.h"

enum { IMAGES = 9, LINKS = 2, SAMPLE_PAGES = 10000, TEXT_BYTES = 160 };

static struct {
    int64_t pages, pages_per_commit, percent_new, hosts;
} options = {.pages = 300000, .pages_per_commit = 32, .percent_new = 100, .hosts = 1};

static char path[4096];

static void demand(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench_store: %s: %s\n", what, strerror(-r));
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* --- one page ------------------------------------------------------------------------------ */

struct page_texts {
    char links[LINKS][TEXT_BYTES], images[IMAGES][TEXT_BYTES], alts[IMAGES][TEXT_BYTES];
    struct store_url urls[LINKS];
    struct store_image occurrences[IMAGES];
    struct store_page page;
};

static int64_t last_url_id, last_image;

/* The same numbers in each run. */
static uint64_t next_random(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

static struct store_text text_of(const char *text)
{
    return (struct store_text){.data = text, .bytes = strlen(text)};
}

static void make_links(struct page_texts *texts, int64_t page_id)
{
    for (int i = 0; i < LINKS; i++) {
        int64_t id = ++last_url_id;
        int64_t origin_id = id % options.hosts + 1;
        snprintf(texts->links[i], TEXT_BYTES,
                 "https://www%" PRId64 ".example.com/section/%" PRId64 "/article-%" PRId64 ".html",
                 origin_id, id % 97, id);
        texts->urls[i] = (struct store_url){.id = id,
                                            .origin_id = origin_id,
                                            .parent_id = page_id,
                                            .url = text_of(texts->links[i]),
                                            .via = "link",
                                            .depth = 3};
    }
}

static int64_t choose_image(void)
{
    bool is_new = (int64_t)(next_random() % 100) < options.percent_new;
    if (is_new || last_image == 0)
        return ++last_image;
    return 1 + (int64_t)(next_random() % (uint64_t)last_image);
}

static void make_image(struct page_texts *texts, int i)
{
    int64_t image = choose_image();
    bool has_alt = next_random() % 10 > 0;
    snprintf(texts->images[i], TEXT_BYTES,
             "https://cdn%" PRId64 ".example.com/media/%" PRId64 "/photo-%" PRId64 ".jpg",
             image % 4, image % 1009, image);
    snprintf(texts->alts[i], TEXT_BYTES, "A photo, number %" PRId64 ", of a quiet street", image);
    texts->occurrences[i] = (struct store_image){
        .url = text_of(texts->images[i]),
        .host = text_of("cdn.example.com"),
        .raw = text_of(texts->images[i] + 24),
        .alt = has_alt ? text_of(texts->alts[i]) : (struct store_text){0},
        .alt_state = has_alt ? "text" : "missing",
        .source = "img",
        .width = text_of("640"),
        .height = text_of("480"),
        .loading = text_of("lazy"),
        .position = (uint32_t)i,
    };
}

static void make_page(struct page_texts *texts, int64_t id)
{
    make_links(texts, id);
    for (int i = 0; i < IMAGES; i++)
        make_image(texts, i);
    texts->page = (struct store_page){.id = id,
                                      .state = "done",
                                      .outcome = "ok",
                                      .content_type = text_of("text/html"),
                                      .charset = text_of("utf-8"),
                                      .title = text_of("An article about quiet streets"),
                                      .fetched_ms = 1700000000000 + id,
                                      .fetch_ms = 80,
                                      .body_bytes = 19000,
                                      .status = 200,
                                      .attempts = 1,
                                      .link_elements = 40,
                                      .image_elements = IMAGES,
                                      .images = texts->occurrences,
                                      .image_count = IMAGES};
}

/* --- appending ----------------------------------------------------------------------------- */

static void append_seeds(struct job_store *store, struct page_texts *texts)
{
    demand(job_store_begin(store), "begin");
    for (int64_t host = 1; host <= options.hosts; host++) {
        char origin[64];
        snprintf(origin, sizeof(origin), "https://www%" PRId64 ".example.com", host);
        struct store_origin row = {host, text_of(origin), text_of(origin + 8)};
        struct store_batch batch = {.origins = &row, .origin_count = 1};
        demand(job_store_append(store, &batch), "append an origin");
    }
    make_links(texts, 0);
    struct store_batch seeds = {.urls = texts->urls, .url_count = LINKS};
    demand(job_store_append(store, &seeds), "append seeds");
    demand(job_store_commit(store), "commit");
}

struct stopwatch {
    double cpu, wall;
};

/* Making the texts of pages is not what is measured: those of one transaction are made before it.
 */
static void append_pages(struct job_store *store, struct page_texts *texts, int64_t first,
                         int64_t count, struct stopwatch *time)
{
    for (int64_t i = 0; i < count; i++)
        make_page(&texts[i], first + i);
    time->cpu -= seconds(CLOCK_THREAD_CPUTIME_ID);
    time->wall -= seconds(CLOCK_MONOTONIC);
    demand(job_store_begin(store), "begin");
    for (int64_t i = 0; i < count; i++) {
        struct store_batch batch = {
            .urls = texts[i].urls, .url_count = LINKS, .page = &texts[i].page};
        demand(job_store_append(store, &batch), "append");
    }
    demand(job_store_commit(store), "commit");
    time->cpu += seconds(CLOCK_THREAD_CPUTIME_ID);
    time->wall += seconds(CLOCK_MONOTONIC);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_reported(int64_t first, int64_t count)
{
    static const int64_t sizes[] = {1000, 10000, 100000, 200000, 300000, 1000000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        if (first <= sizes[i] && sizes[i] < first + count)
            return true;
    return first + count > options.pages;
}

static void bench_append(struct job_store *store)
{
    struct page_texts *texts = calloc((size_t)options.pages_per_commit, sizeof(*texts));
    if (!texts)
        demand(-ENOMEM, "start");
    append_seeds(store, texts);
    printf("%10s %12s %12s\n", "pages", "CPU us/page", "wall us/page");
    for (int64_t first = 1; first <= options.pages;) {
        int64_t sample = smaller(first == 1 ? 1000 : SAMPLE_PAGES, options.pages - first + 1);
        struct stopwatch time = {0};
        for (int64_t done = 0; done < sample; done += options.pages_per_commit)
            append_pages(store, texts, first + done,
                         smaller(options.pages_per_commit, sample - done), &time);
        if (is_reported(first, sample))
            printf("%10" PRId64 " %12.1f %12.1f\n", first + sample - 1,
                   time.cpu / (double)sample * 1e6, time.wall / (double)sample * 1e6);
        first += sample;
    }
    free(texts);
}

/* --- reading ------------------------------------------------------------------------------- */

static int count_image(const struct image_result *row, void *arg)
{
    (void)row;
    ++*(int64_t *)arg;
    return 0;
}

static int count_occurrence(const struct occurrence_result *row, void *arg)
{
    (void)row;
    ++*(int64_t *)arg;
    return 0;
}

static int count_page(const struct page_result *row, void *arg)
{
    (void)row;
    ++*(int64_t *)arg;
    return 0;
}

static void bench_images(const char *what, struct query_filter filter)
{
    struct job_reader *reader = NULL;
    int64_t rows = 0;
    demand(job_reader_open(path, &reader), "open a reader");
    double start = seconds(CLOCK_MONOTONIC);
    demand(query_images(reader, &filter, count_image, &rows), what);
    printf("  images, %-28s %6" PRId64 " rows %9.2f ms\n", what, rows,
           (seconds(CLOCK_MONOTONIC) - start) * 1e3);
    start = seconds(CLOCK_MONOTONIC);
    rows = 0;
    demand(query_occurrences(reader, &filter, count_occurrence, &rows), what);
    printf("  occurrences, %-23s %6" PRId64 " rows %9.2f ms\n", what, rows,
           (seconds(CLOCK_MONOTONIC) - start) * 1e3);
    job_reader_free(reader);
}

static void bench_pages(const char *what, struct query_filter filter)
{
    struct job_reader *reader = NULL;
    int64_t rows = 0;
    demand(job_reader_open(path, &reader), "open a reader");
    double start = seconds(CLOCK_MONOTONIC);
    demand(query_pages(reader, &filter, count_page, &rows), what);
    printf("  pages, %-29s %6" PRId64 " rows %9.2f ms\n", what, rows,
           (seconds(CLOCK_MONOTONIC) - start) * 1e3);
    job_reader_free(reader);
}

static void bench_queries(void)
{
    int64_t middle = options.pages / 2;
    bench_images("50 from the middle", (struct query_filter){.after_id = middle, .limit = 50});
    bench_images("50 with a missing alt",
                 (struct query_filter){.alt_state = "missing", .limit = 50});
    bench_images("an alt state that is nowhere",
                 (struct query_filter){.alt_state = "whitespace", .limit = 50});
    bench_images("of one page", (struct query_filter){.page_id = middle, .limit = 50});
    bench_images("of one host",
                 (struct query_filter){.host = "cdn.example.com", .after_id = middle, .limit = 50});
    bench_images("text that is nowhere", (struct query_filter){.text = "zebra", .limit = 50});
    bench_pages("50 from the middle", (struct query_filter){.after_id = middle, .limit = 50});
    bench_pages("failed (none)", (struct query_filter){.state = "failed", .limit = 50});
    bench_pages("an outcome that is nowhere",
                (struct query_filter){.outcome = "http_404", .limit = 50});
    bench_pages("text that is nowhere", (struct query_filter){.text = "zebra", .limit = 50});
}

static void bench_export(enum export_format format, const char *name)
{
    static char buffer[65536];
    const struct export_request request = {.format = format};
    struct export *export = NULL;
    int64_t bytes = 0, rows = 0;
    ssize_t got;
    double start = seconds(CLOCK_MONOTONIC);
    demand(export_open(path, &request, &export), "open an export");
    while ((got = export_read(export, buffer, sizeof(buffer))) > 0) {
        bytes += got;
        for (const char *at = buffer; (at = memchr(at, '\n', (size_t)(buffer + got - at))); at++)
            rows++;
    }
    demand((int)got, "export");
    export_free(export);
    double wall = seconds(CLOCK_MONOTONIC) - start;
    printf("export %-5s %8" PRId64 " lines, %.0f a second, %.0f MB/s\n", name, rows,
           (double)rows / wall, (double)bytes / wall / 1e6);
}

/* --- the run ------------------------------------------------------------------------------- */

static struct job_store *timed_open(const char *what)
{
    struct job_store *store = NULL;
    double start = seconds(CLOCK_MONOTONIC);
    demand(job_store_open(path, &store, NULL), what);
    printf("%s: %.2f s\n", what, seconds(CLOCK_MONOTONIC) - start);
    return store;
}

static void print_sizes(const char *when)
{
    struct stat status;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (stat(path, &status) == 0)
        printf("file %s: %.1f MB, %.0f bytes a page; peak memory %.1f MB\n", when,
               (double)status.st_size / 1e6, (double)status.st_size / (double)options.pages,
               (double)usage.ru_maxrss / 1024);
}

static void read_options(int argc, char **argv)
{
    int64_t *const targets[] = {&options.pages, &options.pages_per_commit, &options.percent_new,
                                &options.hosts};
    for (int i = 1; i < argc && i <= 4; i++)
        *targets[i - 1] = strtoll(argv[i], NULL, 10);
}

int main(int argc, char **argv)
{
    const char *folder = getenv("TMPDIR");
    read_options(argc, argv);
    snprintf(path, sizeof(path), "%s/bench-store-%d.sqlite", folder ? folder : "/tmp", getpid());

    struct job_store *store = timed_open("open, new");
    bench_append(store);
    print_sizes("after appending");
    puts("while it runs:");
    bench_queries();
    job_store_free(store);

    store = timed_open("open, resuming");
    double start = seconds(CLOCK_MONOTONIC);
    demand(job_store_finish(store), "finish");
    printf("finish: %.2f s\n", seconds(CLOCK_MONOTONIC) - start);
    job_store_free(store);
    start = seconds(CLOCK_MONOTONIC);
    demand(job_index_build(path, &(struct job_index_work){0}), "build the index");
    printf("index: %.2f s\n", seconds(CLOCK_MONOTONIC) - start);
    print_sizes("finished");
    bench_queries();
    bench_export(EXPORT_JSONL, "jsonl");
    bench_export(EXPORT_CSV, "csv");
    demand(job_store_remove(path), "remove");
    return 0;
}
