/* What the fuzzers of extraction and of records have found stays found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/extract/fuzz_corpus.h"

#define LLVMFuzzerTestOneInput fuzz_html
#include "tests/fuzz/fuzz_html.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_record
#include "tests/fuzz/fuzz_record.c"
#undef LLVMFuzzerTestOneInput

static void html_corpus_holds(void **state)
{
    (void)state;
    fuzz_replay("tests/fuzz/corpus/html", fuzz_html);
}

static void record_corpus_holds(void **state)
{
    (void)state;
    fuzz_replay("tests/fuzz/corpus/record", fuzz_record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_corpus_holds),
        cmocka_unit_test(record_corpus_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
