/* Images in the sandbox as it really is: no decoder, hash or style sheet reader asks for anything
 * that a parse process may not do. Each file of the fuzzer's corpus is read by a process of its
 * own; one that oversteps is killed. Run from the root of the sources. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crawler/async/process_worker.h"
#include "crawler/extract/image_record.h"
#include "crawler/extract/parse_request.h"
#include "crawler/extract/parse_worker.h"
#include "crawler/extract/record.h"

static const char corpus[] = "tests/fuzz/corpus/image";
static const char sheet_url[] = "http://site.test/all.css";

enum { BODY_MAX_BYTES = 1 << 16, MEMORY_BYTES = 256 << 20, EXIT_HASHED = 10, EXIT_READ = 11 };

static unsigned char bodies[BODY_MAX_BYTES];
static uint64_t lane[8192];

static size_t load(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t bytes = fread(bodies, 1, sizeof bodies, file);
    fclose(file);
    return bytes;
}

/* What the worker answers behind the sandbox. */
static int64_t handle(enum parse_kind kind, size_t body_bytes)
{
    static struct {
        struct parse_request request;
        char url[sizeof sheet_url];
    } message;
    const struct process_limits limits = {.address_space_bytes = MEMORY_BYTES};
    struct parse_worker *worker = parse_worker_new(bodies, sizeof bodies);
    if (process_worker_sandbox(&limits) < 0)
        _exit(1);
    message.request = (struct parse_request){
        .kind = kind,
        .base_bytes = sizeof sheet_url - 1,
        .body_bytes = body_bytes,
        .flags = kind == PARSE_IMAGE ? PARSE_WHOLE_IMAGE : 0,
    };
    memcpy(message.url, sheet_url, sizeof sheet_url);
    return parse_worker_handle(&message, sizeof message.request + sizeof sheet_url - 1, lane,
                               sizeof lane, worker);
}

static void read_image(size_t body_bytes)
{
    struct image_record record;
    int64_t bytes = handle(PARSE_IMAGE, body_bytes);
    if (bytes < 0 || image_record_open(lane, (size_t)bytes, &record) < 0 || !record.has_sha256)
        _exit(2);
    _exit(record.has_hash ? EXIT_HASHED : EXIT_READ);
}

static void read_sheet(size_t body_bytes)
{
    struct page_record record;
    int64_t bytes = handle(PARSE_STYLE_SHEET, body_bytes);
    if (bytes < 0 || record_open(lane, (size_t)bytes, &record) < 0)
        _exit(2);
    _exit(record.image_count > 0 ? EXIT_READ : 3);
}

static int status_of(void (*read)(size_t), size_t body_bytes)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        read(body_bytes);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* Of formats that are decoded; the fuzzer's finds beside these samples need not be. */
static bool has_hash(const char *name)
{
    static const char *const samples[] = {
        "png",         "png_interlaced", "jpeg", "jpeg_progressive", "gif",           "bmp",
        "bmp_palette", "webp",           "avif", "webp_animated",    "webp_lossless",
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (strcmp(name, samples[i]) == 0)
            return true;
    return false;
}

static void images_of_every_format_are_read_behind_the_sandbox(void **state)
{
    (void)state;
    DIR *folder = opendir(corpus);
    assert_non_null(folder);
    size_t hashed = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", corpus, entry->d_name);
        int status = status_of(read_image, load(path));
        if (!WIFEXITED(status) || WEXITSTATUS(status) < EXIT_HASHED)
            fail_msg("%s: status %x", path, (unsigned)status);
        if (has_hash(entry->d_name))
            if (WEXITSTATUS(status) != EXIT_HASHED)
                fail_msg("%s has no hash", path);
        hashed += WEXITSTATUS(status) == EXIT_HASHED;
    }
    closedir(folder);
    assert_true(hashed >= 11);
}

static void style_sheets_are_read_behind_the_sandbox(void **state)
{
    (void)state;
    int status = status_of(read_sheet, load("tests/fuzz/corpus/css/mixed"));
    if (!WIFEXITED(status))
        fail_msg("status %x", (unsigned)status);
    assert_int_equal(WEXITSTATUS(status), EXIT_READ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_of_every_format_are_read_behind_the_sandbox),
        cmocka_unit_test(style_sheets_are_read_behind_the_sandbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
