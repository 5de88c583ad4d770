/* Replays what the fuzzer of sitemaps has found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/extract/fuzz_corpus.h"

#define LLVMFuzzerTestOneInput fuzz_sitemap
#include "tests/fuzz/fuzz_sitemap.c"
#undef LLVMFuzzerTestOneInput

static void corpus_of_sitemap_holds(void **state)
{
    (void)state;
    fuzz_replay("tests/fuzz/corpus/sitemap", fuzz_sitemap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(corpus_of_sitemap_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
