/* Replays what the fuzzers have found: every file of tests/fuzz/corpus, through the fuzzer's own
 * function. Run from the root of the sources. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LLVMFuzzerTestOneInput fuzz_url
#include "tests/fuzz/fuzz_url.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_srcset
#include "tests/fuzz/fuzz_srcset.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_charset
#include "tests/fuzz/fuzz_charset.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_robots
#include "tests/fuzz/fuzz_robots.c"
#undef LLVMFuzzerTestOneInput

enum { INPUT_MAX_BYTES = 1 << 20 };

static void replay_file(const char *path, int (*fuzz)(const uint8_t *, size_t))
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *buffer = malloc(INPUT_MAX_BYTES);
    size_t bytes = fread(buffer, 1, INPUT_MAX_BYTES, file);
    fclose(file);
    uint8_t *input = realloc(buffer, bytes ? bytes : 1); /* so that no byte past the end is there */
    assert_int_equal(fuzz(input, bytes), 0);
    free(input);
}

static void replay(const char *name, int (*fuzz)(const uint8_t *, size_t))
{
    char path[512];
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s", name);
    DIR *folder = opendir(path);
    if (!folder)
        fail_msg("%s is not here; run from the root of the sources", path);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", name, entry->d_name);
        replay_file(path, fuzz);
        count++;
    }
    closedir(folder);
    assert_true(count > 0);
}

static void corpus_of_url_holds(void **state)
{
    (void)state;
    replay("url", fuzz_url);
}

static void corpus_of_srcset_holds(void **state)
{
    (void)state;
    replay("srcset", fuzz_srcset);
}

static void corpus_of_charset_holds(void **state)
{
    (void)state;
    replay("charset", fuzz_charset);
}

static void corpus_of_robots_holds(void **state)
{
    (void)state;
    replay("robots", fuzz_robots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_of_url_holds),
        cmocka_unit_test(corpus_of_srcset_holds),
        cmocka_unit_test(corpus_of_charset_holds),
        cmocka_unit_test(corpus_of_robots_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
