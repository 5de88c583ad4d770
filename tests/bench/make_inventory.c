/* Makes a job's file as a large crawl leaves it, for the benches of what is read from it.
 *
 *   make_inventory FILE [OCCURRENCES [PAGES_PER_COMMIT]]     default: 1000000 500
 *
 * Twenty images on a page: some on every page, some on several, most only there, with the texts
 * that pages have around them. The same file each time, but for its seeds.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/job_store.h"

enum { IMAGES = 20, TEXT_BYTES = 200 };

static void demand(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "make_inventory: %s: %s\n", what, strerror(-r));
    exit(1);
}

static struct store_text text_of(const char *text)
{
    return (struct store_text){.data = text, .bytes = text ? strlen(text) : 0};
}

/* The same numbers in each run. */
static uint64_t next_random(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

struct image_texts {
    char url[TEXT_BYTES], raw[TEXT_BYTES], alt[TEXT_BYTES], link[TEXT_BYTES], caption[TEXT_BYTES],
        heading[TEXT_BYTES], path[TEXT_BYTES];
};

struct page_texts {
    char url[TEXT_BYTES];
    struct image_texts images[IMAGES];
    struct store_image occurrences[IMAGES];
    struct store_page page;
};

static const char *const words[] = {"harbour", "street",   "old",  "café",   "bridge", "morning",
                                    "red",     "portrait", "lake", "market", "winter", "garden"};

static const char *word(void)
{
    return words[next_random() % (sizeof(words) / sizeof(*words))];
}

static int64_t choose_image(int64_t page, int i)
{
    if (i < 3)
        return i; /* logo, search, footer */
    if (i < 8)
        return 100 + (int64_t)(next_random() % 5000);
    return 10000 + page * IMAGES + i;
}

static void write_texts(struct image_texts *texts, int64_t page, int64_t image)
{
    snprintf(texts->raw, TEXT_BYTES, "/media/%" PRId64 "/%s-%s-%" PRId64 ".jpg", image % 1009,
             words[image % 12], words[image / 12 % 12], image);
    snprintf(texts->url, TEXT_BYTES, "https://cdn%" PRId64 ".example.com%s", image % 4, texts->raw);
    snprintf(texts->alt, TEXT_BYTES, "The %s %s by the %s in %s, photo %" PRId64, word(), word(),
             word(), word(), image);
    snprintf(texts->link, TEXT_BYTES, "https://www.example.com/gallery/%" PRId64, image);
    snprintf(texts->caption, TEXT_BYTES, "%s and %s", word(), word());
    snprintf(texts->heading, TEXT_BYTES, "Article %" PRId64 " about the %s", page, word());
    snprintf(texts->path, TEXT_BYTES, "body > main > article > figure:nth-of-type(%d) > img",
             (int)(image % 20));
}

static void make_image(struct page_texts *page, int64_t id, int i)
{
    static const char *const landmarks[] = {"header", "nav", "main", "main", "main", "footer"};
    static const char *const alt_states[] = {"text", "text", "text", "text", "missing", "empty"};
    struct image_texts *texts = &page->images[i];
    const char *alt_state = alt_states[next_random() % 6];
    int has_alt = strcmp(alt_state, "text") == 0;
    write_texts(texts, id, choose_image(id, i));
    page->occurrences[i] = (struct store_image){
        .url = text_of(texts->url),
        .host = text_of("cdn.example.com"),
        .raw = text_of(texts->raw),
        .descriptor = text_of(i % 5 == 4 ? "2x" : NULL),
        .alt = text_of(has_alt               ? texts->alt
                       : alt_state[0] == 'e' ? ""
                                             : NULL),
        .alt_state = alt_state,
        .name = text_of(has_alt ? texts->alt : NULL),
        .name_source = has_alt ? "alt" : NULL,
        .width = text_of("640"),
        .height = text_of("480"),
        .loading = text_of(i > 2 ? "lazy" : NULL),
        .link = text_of(i % 2 ? texts->link : NULL),
        .caption = text_of(i % 3 ? NULL : texts->caption),
        .heading = text_of(texts->heading),
        .landmark = landmarks[i % 6],
        .dom_path = text_of(texts->path),
        .place = text_of(texts->path),
        .source = i % 5 == 4 ? "srcset" : "img",
        .flags = (uint32_t)(i % 4 == 0),
        .verdicts = has_alt ? 0 : 1 + (uint64_t)(i % 3 == 0 ? 4 : 0),
        .position = (uint32_t)i,
    };
}

static void append_page(struct job_store *store, struct page_texts *page, int64_t id)
{
    snprintf(page->url, TEXT_BYTES,
             "https://www.example.com/section-%" PRId64 "/article-%" PRId64 ".html", id % 97, id);
    for (int i = 0; i < IMAGES; i++)
        make_image(page, id, i);
    page->page = (struct store_page){.id = id,
                                     .state = "done",
                                     .outcome = "ok",
                                     .content_type = text_of("text/html"),
                                     .title = text_of("An article about quiet streets"),
                                     .fetched_ms = 1700000000000 + id,
                                     .fetch_ms = 80,
                                     .body_bytes = 19000,
                                     .status = 200,
                                     .attempts = 1,
                                     .directives = id % 50 == 0 ? 8 : 0,
                                     .image_elements = IMAGES,
                                     .images = page->occurrences,
                                     .image_count = IMAGES};
    struct store_url url = {.id = id,
                            .origin_id = 1,
                            .parent_id = id / 2,
                            .url = text_of(page->url),
                            .via = id == 1 ? "seed" : "link",
                            .depth = id > 1};
    struct store_batch batch = {.urls = &url, .url_count = 1, .page = &page->page};
    demand(job_store_append(store, &batch), "append a page");
}

static void append_origin(struct job_store *store)
{
    struct store_origin origin = {1, text_of("https://www.example.com"),
                                  text_of("www.example.com")};
    struct store_batch batch = {.origins = &origin, .origin_count = 1};
    demand(job_store_append(store, &batch), "append the origin");
}

int main(int argc, char **argv)
{
    static struct page_texts page;
    struct job_store *store = NULL;
    const char *reason = NULL;
    if (argc < 2) {
        fprintf(stderr, "usage: make_inventory FILE [OCCURRENCES [PAGES_PER_COMMIT]]\n");
        return 2;
    }
    int64_t pages = (argc > 2 ? atoll(argv[2]) : 1000000) / IMAGES;
    int64_t per_commit = argc > 3 ? atoll(argv[3]) : 500;
    demand(job_store_open(argv[1], &store, &reason), "open");
    for (int64_t id = 1; id <= pages; id++) {
        if (id % per_commit == 1)
            demand(job_store_begin(store), "begin");
        if (id == 1)
            append_origin(store);
        append_page(store, &page, id);
        if (id % per_commit == 0 || id == pages)
            demand(job_store_commit(store), "commit");
    }
    demand(job_store_finish(store), "finish");
    job_store_free(store);
    return 0;
}
