/* What a fuzzer says when a property does not hold: it aborts, so that the input is kept. */
#ifndef IMGCRAWL_TESTS_FUZZ_DEMAND_H
#define IMGCRAWL_TESTS_FUZZ_DEMAND_H

#include <stdbool.h>
#include <stdlib.h>

static inline void demand(bool holds)
{
    if (!holds)
        abort();
}

#endif
