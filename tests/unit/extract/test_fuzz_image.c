/* Replays what the fuzzers of images and style sheets have found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/extract/fuzz_corpus.h"
#define LLVMFuzzerTestOneInput fuzz_image
#include "tests/fuzz/fuzz_image.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_css
#include "tests/fuzz/fuzz_css.c"
#undef LLVMFuzzerTestOneInput

static void corpus_of_images_holds(void **state)
{
    (void)state;
    fuzz_replay("tests/fuzz/corpus/image", fuzz_image);
}

static void corpus_of_style_sheets_holds(void **state)
{
    (void)state;
    fuzz_replay("tests/fuzz/corpus/css", fuzz_css);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_of_images_holds),
        cmocka_unit_test(corpus_of_style_sheets_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
